"""`manage.py retention`: delete what is due by its class, or with `--dry-run` say what would go."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from alerts.models import RetentionRun
from alerts.planning import database_now
from alerts.retention import running
from alerts.retention.classes import due_now, lost, orphans
from alerts.retention.rules import RULES, words

LINE = "{:<15} {:<11} {:>7} {:>8} {:>9} {:>6}  {}"


class Command(BaseCommand):
    help = "Delete what is due by its class. The engine does the same once a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go, by class")
        parser.add_argument("--approve", metavar="NAME", help="your name: a run that asks may delete")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self._say()
            return
        asks = RetentionRun.objects.filter(state=RetentionRun.State.ASKS).first()
        if options["approve"] and asks is not None:
            running.approve(asks, by=options["approve"])
        try:
            run = running.run_now()
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        if run.state == RetentionRun.State.ASKS:
            told = " ".join(run.doubts)
            raise CommandError(f'{told} Look at --dry-run; then: manage.py retention --approve "YOUR NAME".')
        gone = ", ".join(f"{key} {n}" for key, n in running.gone(run).items())
        self.stdout.write(f"{run}: {gone or 'nothing was due'}.")

    def _say(self) -> None:
        due = {one.key: one for one in due_now(database_now())}
        self.stdout.write(LINE.format("class", "kept", "due", "of", "MiB", "locked", "oldest due"))
        for rule in RULES:
            kept = words(settings.RETENTION_DAYS[rule.key])
            one = due.get(rule.key)
            if one is None:
                self.stdout.write(LINE.format(rule.key, kept, "-", "-", "-", "-", "" if rule.fixed else "by the watch"))
                continue
            oldest = f"{one.oldest:%F}" if one.oldest else ""
            size = f"{one.size / 2**20:.1f}" if one.size else "-"
            self.stdout.write(LINE.format(rule.key, kept, one.count, one.total, size, one.held, oldest).rstrip())
        for path, bytes_ in orphans(timezone.now()):
            self.stdout.write(f"file that no incident knows: {path}, {bytes_} bytes; it is left alone")
        for path in lost():
            self.stdout.write(f"file that an incident names and that is not there: {path}")
