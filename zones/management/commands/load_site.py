"""`manage.py load_site FILE`: make or change a site as a file says, whole or not at all."""

import getpass
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zones import site_transfer
from zones.drawing import DrawingError


class Command(BaseCommand):
    help = "Load a site file; every fault is told with its camera and zone, and then nothing is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", default=getpass.getuser(), help="who is named in the versions")

    def handle(self, *_: Any, file: Path, by: str, **options: Any) -> None:
        try:
            content = json.loads(file.read_text())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(
                f"{file} is not JSON: {error}. Nothing was changed; dump_site writes one that can be loaded"
            ) from error
        try:
            site, told = site_transfer.load(content, by=by)
        except DrawingError as error:
            lines = "\n".join(f"  {problem.words}" for problem in error.problems)
            raise CommandError(f"{file}: nothing was changed\n{lines}") from error
        for line in told or ["nothing differs"]:
            self.stdout.write(f"{site}: {line}")
