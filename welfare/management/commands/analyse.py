"""`manage.py analyse VIDEO --site SITE.json --out EVENTS.jsonl`: the watch on a file, with no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from welfare.evaluation.replay import Replay, VideoError, analyse
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models
from zones.geometry import GeometryError
from zones.site_file import read_site


class Command(BaseCommand):
    """Analyse a recorded video; the lines are described in docs/analyse.md."""

    help = "Follow people in a recorded video and write tracks, stays, cues and welfare concerns as JSON lines."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The video, the site file, where to write, and the analysis rate."""
        parser.add_argument("video", type=Path)
        parser.add_argument("--site", type=Path, required=True, help="SITE.json: calibration and zones")
        parser.add_argument("--out", type=Path, required=True, help="EVENTS.jsonl: written whole or not at all")
        parser.add_argument("--fps", type=float, default=settings.ANALYSIS_FPS, help="analysed frames a second")

    def handle(self, *_: Any, video: Path, site: Path, out: Path, fps: float, **options: Any) -> None:
        """Write the events; a fault is one clear line and exit status 1."""
        if not 0.5 <= fps <= 60:
            raise CommandError(f"--fps {fps:g} is out of range: give 0.5 to 60 analysed frames a second")
        part = out.with_name(out.name + ".part")
        counts: dict[str, int] = {}
        try:
            with Replay(video) as replay, part.open("w") as lines:
                view = read_site(site, replay.size)
                with Models(detector=Detector(**settings.DETECTOR)) as models:
                    for line in analyse(replay, view, models, fps, self._progress):
                        counts[line["type"]] = counts.get(line["type"], 0) + 1
                        lines.write(json.dumps(line) + "\n")
            part.replace(out)
        except (VideoError, GeometryError) as error:
            part.unlink(missing_ok=True)
            raise CommandError(str(error)) from error
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stderr.write(f"{out}: " + ", ".join(f"{n} {kind} lines" for kind, n in sorted(counts.items())))

    def _progress(self, t_s: float, duration_s: float | None) -> None:
        if sys.stderr.isatty():
            share = f" of {duration_s:.0f} s ({t_s / duration_s:.0%})" if duration_s else " s"
            self.stderr.write(f"\r{t_s:7.1f}{share}", ending="")
            self.stderr.flush()
