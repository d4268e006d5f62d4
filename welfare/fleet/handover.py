"""A camera goes from one worker to the next without a gap: the next one sees it before the first lets go.

The present watcher, or its worker, puts the lease on offer and watches on. A worker with room bids, connects to the
camera beside it, and with its first picture takes the lease over by raising the epoch; the former one learns of that at
its next renewal. For up to a second both watch: the stay has one name, so no second incident comes of it.
"""

import os
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from welfare.fleet.leases import TTL, Lease, StaleEpochError, without_heir
from welfare.fleet.models import CameraLease, EpisodeCheckpoint, TrackWorker
from welfare.fleet.placement import Standing, heir_of, should_offer

HEIR_TTL = timedelta(seconds=10)  # assumed: a camera that gave no picture by then is left where it is
BEAT_TTL = timedelta(seconds=5)  # a worker that said nothing for so long is gone
OLD_BEAT = timedelta(days=1)


def beat(owner: str, slots: int, *, draining: bool = False) -> None:
    """Say that a worker is here; workers that have been gone for a day are forgotten, and stays that nobody watches."""
    here = {"slots": slots, "draining": draining, "beat_at": Now()}
    TrackWorker.objects.update_or_create(owner=owner, defaults=here)
    TrackWorker.objects.filter(beat_at__lt=Now() - OLD_BEAT).delete()
    forgotten = timedelta(days=settings.RETENTION_DAYS["checkpoint"])
    EpisodeCheckpoint.objects.filter(saved_at__lt=Now() - forgotten).delete()


def leave(owner: str) -> None:
    """A worker has stopped."""
    TrackWorker.objects.filter(owner=owner).delete()


def fleet() -> list[Standing]:
    """The workers that are here and take cameras, with how many each holds."""
    now_held = CameraLease.objects.filter(expires_at__gt=Now()).values_list("owner", flat=True)
    coming = CameraLease.objects.filter(heir_until__gt=Now()).values_list("heir", flat=True)
    held = Counter([*now_held, *coming])
    here = TrackWorker.objects.filter(beat_at__gt=Now() - BEAT_TTL)
    return [Standing(w.owner, w.slots, held[w.owner], w.draining) for w in here]


def offer(lease: Lease) -> None:
    """Put one lease on offer; does nothing for an epoch that is over."""
    CameraLease.objects.filter(camera=lease.camera_id, epoch=lease.epoch, offered_at=None).update(offered_at=Now())


def offer_all(owner: str) -> int:
    """Put everything that a worker holds on offer; returns how much it still holds."""
    own = CameraLease.objects.filter(owner=owner, expires_at__gt=Now())
    own.filter(offered_at=None).update(offered_at=Now())
    return own.count()


def balance(owner: str) -> int | None:
    """Offer one camera of a worker that carries more than its share; returns which, None where all is well."""
    if CameraLease.objects.filter(expires_at__gt=Now()).exclude(offered_at=None).exists():
        return None  # one at a time
    if not should_offer(owner, fleet()):
        return None
    lease = CameraLease.objects.filter(owner=owner, expires_at__gt=Now()).order_by("camera_id").last()
    if lease is None:
        return None
    offer(Lease(lease.camera_id, lease.epoch))
    return lease.camera_id


def bid(owner: str, room: int) -> list[Lease]:
    """Offered leases that a worker shall take over, with the epoch that it finds; two never bid for the same one."""
    if room <= 0:
        return []
    standing = fleet()
    with transaction.atomic():
        offered = CameraLease.objects.filter(without_heir(), camera__enabled=True, expires_at__gt=Now())
        rows = offered.exclude(offered_at=None).order_by("offered_at").select_for_update(skip_locked=True, of=("self",))
        mine = [row for row in rows if heir_of(row.owner, standing) == owner][:room]
        keys = [row.pk for row in mine]
        CameraLease.objects.filter(pk__in=keys).update(heir=owner, heir_until=Now() + HEIR_TTL)
    return [Lease(row.camera_id, row.epoch) for row in mine]


def take_over(found: Lease, owner: str) -> Lease:
    """Become the watcher of a camera that was on offer.

    Raises:
        StaleEpochError: it is somebody else's by now.
    """
    heirs = CameraLease.objects.filter(camera=found.camera_id, epoch=found.epoch, heir=owner)
    if not heirs.update(
        owner=owner,
        epoch=F("epoch") + 1,
        expires_at=Now() + TTL,
        reported_at=Now(),
        pid=os.getpid(),
        offered_at=None,
        heir="",
        heir_until=None,
    ):
        raise StaleEpochError(f"camera {found.camera_id}: epoch {found.epoch} is not on offer any more")
    return Lease(found.camera_id, found.epoch + 1)
