"""`manage.py verify_audit`: is the audit chain whole?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alerts import anchors, audit
from alerts.models import AuditEvent, AuditLink, AuditPending


class Command(BaseCommand):
    help = "Check every link of the audit chain; exit 1 and name what does not fit, the first broken event first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchors",
            type=Path,
            default=settings.AUDIT_ANCHORS,
            help="Lines `AT audit SEQUENCE HASH` kept outside the database: a tail that was cut off is found.",
        )
        parser.add_argument("--all", action="store_true", help="Name every fault, not the first alone.")

    def handle(self, *_: Any, **options: Any) -> None:
        kept = anchors.kept(options["anchors"])
        for fault in audit.faults(kept):
            if not options["all"]:
                raise CommandError(fault)
            self.stderr.write(fault)
        if options["all"] and next(audit.faults(kept), None) is not None:
            raise CommandError("the audit chain does not hold")
        self.stdout.write(
            f"{AuditEvent.objects.count()} audit events, {AuditLink.objects.count()} in the chain, every hash fits; "
            f"{AuditPending.objects.count()} wait for their link; {len(kept)} anchors agree"
        )
        if not kept:
            self.stdout.write(
                f"There is no anchor in {options['anchors']}: a tail that was cut off would not be noticed."
            )
