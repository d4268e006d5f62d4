"""What every channel says, in plain words, with no personal detail: what, where, when, how to answer."""

import json
import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from alerts.models import Attempt, Incident, Notification
from alerts.partner import links

logger = logging.getLogger(__name__)


def is_over(attempt: Attempt) -> bool:
    """Whether it is the word that an incident is over, not a page."""
    return attempt.notification.purpose == Notification.Purpose.STAND_DOWN


def title(incident: Incident) -> str:
    """What it is: `CRITICAL welfare concern #12`."""
    tier = incident.get_tier_display()
    kind = incident.kind.replace(tier, tier.upper(), 1)
    return f"{kind[0].upper()}{kind[1:]} #{incident.pk}"


def link(attempt: Attempt) -> str:
    """Where this person reads more and answers: their own link to this incident.

    One that cannot be written just now (somebody holds the incident) is left out: the page goes, with the console's.
    """
    incident = attempt.notification.step_run.incident
    try:
        with transaction.atomic():
            return links.address(attempt.notification.contact, incident)
    except DatabaseError:
        logger.exception("attempt %s: no link could be made; the page goes without", attempt.pk)
        return f"{settings.PUBLIC_URL}/i/{incident.pk}"


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
            "drill": incident.drill,
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
