"""`manage.py rotate_credentials`: seal every camera's password again with the newest key."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from zones.models import Camera


class Command(BaseCommand):
    help = "Put a new key first in CREDENTIAL_KEYS, run this, then take the old key away."

    @transaction.atomic
    def handle(self, *_: Any, **options: Any) -> None:
        cameras = Camera.objects.exclude(sealed_password="").select_for_update(of=("self",))
        for camera in cameras.select_related("site"):
            try:
                camera.password = camera.password
            except ImproperlyConfigured as error:
                raise CommandError(f"{camera}: {error} Nothing was changed.") from error
            camera.save(update_fields=["sealed_password"])
        self.stdout.write(f"{len(cameras)} passwords are sealed with the newest key")
