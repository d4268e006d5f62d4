"""The other pair of eyes: a process of its own that pages by a path of its own when the engine does not.

Every few seconds it looks for what the engine has let lie; it then tells everybody on the incident's policy, by the
second provider account where there is one, at most once a minute. It pages first and writes afterwards: a page that
nobody can see in the console is better than none. Two pages are better than none.
"""

import logging
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from alerts import audit, lateness
from alerts.channels import gateway, sms
from alerts.channels.interface import Accepted
from alerts.escalation import WATCHDOG_STEP, steps_of
from alerts.models import Attempt, Channel, Contact, Incident, Notification, StepRun
from alerts.planning import recipients

logger = logging.getLogger(__name__)
AGAIN_S = 60.0
ALARM_AGAIN_S = 900.0
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the watchdog: to whom, about which incidents, and what the provider calls it."""

    contact: Contact
    incidents: tuple[Incident, ...]
    token: uuid.UUID
    sid: str


class Watchdog:
    """Remembers, in its own memory, what it has paged and rung for."""

    def __init__(self) -> None:
        self._paged: dict[int, float] = {}
        self._alarmed: dict[str, float] = {}

    def look(self) -> list[int]:
        """Page for every incident that the engine has let lie; returns their numbers."""
        late = [found for found in lateness.let_lie() if self._is_due(found.incident.pk)]
        for found in late:
            logger.error("incident %s: %s; the watchdog pages by itself", found.incident.pk, found.words)
        told = self._tell([found.incident for found in late])
        for found in late:
            # Only what somebody was told of counts: else it is tried again at the next look.
            if any(found.incident in one.incidents for one in told):
                self._paged[found.incident.pk] = time.monotonic()
                _write(found.incident, found.words, [one for one in told if found.incident in one.incidents])
        if lateness.engine_is_away():
            self.alarm("the engine does not answer")
        return [found.incident.pk for found in late]

    def alarm(self, what: str) -> bool:
        """Tell who mends Handrail that a part of it does not answer; at most every quarter of an hour."""
        now = time.monotonic()
        if now - self._alarmed.get(what, -ALARM_AGAIN_S) < ALARM_AGAIN_S:
            return False
        self._alarmed[what] = now
        logger.error("%s", what)
        words = sms.plain(f"Handrail: {what}. Paging may be late: ring the control room. {settings.PUBLIC_URL}")
        return any(_send(number, words) for number in settings.WATCHDOG_NUMBERS)

    def _is_due(self, number: int) -> bool:
        return time.monotonic() - self._paged.get(number, -AGAIN_S) >= AGAIN_S

    def _tell(self, incidents: list[Incident]) -> list[Told]:
        """One message to each person, whatever the number of incidents; several at once."""
        by_person: dict[int, tuple[Contact, list[Incident]]] = {}
        for incident in sorted(incidents, key=lambda one: (-one.tier, one.pk)):
            for contact in _people(incident):
                by_person.setdefault(contact.pk, (contact, []))[1].append(incident)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = pool.map(lambda whom: _page(*whom), by_person.values())
        return [one for one in told if one is not None]


def _people(incident: Incident) -> Iterable[Contact]:
    people = {c.pk: c for step in steps_of(incident.policy) for c in recipients(step) if c.mobile}
    return people.values() or Contact.objects.filter(active=True).exclude(mobile="")


def _page(contact: Contact, incidents: list[Incident]) -> Told | None:
    words = sms.text(incidents[0])
    if len(incidents) > 1:
        numbers = ", ".join(f"#{incident.pk}" for incident in incidents[1:5])
        words = f"{words} Also waiting: {numbers}" + (" and more" if len(incidents) > 5 else "")
    token = uuid.uuid4()
    sid = _send(contact.mobile, words, gateway.status_callback(token))
    return Told(contact, tuple(incidents), token, sid) if sid else None


def _send(number: str, words: str, callback: str = "") -> str:
    """One message by the account that stands by, then by the other; the provider's name for it, or nothing."""
    for account in reversed(gateway.accounts()):
        outcome = gateway.ask(
            gateway.client(account.index).messages.create,
            to=number,
            from_=account.numbers[0],
            body=words,
            **({"status_callback": callback} if callback else {}),
        )
        if isinstance(outcome, Accepted):
            return outcome.sid
        logger.error("the watchdog's message by account %s was not taken: %s", account.index, outcome)
    return ""


def _write(incident: Incident, why: str, told: list[Told]) -> None:
    """Show in the console who was told, so that their answer by SMS is understood and they hear when it is over."""
    try:
        with transaction.atomic():
            run, _ = StepRun.objects.get_or_create(incident=incident, run=incident.run, loop=0, step=WATCHDOG_STEP)
            for one in told:
                notification, _ = Notification.objects.get_or_create(
                    step_run=run, contact=one.contact, defaults={"channels": [Channel.SMS]}
                )
                first = one.incidents[0] == incident
                Attempt.objects.create(
                    notification=notification,
                    n=notification.attempts.count() + 1,
                    channel=Channel.SMS,
                    address=one.contact.mobile,
                    state=Attempt.State.ACCEPTED,
                    accepted_at=Now(),
                    # A message about several incidents is one message: its name stands with the first of them.
                    **({"token": one.token, "provider_sid": one.sid} if first else {}),
                )
            audit.record("watchdog", "paged", incident, text=why, told=[str(one.contact) for one in told])
    except DatabaseError:
        logger.exception("incident %s: the watchdog has paged and could not write it", incident.pk)
        connection.close()
