"""Times of work on a place: begun, ended, and expired by themselves; each is written to the audit chain once."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from alerts import audit
from alerts.models import Incident, MaintenanceWindow
from alerts.policies.place import Place
from alerts.policies.quiet import FIRST_TIER_THAT_NEVER_WAITS
from zones.tier import Tier

logger = logging.getLogger(__name__)


def holding(place: Place, tier: Tier, at: datetime) -> MaintenanceWindow | None:
    """The window that holds a page of a tier at a place, the one that lasts longest; never from urgent upwards."""
    if tier >= FIRST_TIER_THAT_NEVER_WAITS:
        return None
    here = Q(site_id=place.site) | Q(camera_id=place.camera)
    if place.zone is not None:
        here |= Q(zone_id=place.zone)
    return on(at).filter(here).order_by("-ends_at").first()


def on(at: datetime) -> QuerySet[MaintenanceWindow]:
    """Every window that is on at an instant."""
    found = MaintenanceWindow.objects.filter(starts_at__lte=at, ends_at__gt=at, over_at=None)
    return found.select_related("site", "camera__site", "zone__camera__site")


@transaction.atomic
def end(pk: int, *, by: str) -> None:
    """End a window before its time: what it held is paged now, unless it is over already."""
    window = MaintenanceWindow.objects.select_for_update().filter(pk=pk, over_at=None).first()
    if window is None:
        return
    MaintenanceWindow.objects.filter(pk=pk).update(over_at=Now())
    audit.record(by, "maintenance ended", window=pk, place=window.place, reason=window.reason)
    for incident in _held_by(pk):
        Incident.objects.filter(pk=incident.pk).update(next_action_at=Now())
        audit.record("engine", "no longer held", incident, window=pk)


def _held_by(pk: int) -> QuerySet[Incident]:
    """Incidents whose first page still waits for a window."""
    waiting = Incident.objects.select_for_update().filter(state=Incident.State.OPEN, step=0, loop=0)
    return waiting.filter(policy_snapshot__maintenance=pk, next_action_at__gt=Now())


def settle() -> None:
    """Write to the audit chain which windows began and which expired since the last look."""
    with transaction.atomic():
        rows = MaintenanceWindow.objects.select_for_update(skip_locked=True, of=("self",))
        for window in rows.filter(begun_at=None, over_at=None, starts_at__lte=Now()):
            MaintenanceWindow.objects.filter(pk=window.pk).update(begun_at=Now())
            audit.record(
                window.opened_by,
                "maintenance began",
                window=window.pk,
                place=window.place,
                reason=window.reason,
                until=window.ends_at.isoformat(),
            )
        for window in rows.filter(over_at=None, ends_at__lte=Now()):
            MaintenanceWindow.objects.filter(pk=window.pk).update(over_at=Now())
            audit.record("engine", "maintenance expired", window=window.pk, place=window.place, reason=window.reason)
