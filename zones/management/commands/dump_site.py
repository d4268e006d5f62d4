"""`manage.py dump_site NAME --out FILE`: a site with its cameras and drawings, without any password."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zones import site_transfer
from zones.models import Site


class Command(BaseCommand):
    help = "Write one site, its cameras and everything drawn on their pictures to a file; passwords stay here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the site's name")
        parser.add_argument("--out", type=Path, help="the file; standard output without it")

    def handle(self, *_: Any, name: str, out: Path | None, **options: Any) -> None:
        site = Site.objects.filter(name=name).first()
        if site is None:
            known = ", ".join(f'"{n}"' for n in Site.objects.order_by("name").values_list("name", flat=True))
            raise CommandError(f'there is no site "{name}"; there are: {known or "none"}')
        text = json.dumps(site_transfer.dump(site), indent=1, ensure_ascii=False) + "\n"
        if out is None:
            self.stdout.write(text, ending="")
            return
        part = out.with_name(out.name + ".part")
        try:
            part.write_text(text)
            part.replace(out)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stderr.write(f"{out}: {site.cameras.count()} cameras")
