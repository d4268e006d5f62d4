"""The audit chain: who did what, append-only, each row's hash over the row before it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from alerts.models import AuditEvent, Incident

GENESIS = "0" * 64
_LOCK = 0x48616E64  # "Hand": one writer of the chain at a time


def record(actor: str, action: str, incident: Incident | None = None, **detail: Any) -> AuditEvent:
    """Append one event. It commits or rolls back with the change that it is about."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
        last = AuditEvent.objects.order_by("-pk").values_list("hash", flat=True).first() or GENESIS
        number = incident.pk if incident else None
        return AuditEvent.objects.create(
            at=at,
            actor=actor,
            action=action,
            incident=incident,
            detail=detail,
            previous_hash=last,
            hash=digest(last, at, actor, action, number, detail),
        )


def digest(previous: str, at: datetime, actor: str, action: str, incident: int | None, detail: dict[str, Any]) -> str:
    """SHA-256 over an event and the hash before it, in a canonical form."""
    line = json.dumps([previous, at.timestamp(), actor, action, incident, detail], sort_keys=True)
    return hashlib.sha256(line.encode()).hexdigest()


def broken_links() -> Iterator[AuditEvent]:
    """Events whose hash does not fit their content or the event before them."""
    previous = GENESIS
    for event in AuditEvent.objects.order_by("pk").iterator():
        expected = digest(previous, event.at, event.actor, event.action, event.incident_id, event.detail)
        if event.previous_hash != previous or event.hash != expected:
            yield event
        previous = event.hash
