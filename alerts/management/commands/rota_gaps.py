"""`manage.py rota_gaps`: when nobody is on duty in the fortnight ahead; exits with 1 where there is a gap."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.planning import database_now
from alerts.rotas import warnings


class Command(BaseCommand):
    help = "Say when nobody is on duty in a rota in the time ahead, so that its fall-back would be asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=14)

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(warnings.of_rotas(database_now(), timedelta(days=options["days"])))
        for told in found:
            self.stdout.write(told.words)
        if found:
            raise CommandError(f"{len(found)} rotas have gaps.")
        self.stdout.write(f"No gap in the next {options['days']} days.")
