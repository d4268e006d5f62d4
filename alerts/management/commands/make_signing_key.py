"""`manage.py make_signing_key`: a key that signs evidence packs, to be put into the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from alerts.evidence.manifest import fingerprint, new_key, public_of


class Command(BaseCommand):
    help = "Print a new EVIDENCE_SIGNING_KEY and its public key. Keep every public key: old packs need theirs."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        private = new_key()
        public = public_of(private)
        self.stdout.write(f"EVIDENCE_SIGNING_KEY={private}")
        self.stdout.write(f"public key:  {public}\nfingerprint: {fingerprint(public)}")
