from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ZonesConfig(AppConfig):
    name = "zones"
    verbose_name = "Where we watch"

    def ready(self) -> None:
        post_migrate.connect(_make_group, sender=self)


def _make_group(**_: Any) -> None:
    """The group of those who draw zones; it exists from the first migration on."""
    from django.contrib.auth.models import Group, Permission

    from zones.models import DRAW

    permission = Permission.objects.filter(content_type__app_label="zones", codename=DRAW.split(".")[1]).first()
    if permission is not None:
        Group.objects.get_or_create(name="Zone admins")[0].permissions.add(permission)
