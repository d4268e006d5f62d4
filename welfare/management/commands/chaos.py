"""`manage.py chaos escalation`: break it at random in a world of its own, and count what was lost: nothing may be."""

import json
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from welfare.evaluation import sandbox
from welfare.evaluation.chaos import escalation
from welfare.evaluation.chaos.world import World


class Command(BaseCommand):
    help = "Kill engines, restart the database, lose the provider's answers: no page may be lost. Exit 1 if one is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        pages = what.add_parser("escalation", help="engines, senders, database, broker, provider and clock")
        pages.add_argument("--rounds", type=int, default=200)
        pages.add_argument("--seed", type=int, default=1)
        pages.add_argument("--limit-s", type=float, default=180.0, help="a page later than this is lost, not late")
        pages.add_argument("--json", type=Path, help="write the figures there as well")
        pages.add_argument(
            "--without-recovery", action="store_true", help="leave the recovery of dead senders out: it must be noticed"
        )

    def handle(self, *_: Any, rounds: int, seed: int, json: Path | None, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("loaddata", "demo", verbosity=0)
        world = World(sandbox.current(), escalation.dice_of(seed), options["without_recovery"])
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended as well
        world.start()
        done: list[escalation.Round] = []
        try:
            with tqdm(total=rounds, unit="round") as bar:
                for one in escalation.run(world, rounds, options["limit_s"]):
                    done.append(one)
                    bar.update()
                    bar.set_postfix(lost=sum(len(r.lost) for r in done), worst_s=max(r.worst_s for r in done))
                    for words in one.lost:
                        bar.write(f"round {one.number} ({', '.join(one.acts)}): {words}")
        finally:
            world.stop()
        result = escalation.report(seed, done)
        for line in result.lines():
            self.stdout.write(line)
        self._keep(json, escalation.as_json(result))
        if result.lost or result.audit_faults:
            raise CommandError("pages were lost" if result.lost else "the audit chain does not hold")

    def _keep(self, path: Path | None, figures: dict[str, Any]) -> None:
        if path is not None:
            path.write_text(json.dumps(figures, indent=1) + "\n")
