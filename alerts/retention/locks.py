"""Evidence locks: a person keeps everything of an incident, and a person lets it go again. Both are audited."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from alerts import audit
from alerts.models import Deletion, EvidenceLock, Incident


class LockError(ValueError):
    """A lock that cannot be placed; the message says why."""


@transaction.atomic
def place(number: int, *, by: str, reason: str) -> int:
    """Lock an incident; returns how many of its files had been deleted before.

    It takes the incident's row, as deleting does: what is about to go is either gone before this returns, or kept.

    Raises:
        LockError: no reason, no such incident, or locked already.
    """
    if not reason.strip():
        raise LockError("Say why it is locked: the reason is kept.")
    incident = Incident.objects.select_for_update(no_key=True).filter(pk=number).first()
    if incident is None:
        raise LockError(f"There is no incident #{number}: look at its number again.")
    lock = incident.locks.filter(released_at=None).first()
    if lock is not None:
        raise LockError(f"Incident #{number} is locked since {lock.placed_at:%d %b %Y} by {lock.placed_by}.")
    EvidenceLock.objects.create(incident=incident, placed_by=by[:150], reason=reason.strip()[:200])
    audit.record(by, "placed an evidence lock", incident, text=reason.strip()[:200])
    return Deletion.objects.filter(incident_number=number, state=Deletion.State.GONE).exclude(path="").count()


@transaction.atomic
def release(lock: EvidenceLock, *, by: str) -> bool:
    """Take a lock back; False where that was done before. What is due goes with the next run."""
    let_go = EvidenceLock.objects.filter(pk=lock.pk, released_at=None)
    released = let_go.update(released_at=Now(), released_by=by[:150])
    if released:
        audit.record(by, "released an evidence lock", lock.incident, text=lock.reason)
    return bool(released)


def open_locks(incident: str) -> Exists:
    """Whether a row's incident is locked; `incident` is the path from the row to it."""
    return Exists(EvidenceLock.objects.filter(incident=OuterRef(incident), released_at=None))
