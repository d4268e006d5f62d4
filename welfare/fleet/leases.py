"""Leases on cameras, in PostgreSQL and on its clock; Celery only carries the message that one was claimed."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from welfare.fleet.models import CameraLease
from zones.models import Camera

TTL = timedelta(seconds=2.5)  # renewed four times a second by the worker; docs/decisions/0008
LATE = timedelta(seconds=10)  # assumed: a run that says nothing for so long hangs, however busy the machine is
START_TTL = timedelta(seconds=15)  # from the claim to the first renewal: a child starts and loads its networks


class StaleEpochError(RuntimeError):
    """Another worker has claimed the camera since; this one may not write for it any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to watch `camera_id` as long as `epoch` is the newest."""

    camera_id: int
    epoch: int


def claim(owner: str, room: int, camera_id: int | None = None) -> list[Lease]:
    """Take up to `room` cameras that nobody watches; two callers never get the same one.

    Args:
        owner: the worker's name.
        room: how many more it can watch.
        camera_id: only this camera.
    """
    if room <= 0:
        return []
    enabled = Camera.objects.filter(enabled=True)
    missing = enabled.filter(lease=None)
    if missing.exists():
        CameraLease.objects.bulk_create([CameraLease(camera=c) for c in missing], ignore_conflicts=True)
    with transaction.atomic():
        free = CameraLease.objects.filter(without_heir(), camera__enabled=True, expires_at__lte=Now())
        if camera_id is not None:
            free = free.filter(camera=camera_id)
        rows = free.order_by("expires_at").select_for_update(skip_locked=True, of=("self",))[:room]
        keys = [row.pk for row in rows]
        CameraLease.objects.filter(pk__in=keys).update(
            owner=owner,
            epoch=F("epoch") + 1,
            expires_at=Now() + START_TTL,
            reported_at=None,
            pid=None,
            offered_at=None,
            heir="",
            heir_until=None,
        )
        claimed = CameraLease.objects.filter(pk__in=keys).values_list("camera_id", "epoch")
        return [Lease(*pair) for pair in claimed]


def without_heir() -> Q:
    """Leases that no worker is about to take over."""
    return Q(heir_until=None) | Q(heir_until__lte=Now())


def held(owner: str) -> int:
    """How many leases a worker holds now, those that it is about to take over included."""
    own, coming = Q(owner=owner, expires_at__gt=Now()), Q(heir=owner, heir_until__gt=Now())
    return CameraLease.objects.filter(own | coming).count()


def renew(lease: Lease) -> None:
    """Keep a lease for another TTL; one that ran out meanwhile is kept if nobody claimed it.

    Raises:
        StaleEpochError: somebody has.
    """
    own = CameraLease.objects.filter(camera=lease.camera_id, epoch=lease.epoch)
    if not own.update(expires_at=Now() + TTL, reported_at=Now(), pid=os.getpid()):
        raise StaleEpochError(f"camera {lease.camera_id}: epoch {lease.epoch} is over")


def extend(owner: str, pids: Iterable[int]) -> None:
    """Keep the leases of a worker's living children, also of those that are late because the machine is overloaded.

    A child that is dead is not among them, and one that hangs stops reporting: both lose their cameras.

    Args:
        owner: the worker.
        pids: its children that live.
    """
    CameraLease.objects.filter(owner=owner, pid__in=list(pids), reported_at__gt=Now() - LATE).update(
        expires_at=Now() + TTL
    )


def release(lease: Lease) -> None:
    """Let the next worker claim at once; does nothing for an epoch that is over."""
    CameraLease.objects.filter(camera=lease.camera_id, epoch=lease.epoch).update(expires_at=Now(), owner="")


@contextmanager
def fenced(lease: Lease) -> Iterator[None]:
    """A transaction in which the epoch cannot change.

    Raises:
        StaleEpochError: it has changed already; nothing was written.
    """
    with transaction.atomic():
        current = CameraLease.objects.select_for_update(no_key=True).filter(camera=lease.camera_id).first()
        if current is None or current.epoch != lease.epoch:
            raise StaleEpochError(f"camera {lease.camera_id}: epoch {lease.epoch} is over")
        yield
