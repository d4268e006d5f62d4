"""`manage.py evaluate …`: how good the watch is, with intervals."""

import json
import os
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from welfare.evaluation import intervals, trajectories
from welfare.evaluation.people_file import PeopleFile, PeopleFileError
from welfare.evaluation.scenarios.suite import GROUPS, suite
from welfare.evaluation.scoring import evaluation, report
from zones.geometry import GeometryError
from zones.tier import Tier


class Command(BaseCommand):
    """One subcommand for each kind of evidence."""

    help = "Measure what the watch finds and what it raises for nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The subcommands with their arguments."""
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        _trajectories(kinds)
        _scenarios(kinds)

    def handle(self, *_: Any, kind: str, **options: Any) -> None:
        """Run one of them."""
        getattr(self, f"_{kind}")(**options)

    def _scenarios(
        self,
        only: list[str],
        group: list[str],
        html: Path | None,
        as_json: bool,
        jobs: int,
        quick: bool,
        made: bool,
        **_: Any,
    ) -> None:
        folder = Path(settings.RUN_DIR) / "scenarios"
        members = [clip for clip in suite() if not group or clip.group in group]
        clips = evaluation.chosen(members, only, folder, quick=quick, made=made)
        if not clips:
            raise CommandError("no clip is chosen; `manage.py scenarios list` shows all of them")
        progress = tqdm(total=len(clips), unit="clip")
        found = evaluation.evaluate(clips, folder, settings.DETECTOR, jobs, lambda: progress.update())
        progress.close()
        if html is not None:
            html.write_text(found.html())
        if as_json:
            self.stdout.write(json.dumps(found.as_json(), indent=1))
            return
        for line in report.table(found.scored):
            self.stdout.write(line)
        for fault in found.faults:
            self.stderr.write(f"not run: {fault}")

    def _trajectories(
        self, files: list[Path], edge: list[float], zone: list[float] | None, as_json: bool, **_: Any
    ) -> None:
        total = trajectories.Outcome("all files")
        each = []
        try:
            plan = trajectories.Plan.of((edge[0], edge[1], edge[2], edge[3]), zone)
            for file in files:
                each.append(trajectories.replay(PeopleFile.read(file), plan))
                total.add(each[-1])
        except (PeopleFileError, GeometryError) as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(
                json.dumps({"files": [o.as_json() for o in each], "total": total.as_json() | {"raised": []}}, indent=1)
            )
            return
        for outcome in [*each, *([total] if len(each) > 1 else [])]:
            self.stdout.write(_summary(outcome))
        for raised in total.raised:
            self.stdout.write(_line(raised))


def _trajectories(kinds: "_SubParsersAction[Any]") -> None:
    parser = kinds.add_parser("trajectories", help="ordinary people in metres against an edge line")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.csv.gz", help="person,t_s,x_m,y_m")
    parser.add_argument("--edge", nargs=4, type=float, required=True, metavar=("X0", "Y0", "X1", "Y1"), help="metres")
    parser.add_argument("--zone", nargs="+", type=float, metavar="X Y", help="metres; else 3 m to both sides")
    parser.add_argument("--json", action="store_true", dest="as_json")


def _scenarios(kinds: "_SubParsersAction[Any]") -> None:
    parser = kinds.add_parser("scenarios", help="rendered clips of people at risk and of ordinary life")
    parser.add_argument("--only", nargs="+", default=[], help="scripts, or parts of clip names")
    parser.add_argument("--group", nargs="+", default=[], choices=GROUPS, help="only these sets of clips")
    parser.add_argument("--quick", action="store_true", help="every fifth clip")
    parser.add_argument("--made", action="store_true", help="only clips that are rendered already")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--html", type=Path, metavar="OUT.html", help="write the report with plots and pictures there")
    parser.add_argument("--json", action="store_true", dest="as_json")


def _summary(outcome: trajectories.Outcome) -> str:
    counts = ", ".join(f"{outcome.tiers[tier]} {tier.word}" for tier in Tier)
    pages = intervals.rate(outcome.reaching(Tier.CONCERN), outcome.camera_s / 3600)
    return (
        f"{outcome.name}: {outcome.people} people, {outcome.person_s / 3600:.2f} person-hours in "
        f"{outcome.camera_s / 3600:.2f} camera-hours; {outcome.episodes} stays in the zone; raised {counts}; "
        f"concern or above an hour: {pages if pages else 'unknown'}"
    )


def _line(raised: trajectories.Raised) -> str:
    why = "; ".join(reason.words for reason in raised.concern.reasons)
    return f"  {raised.file} person {raised.person} at {raised.concern.t_s:.1f} s: {raised.concern.tier.word}: {why}"
