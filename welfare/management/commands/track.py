"""`manage.py track DET.txt --fps F --out RESULT.txt`: the tracker alone, on MOTChallenge files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from welfare.evaluation.mot import MotFileError, follow, read_detections, result_lines


class Command(BaseCommand):
    help = "Follow people through a file of detections and write MOTChallenge result lines."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("detections", type=Path, help="frame,-1,left,top,width,height,score lines")
        parser.add_argument("--fps", type=float, required=True, help="frames a second of the detections")
        parser.add_argument("--out", type=Path, required=True, help="where the result lines go")

    def handle(self, *_: Any, detections: Path, fps: float, out: Path, **options: Any) -> None:
        if not 0.1 <= fps <= 240:
            raise CommandError(f"--fps {fps:g} is out of range: give 0.1 to 240")
        try:
            frames = read_detections(detections)
        except MotFileError as error:
            raise CommandError(str(error)) from error
        lines = list(result_lines(follow(frames, fps)))
        try:
            out.write_text("".join(f"{line}\n" for line in lines))
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        people = len({line.split(",")[1] for line in lines})
        self.stderr.write(f"{out}: {people} people in {len(frames)} frames")
