"""`manage.py bench WHAT`: figures side by side, in one run."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from welfare.evaluation.bench import detection, tracking
from welfare.evaluation.bench.environments import PeerError
from welfare.evaluation.labels import LabelError
from welfare.evaluation.mot import MotFileError
from welfare.evaluation.replay import VideoError
from welfare.watch.detector import Detector


class Command(BaseCommand):
    help = "Measure Handrail beside what a user would pick instead, in the same run."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        tracker = what.add_parser("tracker", help="HOTA, MOTA, IDF1, ID switches and speed beside other trackers")
        tracker.add_argument("folder", type=Path, help="MOTChallenge sequences with detections and ground truth")
        tracker.add_argument("--json", type=Path, help="write the figures there as well")
        detector = what.add_parser("detector", help="people found and made up, by their size, and what a frame costs")
        detector.add_argument("folder", type=Path, help="labelled clips: NAME.mp4 beside NAME.jsonl")
        detector.add_argument("--video", type=Path, help="a real video to time the network on")

    def handle(self, *_: Any, what: str, **options: Any) -> None:
        try:
            getattr(self, f"_{what}")(**options)
        except (MotFileError, PeerError, LabelError, VideoError) as error:
            raise CommandError(str(error)) from error

    def _tracker(self, folder: Path, json: Path | None, **_: Any) -> None:
        results = tracking.compare(folder, self._say)
        for line in tracking.table(results):
            self.stdout.write(line)
        self._keep(json, [asdict(result) for result in results])

    def _detector(self, folder: Path, video: Path | None, **_: Any) -> None:
        detector = Detector(**settings.DETECTOR)
        for line in detection.table(detection.measure(folder, detector, self._say)):
            self.stdout.write(line)
        if video is not None:
            self.stdout.write(detection.speed(video, detector))

    def _keep(self, path: Path | None, figures: Any) -> None:
        if path is not None:
            path.write_text(json.dumps(figures, indent=1) + "\n")

    def _say(self, words: str) -> None:
        self.stderr.write(f"{words} ...")
