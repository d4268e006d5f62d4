"""What a partner does from the page: one function each, on the incident's lock, audited, safe to do twice."""

from collections.abc import Callable, Mapping

from django.db import transaction

from alerts import audit, transitions
from alerts.inbound.acting import cannot_attend
from alerts.models import AuditEvent, Incident, PartnerLink
from alerts.transitions import TransitionError
from zones.whole import whole

VIA = "link"
MOST_MINUTES = 240
ON_THE_WAY, ARRIVED = "on the way", "arrived"


def take_on(link: PartnerLink, _form: Mapping[str, str]) -> str:
    """Acknowledge."""
    result = transitions.acknowledge(link.incident_id, by=link.contact, via=VIA)
    if result.took_effect:
        return "It is yours. Thank you."
    return f"It was already taken on by {result.by}."


def on_the_way(link: PartnerLink, form: Mapping[str, str]) -> str:
    """Say in how many minutes they will be there; who is on the way has taken it on.

    Raises:
        TransitionError: the minutes make no sense, or it is over.
    """
    minutes = whole(form.get("minutes", "").strip())
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        raise TransitionError(f"In how many minutes will you be there? Give a number from 1 to {MOST_MINUTES}.")
    _say(link, ON_THE_WAY, minutes=minutes, text=f"there in {minutes} min")
    return f"The control room sees that you will be there in {minutes} minutes."


def arrived(link: PartnerLink, _form: Mapping[str, str]) -> str:
    """Say that they are there."""
    _say(link, ARRIVED)
    return "The control room sees that you are there."


def cannot(link: PartnerLink, _form: Mapping[str, str]) -> str:
    """Say that they cannot come: others are asked at once."""
    incident = _open(link)
    return cannot_attend(incident, link.contact, VIA)


def note(link: PartnerLink, form: Mapping[str, str]) -> str:
    """Keep what they say, also after it is over."""
    transitions.add_note(link.incident_id, by=link.contact, text=form.get("text", "").replace("\x00", ""))
    return "Your note is kept."


ACTS: dict[str, Callable[[PartnerLink, Mapping[str, str]], str]] = {
    "take-on": take_on,
    "on-the-way": on_the_way,
    "arrived": arrived,
    "cannot": cannot,
    "note": note,
}


@transaction.atomic
def _say(link: PartnerLink, what: str, **detail: object) -> None:
    """Keep what a responder said; pages stop, for a person is at it."""
    incident = _open(link)
    last = AuditEvent.objects.filter(incident=incident, actor=str(link.contact), action__in=(ON_THE_WAY, ARRIVED))
    newest = last.order_by("-pk").first()
    if newest is None or (newest.action, newest.detail) != (what, detail):
        audit.record(str(link.contact), what, incident, **detail)
    if incident.state != Incident.State.ACKNOWLEDGED:
        transitions.acknowledge(incident.pk, by=link.contact, via=VIA)


def _open(link: PartnerLink) -> Incident:
    incident = Incident.objects.select_for_update(no_key=True).get(pk=link.incident_id)
    if incident.state == Incident.State.RESOLVED:
        raise TransitionError("It is over: nobody else is needed. Thank you.")
    return incident


def said_by(link: PartnerLink) -> AuditEvent | None:
    """The last that this person said of being on the way or there."""
    said = AuditEvent.objects.filter(incident_id=link.incident_id, actor=str(link.contact))
    return said.filter(action__in=(ON_THE_WAY, ARRIVED)).order_by("-pk").first()
