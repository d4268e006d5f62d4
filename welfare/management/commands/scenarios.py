"""`manage.py scenarios WHAT`: the rendered clips that the watch is tried on."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from welfare.evaluation.scenarios.making import make_all
from welfare.evaluation.scenarios.suite import Clip, suite

FOLDER = Path(settings.RUN_DIR) / "scenarios"


class Command(BaseCommand):
    help = "List or render the scenario suite: synthetic people, no real person, and no fall is shown."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        listing = what.add_parser("list", help="every clip, one JSON line each")
        rendering = what.add_parser("render", help="make the clips that are not there yet; go on after a kill")
        rendering.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
        rendering.add_argument("--out", type=Path, default=FOLDER, help="folder; default .run/scenarios")
        for sub in (listing, rendering):
            sub.add_argument("--only", nargs="+", default=(), help="scripts, or parts of clip names")

    def handle(self, *_: Any, what: str, only: list[str], **options: Any) -> None:
        clips = [clip for clip in suite() if not only or any(word in clip.name for word in only)]
        if not clips:
            raise CommandError(f"no clip's name has {' or '.join(only)}; `manage.py scenarios list` shows all")
        if what == "list":
            for clip in clips:
                self.stdout.write(json.dumps(clip.manifest_line()))
            return
        self._render(clips, **options)

    def _render(self, clips: list[Clip], jobs: int, out: Path, **_: Any) -> None:
        faults: list[str] = []
        made = make_all(clips, out, jobs, lambda clip, error: faults.append(f"{clip.name}: {error}"))
        for path in tqdm(made, total=len(clips), unit="clip"):
            self.stdout.write(str(path))
        if faults:
            raise CommandError(f"{len(faults)} of {len(clips)} clips could not be made:\n" + "\n".join(faults))
