"""`manage.py health`: is paging on time? For supervisors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from alerts import health, lateness
from zones.models import Camera


class Command(BaseCommand):
    help = "Exit 0 while paging is on time, 1 with what is late. Other parts that do not answer are named."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **options: Any) -> None:
        late = health.late()
        try:
            for name, at in lateness.beats().items():
                self.stdout.write(f"{name}: last well at {at}")
            if lateness.WATCHDOG not in lateness.beats():
                self.stdout.write("The watchdog was never started.")
            for words in [*lateness.parts(), *lateness.unwatched(Camera.objects.all())]:
                self.stdout.write(words)
        except DatabaseError:
            self.stdout.write("The database does not answer.")
        if late:
            raise CommandError(" ".join(late))
        self.stdout.write("Paging is on time.")
