"""`manage.py evidence_pack INCIDENT --out FILE`: the signed zip of one incident."""

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.evidence import pack
from alerts.models import Incident


class Command(BaseCommand):
    help = "Write the evidence pack of one incident: recording, clip, stills, timeline, audit, versions, statement."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", type=int)
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *_: Any, **options: Any) -> None:
        incident = Incident.objects.select_related("camera__site").filter(pk=options["incident"]).first()
        if incident is None:
            raise CommandError(f"there is no incident #{options['incident']}")
        try:
            pack.make(incident, options["out"], by=f"{getpass.getuser()} (command line)")
        except pack.PackError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['out']}: the evidence pack of #{incident.pk}; whoever made it is in the audit")
