"""One SMS: a single GSM-7 segment that says where, what and how to answer, with no personal detail."""

import unicodedata

from django.conf import settings

from alerts.channels import gateway, wording
from alerts.channels.interface import Outcome
from alerts.models import Attempt, Contact, Incident, NumberBlock

SEGMENT = 160  # septets, GSM 03.38
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
missing = gateway.missing


def address(contact: Contact) -> str:
    """The mobile, unless the person or the network takes no SMS there."""
    if contact.sms_refused_at is not None or NumberBlock.objects.filter(number=contact.mobile).exists():
        return ""
    return contact.mobile


def text(incident: Incident, link: str = "") -> str:
    """The page about an incident, at most one segment; the place is shortened first, never the way to answer."""
    head = f"{wording.title(incident)} "
    link = link or f"{settings.PUBLIC_URL}/i/{incident.pk}"
    tail = f". Reply 1 take on, 2 can't, 3 false alert. {link}"
    return _fitted(head, incident.place, f" {incident.first_frame_at:%H:%MZ}{tail}")


def over(incident: Incident) -> str:
    """The word that nobody is needed any more."""
    return _fitted(f"Stand down: #{incident.pk} ", incident.place, " is in hand. Nobody else is needed. Thank you.")


def _fitted(head: str, place: str, tail: str) -> str:
    """One segment; only the place may be cut."""
    place, room = plain(place), SEGMENT - len(head) - len(tail)
    if len(place) > room:
        place = place[: max(room - 1, 0)].rstrip(" ,") + "."
    return plain(head + place + tail)[:SEGMENT]


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


def body(attempt: Attempt) -> str:
    """What the message of an attempt says: the same words each time, so that it can be found in the provider's list."""
    incident = attempt.notification.step_run.incident
    return over(incident) if wording.is_over(attempt) else text(incident, wording.link(attempt))


def send(attempt: Attempt) -> Outcome:
    """Hand one message to the provider."""
    return gateway.ask(
        gateway.client(attempt.account).messages.create,
        to=attempt.address,
        from_=attempt.sender,
        body=body(attempt),
        status_callback=gateway.status_callback(attempt.token),
    )
