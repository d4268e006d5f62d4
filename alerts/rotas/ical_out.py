"""A rota, or one person's duty in all of them, as a calendar behind a secret address that can be made useless."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from alerts.models import Contact, Rota
from alerts.planning import database_now
from alerts.rotas.duty import timeline
from alerts.rotas.layers import Stretch

BEFORE, AHEAD = timedelta(days=7), timedelta(days=56)
_SIGNER = Signer(salt="handrail.calendar")


def address(of: Rota | Contact) -> str:
    """The secret address of a calendar; whoever has it can read it."""
    kind = "rota" if isinstance(of, Rota) else "contact"
    return f"{settings.PUBLIC_URL}{reverse('calendar', args=[_SIGNER.sign(f'{kind}-{of.pk}-{of.calendar_issue}')])}"


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar of a secret address; any other address is not found."""
    try:
        kind, key, issue = _SIGNER.unsign(secret).split("-")
    except (BadSignature, ValueError) as error:
        raise Http404("no such calendar") from error
    of: Rota | Contact
    if kind == "rota":
        of = get_object_or_404(Rota, pk=key, calendar_issue=issue)
    else:
        of = get_object_or_404(Contact, pk=key, calendar_issue=issue)
    answer = HttpResponse(made(of, database_now()), content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


def made(of: Rota | Contact, now: datetime) -> bytes:
    """The calendar as a file, from a week ago to eight weeks ahead."""
    calendar = Calendar()
    calendar.add("PRODID", "-//Handrail//duty//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", f"Handrail: {of}")
    for rota, stretch, person in _duties(of, now):
        event = Event()
        event.add("UID", f"{rota.pk}-{person.pk if person else 0}-{stretch.starts_at:%Y%m%dT%H%M%SZ}@handrail")
        event.add("DTSTAMP", now)
        event.add("DTSTART", stretch.starts_at)
        event.add("DTEND", stretch.ends_at)
        words = f"{rota}: {person}" if person else f"{rota}: NOBODY on duty, {rota.fallback} would be asked"
        event.add("SUMMARY", words)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _duties(of: Rota | Contact, now: datetime) -> Iterator[tuple[Rota, Stretch, Contact | None]]:
    """Each stretch with one person on duty; for a rota also those with nobody."""
    people = Contact.objects.in_bulk()
    for rota in [of] if isinstance(of, Rota) else Rota.objects.order_by("pk"):
        for stretch in timeline(rota, now - BEFORE, now + AHEAD):
            for key in stretch.duty.people:
                if isinstance(of, Rota) or key == of.pk:
                    yield rota, stretch, people[key]
            if not stretch.duty.people and isinstance(of, Rota):
                yield rota, stretch, None
