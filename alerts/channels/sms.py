"""One SMS: a single GSM-7 segment that says where, what and how to answer, with no personal detail."""

import unicodedata

from django.conf import settings

from alerts.channels import gateway
from alerts.models import Attempt, Incident

SEGMENT = 160  # septets, GSM 03.38
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def text(incident: Incident) -> str:
    """The message of an incident, at most one segment; the place is shortened first, never the way to answer."""
    kind = incident.kind.replace(incident.get_tier_display(), incident.get_tier_display().upper())
    head = f"{kind[0].upper()}{kind[1:]} #{incident.pk} "
    tail = f". Reply 1 take on, 2 can't attend, 3 false alert. {settings.PUBLIC_URL}/i/{incident.pk}"
    at = f" {incident.first_frame_at:%H:%MZ}"
    room = SEGMENT - len(head) - len(tail) - len(at)
    place = plain(incident.place)
    if len(place) > room:
        place = place[: max(room - 1, 0)].rstrip(" ,") + "."
    return plain(head + place + at + tail)[:SEGMENT]


def plain(words: str) -> str:
    """Words in the GSM-7 alphabet: accents that it lacks are dropped, anything else becomes `?`."""
    out = []
    for char in words:
        if char in GSM7:
            out.append(char)
            continue
        base = unicodedata.normalize("NFKD", char)[0]
        out.append(base if base in GSM7 else "?")
    return "".join(out)


def send(attempt: Attempt) -> gateway.Outcome:
    """Hand one message to the provider."""
    incident = attempt.notification.step_run.incident
    return gateway.ask(
        gateway.client().messages.create,
        to=attempt.address,
        from_=settings.TWILIO_FROM_NUMBER,
        body=text(incident),
        status_callback=gateway.status_callback(attempt.token),
    )
