"""What every channel says, in plain words, with no personal detail: what, where, when, how to answer."""

import json
from datetime import datetime
from typing import Any

from alerts.models import Attempt, Incident, Notification
from alerts.partner import links


def is_over(attempt: Attempt) -> bool:
    """Whether it is the word that an incident is over, not a page."""
    return attempt.notification.purpose == Notification.Purpose.STAND_DOWN


def title(incident: Incident) -> str:
    """What it is: `CRITICAL welfare concern #12`."""
    tier = incident.get_tier_display()
    kind = incident.kind.replace(tier, tier.upper(), 1)
    return f"{kind[0].upper()}{kind[1:]} #{incident.pk}"


def link(attempt: Attempt) -> str:
    """Where this person reads more and answers: their own link to this incident."""
    return links.address(attempt.notification.contact, attempt.notification.step_run.incident)


def document(attempt: Attempt) -> bytes:
    """The notice for another system, as canonical JSON; the schema stands in docs/channels.md."""
    incident = attempt.notification.step_run.incident
    content: dict[str, Any] = {
        "version": 1,
        "delivery": str(attempt.token),
        "event": attempt.notification.purpose,
        "incident": {
            "number": incident.pk,
            "about": incident.subject,
            "tier": incident.get_tier_display(),
            "state": incident.state,
            "place": incident.place,
            "zone": incident.zone_name,
            "first_seen_at": _iso(incident.first_frame_at),
            "opened_at": _iso(incident.opened_at),
            "resolved_at": _iso(incident.resolved_at),
        },
        "link": link(attempt),
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
