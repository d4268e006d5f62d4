"""`manage.py verify_pack PACK --key PUBLIC`: is an evidence pack what was signed? Needs no database and no settings."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.evidence.manifest import SigningKeyError
from alerts.evidence.verify import BadPackError, verify


class Command(BaseCommand):
    help = (
        "Check an evidence pack: signature, every file, the audit links, every byte; exit 1 and name what is altered."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", type=Path)
        parser.add_argument("--key", required=True, help="The signer's public key, 64 hex digits, got by another way.")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            found = verify(options["pack"], options["key"].strip())
        except (BadPackError, SigningKeyError) as error:
            raise CommandError(f"does not hold. {error}") from error
        self.stdout.write(
            f"holds: incident #{found.incident}, {found.files} files, {found.events} audit events; "
            f"made {found.made_at} by {found.made_by}; key {found.key}"
        )
