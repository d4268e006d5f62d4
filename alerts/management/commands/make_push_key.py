"""`manage.py make_push_key`: a key for web push, to be put into the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from alerts.channels.web_push.keys import make_key


class Command(BaseCommand):
    help = "Print a new VAPID_PRIVATE_KEY. Devices that subscribed with an older key have to subscribe again."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={make_key()}")
