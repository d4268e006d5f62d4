"""What a rehearsal asks of the alerts: whom it may page, when that page was shown or accepted, and its end."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Now

from alerts.models import Attempt, Channel, Contact, Incident, Notification
from alerts.planning import usable
from alerts.transitions import end_drill

__all__ = ["contact_fault", "end_drill", "end_forgotten", "end_left_over", "paged_at"]
LONGEST = timedelta(minutes=15)  # assumed: a place of a drill takes some seconds, and closes its own incident


def contact_fault(contact_id: int) -> str:
    """Why a contact cannot be paged by a drill; empty where they can.

    A drill whose contact nobody can reach would page everybody who can be: it is refused before it begins.
    """
    contact = Contact.objects.filter(pk=contact_id, active=True).first()
    if contact is None:
        return f"there is no active contact {contact_id}"
    return "" if usable(contact, Channel.values) else f"{contact} can be reached by no channel"


def paged_at(incident_id: int, *, quiet: bool) -> datetime | None:
    """When the first page of an incident was accepted by a provider or shown on the console; None until then.

    A quiet drill pages nobody: there the console's list is the page, and shows it as soon as the incident is open.
    """
    if quiet:
        return Incident.objects.get(pk=incident_id).opened_at
    pages = Attempt.objects.filter(
        notification__step_run__incident=incident_id, notification__purpose=Notification.Purpose.PAGE
    )
    accepted = pages.exclude(accepted_at=None).order_by("accepted_at").values_list("accepted_at", flat=True).first()
    shown = pages.filter(channel=Channel.CONSOLE).order_by("created_at").values_list("created_at", flat=True).first()
    return min((at for at in (accepted, shown) if at is not None), default=None)


def end_left_over(camera_id: int) -> list[int]:
    """Close the incidents of a drill that was killed on a camera before; returns their numbers."""
    return _end(Q(camera_id=camera_id), "DRILL: left over from one that was killed")


def end_forgotten() -> None:
    """Close what a killed drill left open where no other drill came: the engine does, once in a while."""
    _end(Q(opened_at__lt=Now() - LONGEST), "DRILL: left over from one that was killed, closed by the engine")


def _end(which: Q, note: str) -> list[int]:
    left = Incident.objects.filter(which, drill=True).exclude(state=Incident.State.RESOLVED)
    numbers = list(left.values_list("pk", flat=True))
    for number in numbers:
        end_drill(number, note=note)
    return numbers
