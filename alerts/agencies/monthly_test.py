"""Once a month each partner contact gets a message marked TEST; who does not answer `1` within a day is shown.

It goes out in working hours of the agency, never while a person may be at risk, one a round, and can be lost only into
the next round: the row is written first, and a row without an answer of the provider is sent again.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from alerts import audit
from alerts.agencies import texting
from alerts.channels.interface import Accepted, Refused, Unknown
from alerts.models import Agency, Contact, Incident, PartnerTest
from alerts.planning import database_now
from alerts.rotas.duty import hours_of, zone_of
from zones.tier import Tier

logger = logging.getLogger(__name__)
FIRST_HOUR, LAST_HOUR = 10, 16  # assumed: when a message surprises nobody, by the agency's clock
ANSWER_WITHIN = timedelta(days=1)
AGAIN_AFTER = timedelta(minutes=5)
TEXT = "TEST, no one is at risk. Handrail's monthly test of your number: please reply 1 to show that it reached you."


def is_time(local: datetime) -> bool:
    """Whether a test may go out at a wall-clock time: a working day, in the middle of the day."""
    return local.weekday() < 5 and FIRST_HOUR <= local.hour < LAST_HOUR


def due() -> bool:
    """Send the next test that is due, and flag those nobody answered; returns whether one was sent."""
    _flag()
    if Incident.objects.filter(tier__gte=Tier.CONCERN).exclude(state=Incident.State.RESOLVED).exists():
        return False
    now = database_now()
    for agency in Agency.objects.filter(monthly_test=True).order_by("pk"):
        zone = zone_of(agency.time_zone)
        local = now.astimezone(zone)
        if is_time(local) and hours_of(agency.hours).includes(now, zone):
            test = _claim(agency, local.date().replace(day=1))
            if test is not None:
                _send(test)
                return True
    return False


@transaction.atomic
def _claim(agency: Agency, month: date) -> PartnerTest | None:
    """Take one contact whose test of the month has not gone out."""
    unsent = PartnerTest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("contact")
    lost = Q(contact__agency=agency, contact__active=True, month=month, sent_at=None, error="")
    test = unsent.filter(lost, claimed_at__lt=Now() - AGAIN_AFTER).first()
    if test is not None:
        PartnerTest.objects.filter(pk=test.pk).update(claimed_at=Now())
        return test
    contact = _untested(agency, month).first()
    if contact is None:
        return None
    made, created = PartnerTest.objects.get_or_create(contact=contact, month=month)
    return made if created else None


def _untested(agency: Agency, month: date) -> QuerySet[Contact]:
    contacts = agency.contacts.filter(active=True, sms_refused_at=None).exclude(mobile="")
    return contacts.exclude(tests__month=month).order_by("pk")


def _send(test: PartnerTest) -> None:
    outcome = texting.send(test.contact.mobile, TEXT)
    row = PartnerTest.objects.filter(pk=test.pk)
    match outcome:
        case Accepted(sid):
            row.update(sent_at=Now(), provider_sid=sid)
        case Refused(code, words):
            row.update(error=f"{code} {words}"[:200], flagged_at=Now())
            audit.record("engine", "monthly test failed", contact=test.contact_id, code=code)
        case Unknown():
            pass  # sent again in a few minutes: two tests are better than none


def _flag() -> None:
    late = PartnerTest.objects.filter(answered_at=None, flagged_at=None, sent_at__lt=Now() - ANSWER_WITHIN)
    with transaction.atomic():
        for test in late.select_for_update(skip_locked=True, of=("self",)).select_related("contact__agency"):
            PartnerTest.objects.filter(pk=test.pk).update(flagged_at=Now())
            audit.record("engine", "monthly test unanswered", contact=test.contact_id, name=str(test.contact))


def reply(people: Sequence[Contact]) -> str | None:
    """The answer to `1` from those whose test waits for it; None where none does."""
    waiting = PartnerTest.objects.filter(contact__in=people, answered_at=None).exclude(sent_at=None)
    answered = list(waiting.select_for_update())
    for test in answered:
        PartnerTest.objects.filter(pk=test.pk).update(answered_at=Now(), flagged_at=None)
        audit.record(str(test.contact), "monthly test answered", contact=test.contact_id)
    return "Thank you: the test reached you. Nothing else is needed." if answered else None


def unanswered(people: QuerySet[Contact]) -> QuerySet[PartnerTest]:
    """Their tests of this month and the last that nobody answered or that could not be sent, newest first."""
    recent = PartnerTest.objects.filter(month__gte=(database_now() - timedelta(days=31)).date().replace(day=1))
    found = (
        recent.exclude(flagged_at=None).filter(answered_at=None, contact__in=people).select_related("contact__agency")
    )
    return found.order_by(F("month").desc(), "contact__name")
