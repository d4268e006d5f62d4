"""It is over: everybody who was paged learns it, by the way that reached them and with no noise."""

from alerts.escalation import STAND_DOWN_STEP
from alerts.models import Attempt, Channel, Contact, Incident, Notification, StepRun
from alerts.planning import begin, usable

MAY_HAVE_REACHED = (
    Attempt.State.CLAIMED,
    Attempt.State.ACCEPTED,
    Attempt.State.SENT,
    Attempt.State.DELIVERED,
    Attempt.State.UNKNOWN,
)


def stand_down(incident: Incident, *, closed_by: Contact | None) -> int:
    """Write a stand-down for everybody whom a page may have reached, but not for who closed it; returns how many.

    The caller holds the incident's lock. Nobody is rung up for it: a call is only for whom nothing else reaches.
    """
    reached = Attempt.objects.filter(
        notification__step_run__incident=incident,
        notification__purpose=Notification.Purpose.PAGE,
        state__in=MAY_HAVE_REACHED,
    ).exclude(channel=Channel.CONSOLE)
    people = Contact.objects.filter(pk__in=reached.values("notification__contact"))
    told = [contact for contact in people.order_by("pk") if closed_by is None or contact.pk != closed_by.pk]
    ways = {contact.pk: _quietly(contact, incident) for contact in told}
    if not any(ways.values()):
        return 0
    step_run, _ = StepRun.objects.get_or_create(incident=incident, run=incident.run, loop=0, step=STAND_DOWN_STEP)
    for contact in (contact for contact in told if ways[contact.pk]):
        notification = Notification.objects.create(
            step_run=step_run,
            contact=contact,
            channels=ways[contact.pk],
            purpose=Notification.Purpose.STAND_DOWN,
        )
        begin(notification, ways[contact.pk])
    return len(told)


def _quietly(contact: Contact, incident: Incident) -> list[str]:
    """The channels that page this person, calls last."""
    used = Notification.objects.filter(step_run__incident=incident, contact=contact).order_by("pk")
    named = list(dict.fromkeys(channel for channels in used.values_list("channels", flat=True) for channel in channels))
    open_to_them = [channel for channel in usable(contact, named) if channel != Channel.CONSOLE]
    return sorted(open_to_them, key=lambda channel: channel == Channel.VOICE)
