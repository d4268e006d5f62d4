"""The other pair of eyes: a process of its own that pages by a path of its own when the engine does not.

It looks for an unresolved incident that is overdue by 10 s, and for an engine without a healthy round for 15 s while
anything is open; it then tells every contact of the incident's policy directly, at most once a minute.
"""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from alerts import audit
from alerts.channels import gateway, sms
from alerts.engine import HEARTBEAT
from alerts.escalation import steps_of
from alerts.models import Contact, Heartbeat, Incident
from alerts.planning import recipients

logger = logging.getLogger(__name__)
OVERDUE_S = 10
STALE_S = 15
AGAIN_S = 60.0


class Watchdog:
    """Remembers, in its own memory, what it has paged for."""

    def __init__(self) -> None:
        self._paged: dict[int, float] = {}

    def look(self) -> list[int]:
        """Page for every incident that the engine has let lie; returns their numbers."""
        limit = Now() - timedelta(seconds=OVERDUE_S)
        late = Incident.objects.exclude(state=Incident.State.RESOLVED).filter(next_action_at__lt=limit)
        paged = [incident.pk for incident in late if self._page(incident)]
        if paged:
            alive = Heartbeat.objects.filter(name=HEARTBEAT, beat_at__gt=Now() - timedelta(seconds=STALE_S)).exists()
            logger.error("the engine is %s; the watchdog paged for incidents %s", "late" if alive else "away", paged)
        return paged

    def _page(self, incident: Incident) -> bool:
        now = time.monotonic()
        if now - self._paged.get(incident.pk, -AGAIN_S) < AGAIN_S or incident.policy_snapshot.get("quiet"):
            return False
        self._paged[incident.pk] = now
        people = {c.pk: c for step in steps_of(incident.policy_snapshot) for c in recipients(step) if c.mobile}
        told = [str(contact) for contact in people.values() if self._tell(incident, contact)]
        audit.record("watchdog", "paged", incident, told=told)
        return True

    def _tell(self, incident: Incident, contact: Contact) -> bool:
        outcome = gateway.ask(
            gateway.client().messages.create,
            to=contact.mobile,
            from_=settings.TWILIO_FROM_NUMBER,
            body=sms.text(incident),
        )
        return isinstance(outcome, gateway.Accepted)
