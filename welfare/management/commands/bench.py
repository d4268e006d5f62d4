"""`manage.py bench WHAT`: figures side by side, in one run."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from welfare.evaluation.bench import detection, failover, motion, soak, throughput, tracking
from welfare.evaluation.bench import live as live_bench
from welfare.evaluation.bench.environments import PeerError
from welfare.evaluation.bench.together import ChildError
from welfare.evaluation.bench.world import WorldError
from welfare.evaluation.labels import LabelError
from welfare.evaluation.mot import MotFileError
from welfare.evaluation.replay import Replay, VideoError
from welfare.watch.detector import Detector
from zones.geometry import GeometryError, View
from zones.site_file import read_site

CLIPS = Path(settings.BASE_DIR) / "fixtures" / "clips"


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
        moving = what.add_parser("motion", help="who keeps their number, motion in pixels beside motion in metres")
        moving.add_argument("folder", type=Path, help="labelled clips: NAME.mp4 beside NAME.jsonl")
        pipeline = what.add_parser("pipeline", help="cameras that this machine sustains, beside a plain loop")
        pipeline.add_argument("--busy", type=Path, default=CLIPS / "two_people.mp4", help="two people all the time")
        pipeline.add_argument("--empty", type=Path, default=CLIPS / "empty_footway.mp4", help="the same view, nobody")
        pipeline.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at once, for the throughput")
        pipeline.add_argument("--seconds", type=float, default=80.0, help="how long the live cameras run")
        pipeline.add_argument("--live", type=int, nargs=2, default=(4, 12), help="cameras: always busy, a quarter busy")
        pipeline.add_argument("--json", type=Path, help="write the figures there as well")
        killed = what.add_parser("failover", help="what is missed when a worker, the broker or the database goes")
        killed.add_argument("--kills", type=int, default=10, help="of workers")
        killed.add_argument(
            "--busy", type=Path, default=CLIPS / "two_people.mp4", help="somebody who stays at the rail"
        )
        killed.add_argument("--empty", type=Path, default=CLIPS / "empty_footway.mp4", help="the same view, nobody")
        killed.add_argument("--json", type=Path, help="write the figures there as well")
        memory = what.add_parser("soak", help="memory of one camera's processes over an hour")
        busy = CLIPS / "two_people.mp4"
        memory.add_argument("--source", default=str(busy), help="rtsp://, http:// or a file, which is looped")
        memory.add_argument("--site", type=Path, default=busy.with_suffix(".site.json"), help="calibration and zones")
        memory.add_argument("--minutes", type=float, default=60.0, help="how long")
        memory.add_argument("--early", type=float, default=5.0, help="minute to compare the last one with")
        memory.add_argument("--json", type=Path, help="write the figures there as well")
        pages = what.add_parser("pages", help="from an incident to its first page, beside one Celery ETA task a step")
        pages.add_argument("--incidents", type=int, default=1000, help="at once")
        pages.add_argument("--steady", type=int, default=100, help="one after the other")
        pages.add_argument("--wait", type=int, default=15, help="seconds from the first step to the second")
        pages.add_argument("--ways", nargs="+", help="only these of: steady, at-once, rates, killed, eta")
        pages.add_argument("--json", type=Path, help="write the figures there as well")

        console = what.add_parser("console", help="from an incident's commit until it stands in open consoles")
        console.add_argument("--incidents", type=int, default=50, help="one after the other")
        console.add_argument("--consoles", type=int, default=20, help="pages open at once, in real Chromium")
        console.add_argument("--json", type=Path, help="write the figures there as well")

    def handle(self, *_: Any, what: str, **options: Any) -> None:
        try:
            getattr(self, f"_{what}")(**options)
        except (MotFileError, PeerError, LabelError, VideoError, GeometryError, ChildError, WorldError) as error:
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

    def _motion(self, folder: Path, **_: Any) -> None:
        clips = motion.look(folder, Detector(**settings.DETECTOR), self._say)
        for line in motion.table(motion.measure(clips)):
            self.stdout.write(line)

    def _pipeline(
        self, busy: Path, empty: Path, processes: int, seconds: float, live: Sequence[int], json: Path | None, **_: Any
    ) -> None:
        with Replay(busy) as replay:
            view = read_site(busy.with_suffix(".site.json"), replay.size)
        compared = throughput.ways(busy, empty, view)
        sustained = list(throughput.measure(compared, settings.DETECTOR, processes, self._say))
        for line in throughput.table(sustained):
            self.stdout.write(line)
        always, quarter = live
        figures = [self._live([busy] * always, view, "always busy", seconds)]
        folder = Path(settings.RUN_DIR) / "bench"
        rotated = [
            live_bench.joined([empty] * k + [busy] + [empty] * (3 - k), folder / f"quarter-{k}.mp4") for k in range(4)
        ]
        figures.append(
            self._live([rotated[i % 4] for i in range(quarter)], view, "busy a quarter of the time", seconds)
        )
        for line in live_bench.table(figures):
            self.stdout.write(line)
        self.stdout.write("load of the machine, 1 and 5 minutes: {:.1f} {:.1f}".format(*os.getloadavg()))
        self._keep(json, {"sustained": [asdict(s) for s in sustained], "live": [asdict(f) for f in figures]})

    def _failover(self, kills: int, busy: Path, empty: Path, json: Path | None, **_: Any) -> None:
        figures = failover.measure(busy, empty, kills, self._say)
        for line in failover.table(figures):
            self.stdout.write(line)
        self._keep(json, asdict(figures))

    def _soak(self, source: str, site: Path, minutes: float, early: float, json: Path | None, **_: Any) -> None:
        samples = []
        for sample in soak.watch(source, site, 60 * minutes, self._say):
            samples.append(sample)
            self._keep(json, [asdict(s) for s in samples])  # an hour is long: what was seen is kept at once
        for line in soak.table(samples, 60 * early):
            self.stdout.write(line)

    def _live(self, clips: list[Path], view: View, what: str, seconds: float) -> live_bench.Live:
        self._say(f"{len(clips)} live cameras, {what}")
        return live_bench.measure(clips, view, what, seconds, settings.DETECTOR)

    def _pages(
        self, incidents: int, steady: int, wait: int, ways: Sequence[str] | None, json: Path | None, **_: Any
    ) -> None:
        from welfare.evaluation import sandbox
        from welfare.evaluation.bench import paging

        call_command("migrate", verbosity=0)
        call_command("loaddata", "demo", verbosity=0)
        measured = []
        for way in ways or paging.WAYS:
            self._say(paging.WORDS[way])
            load = steady if way == "steady" else incidents
            measured.append(paging.measure(sandbox.current(), way, load, wait))
            self._keep(json, paging.plain(measured))
        for line in paging.table(measured):
            self.stdout.write(line)

    def _console(self, incidents: int, consoles: int, json: Path | None, **_: Any) -> None:
        from welfare.evaluation import sandbox
        from welfare.evaluation.bench import showing

        call_command("migrate", verbosity=0)
        call_command("loaddata", "demo", verbosity=0)
        self._say(f"{consoles} consoles, {incidents} incidents")
        shown = showing.measure(sandbox.current(), incidents, consoles)
        for line in showing.table(shown):
            self.stdout.write(line)
        self._keep(json, showing.plain(shown))

    def _keep(self, path: Path | None, figures: Any) -> None:
        if path is not None:
            path.write_text(json.dumps(figures, indent=1) + "\n")

    def _say(self, words: str) -> None:
        self.stderr.write(f"{words} ...")
