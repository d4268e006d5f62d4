"""What a person's answer does, however it came: by SMS or by a key in a call."""

from alerts import transitions
from alerts.inbound.reading import CANNOT, TAKE_ON
from alerts.models import Contact, Incident


def act(incident: Incident, contact: Contact, code: str, via: str) -> str:
    """Do what a person answered; returns what to tell them."""
    if code == TAKE_ON:
        result = transitions.acknowledge(incident.pk, by=contact, via=via)
        if result.took_effect:
            return f"Thank you. #{incident.pk} is yours: {incident.place}."
        incident.refresh_from_db()
        if incident.state == Incident.State.RESOLVED:
            return f"#{incident.pk} is over. Thank you."
        return f"#{incident.pk} was already taken on by {result.by}. Thank you."
    if incident.state == Incident.State.RESOLVED:
        return f"#{incident.pk} is over. Thank you."
    if code == CANNOT:
        return cannot_attend(incident, contact, via)
    transitions.add_note(incident.pk, by=contact, text=f"says it is a false alert ({via})")
    return f"Thank you. The control room will check and close #{incident.pk}."


def cannot_attend(incident: Incident, contact: Contact, via: str) -> str:
    """Somebody cannot come: the next people are asked at once, unless somebody else has it."""
    transitions.add_note(incident.pk, by=contact, text=f"can't attend ({via})")
    theirs = incident.state == Incident.State.ACKNOWLEDGED and incident.acknowledged_by_id == contact.pk
    if incident.state == Incident.State.OPEN or theirs:
        transitions.escalate_now(incident.pk, by=contact)
        return f"Thank you. Others are being asked about #{incident.pk}."
    return f"Thank you. #{incident.pk} is with somebody else."
