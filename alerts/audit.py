"""Who did what, append-only, and a chain of hashes over it.

`record` writes an event in the transaction of the change that it is about and waits for nobody. `chain` links what has
been committed: one chainer at a time, in the engine, a second or so later. What happens to a page if the process dies
here: nothing, for no page waits for the chain; an event that is not linked yet waits in `AuditPending`.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from alerts.evidence import links
from alerts.models import AuditEvent, AuditLink, AuditPending, Incident

logger = logging.getLogger(__name__)
GENESIS = "0" * 64
AT_ONCE = 500
UNCHAINED_S = 60  # an engine links within seconds; later than this it is a fault
_LOCK = 0x48616E64  # "Hand": one chainer at a time


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: kept outside the database it proves that nothing was cut off behind it."""

    sequence: int
    hash: str


def record(actor: str, action: str, incident: Incident | None = None, **detail: Any) -> AuditEvent:
    """Write one event. It commits or rolls back with the change that it is about."""
    return AuditEvent.objects.create(actor=actor[:80], action=action[:40], incident=incident, detail=detail)


@transaction.atomic
def chain(at_once: int = AT_ONCE) -> int:
    """Link committed events to the chain; returns how many. Another chainer at work is left to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (mine,) = cursor.fetchone()
    if not mine:
        return 0
    waiting = list(AuditPending.objects.order_by("pk").values_list("pk", flat=True)[:at_once])
    if not waiting:
        return 0
    last = head()
    sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    events = AuditEvent.objects.in_bulk(waiting)
    made = []
    for number in (n for n in waiting if n in events):
        sequence += 1
        link = AuditLink(sequence=sequence, event_number=number, previous_hash=previous)
        link.hash = previous = digest(previous, sequence, events[number])
        made.append(link)
    AuditLink.objects.bulk_create(made)
    AuditPending.objects.filter(pk__in=list(events)).delete()
    return len(made)


def head() -> Head | None:
    """The newest link of the chain."""
    last = AuditLink.objects.order_by("-sequence").first()
    return Head(last.sequence, last.hash) if last else None


def digest(previous: str, sequence: int, event: AuditEvent) -> str:
    """The hash of an event's link: over the event, its place and the hash before it."""
    return links.digest(previous, sequence, plain(event))


def plain(event: AuditEvent) -> dict[str, Any]:
    """An event as it is hashed, and as an evidence pack carries it."""
    return {
        "number": event.pk,
        "at_s": event.at.timestamp(),
        "actor": event.actor,
        "action": event.action,
        "incident": event.incident_id,
        "detail": event.detail,
    }


def faults(anchors: Sequence[Head] = ()) -> Iterator[str]:
    """What does not fit, in words, the first broken place first.

    Args:
        anchors: heads that were kept outside the database; a chain that lacks one of them was cut or rewritten.
    """
    yield from _broken_links()
    kept = dict(AuditLink.objects.filter(pk__in=[a.sequence for a in anchors]).values_list("sequence", "hash"))
    for anchor in anchors:
        if anchor.sequence not in kept:
            yield f"link {anchor.sequence} was seen outside and is gone: the chain's tail was cut off"
        elif kept[anchor.sequence] != anchor.hash:
            yield f"link {anchor.sequence} is not the one that was seen outside: the chain was written anew"
    yield from _unlinked()


def _broken_links() -> Iterator[str]:
    previous = GENESIS
    for expected, (link, event) in zip(count(1), _links(), strict=False):
        if link.sequence != expected:
            yield f"link {expected} is missing from the chain (the next one is {link.sequence})"
            return
        if event is None:
            yield f"audit event {link.event_number} was deleted"
        elif link.previous_hash != previous or link.hash != digest(previous, link.sequence, event):
            yield f"audit event {event.pk} ({event.action}, {event.at:%F %T}) does not fit the chain"
        previous = link.hash


def _links(at_once: int = 2000) -> Iterator[tuple[AuditLink, AuditEvent | None]]:
    after = -1
    while links := list(AuditLink.objects.filter(sequence__gt=after).order_by("sequence")[:at_once]):
        events = AuditEvent.objects.in_bulk([link.event_number for link in links])
        yield from ((link, events.get(link.event_number)) for link in links)
        after = links[-1].sequence


def _unlinked() -> Iterator[str]:
    for number in AuditPending.objects.order_by("pk").values_list("pk", flat=True).iterator():
        event = AuditEvent.objects.filter(pk=number).first()
        if event is None:
            yield f"audit event {number} was deleted before it was chained"
        elif (timezone.now() - event.at).total_seconds() > UNCHAINED_S:
            yield f"audit event {number} ({event.action}, {event.at:%F %T}) is not chained yet: is an engine running?"
    outside = AuditEvent.objects.exclude(pk__in=AuditLink.objects.values("event_number"))
    for event in outside.exclude(pk__in=AuditPending.objects.values("pk")).iterator():
        yield f"audit event {event.pk} ({event.action}, {event.at:%F %T}) stands outside the chain"
