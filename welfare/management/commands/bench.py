"""`manage.py bench WHAT`: figures side by side, in one run."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from welfare.evaluation.bench import tracking
from welfare.evaluation.bench.environments import PeerError
from welfare.evaluation.mot import MotFileError


class Command(BaseCommand):
    help = "Measure Handrail beside what a user would pick instead, in the same run."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        tracker = what.add_parser("tracker", help="HOTA, MOTA, IDF1, ID switches and speed beside other trackers")
        tracker.add_argument("folder", type=Path, help="MOTChallenge sequences with detections and ground truth")
        tracker.add_argument("--json", type=Path, help="write the figures there as well")

    def handle(self, *_: Any, what: str, **options: Any) -> None:
        try:
            getattr(self, f"_{what}")(**options)
        except (MotFileError, PeerError) as error:
            raise CommandError(str(error)) from error

    def _tracker(self, folder: Path, json: Path | None, **_: Any) -> None:
        results = tracking.compare(folder, self._say)
        for line in tracking.table(results):
            self.stdout.write(line)
        self._keep(json, [asdict(result) for result in results])

    def _keep(self, path: Path | None, figures: Any) -> None:
        if path is not None:
            path.write_text(json.dumps(figures, indent=1) + "\n")

    def _say(self, words: str) -> None:
        self.stderr.write(f"{words} ...")
