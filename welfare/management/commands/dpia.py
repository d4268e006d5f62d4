"""`manage.py dpia --out FILE.html`: the data-protection impact summary, made from the live settings."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.transparency import impact
from welfare.software import networks


class Command(BaseCommand):
    help = (
        "Write the data-protection impact summary as one HTML file. It holds no secret and names no camera's address."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        try:
            out.write_text(impact.page(networks()), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{out}: read the open risks first.")
