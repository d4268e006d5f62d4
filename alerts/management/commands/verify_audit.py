"""`manage.py verify_audit`: is the audit chain whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.audit import broken_links
from alerts.models import AuditEvent


class Command(BaseCommand):
    help = "Check every hash of the audit chain; exit 1 and name the first event that does not fit."

    def handle(self, *args: Any, **options: Any) -> None:
        for event in broken_links():
            raise CommandError(f"audit event {event.pk} ({event.action}, {event.at:%F %T}) does not fit the chain")
        self.stdout.write(f"{AuditEvent.objects.count()} audit events, every hash fits")
