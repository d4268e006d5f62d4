"""Nobody else is needed: everybody who was paged learns it, by the way that reached them and with no noise."""

from django.db.models import Max

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


def stand_down(incident: Incident, *, but_for: tuple[Contact | None, ...] = ()) -> int:
    """Write a stand-down for everybody whom a page may have reached; returns how many.

    Left out is who is named, such as the person who closed it, and who has learned it since their last page. The caller
    holds the incident's lock. Nobody is rung up for it: a call is only for whom nothing else reaches.
    """
    left_out = {contact.pk for contact in but_for if contact is not None}
    told = [contact for contact in _paged(incident) if contact.pk not in left_out]
    ways = {contact.pk: _quietly(contact, incident) for contact in told}
    if not any(ways.values()):
        return 0
    before = StepRun.objects.filter(incident=incident, run=incident.run, step=STAND_DOWN_STEP).count()
    step_run = StepRun.objects.create(incident=incident, run=incident.run, loop=before, step=STAND_DOWN_STEP)
    for contact in (contact for contact in told if ways[contact.pk]):
        notification = Notification.objects.create(
            step_run=step_run,
            contact=contact,
            channels=ways[contact.pk],
            purpose=Notification.Purpose.STAND_DOWN,
        )
        begin(notification, ways[contact.pk])
    return len(told)


def _paged(incident: Incident) -> list[Contact]:
    """Whom a page may have reached, and no stand-down since."""
    reached = Attempt.objects.filter(
        notification__step_run__incident=incident,
        notification__purpose=Notification.Purpose.PAGE,
        state__in=MAY_HAVE_REACHED,
    ).exclude(channel=Channel.CONSOLE)
    pages = dict(reached.values_list("notification__contact").annotate(Max("notification")))
    over = Notification.objects.filter(step_run__incident=incident, purpose=Notification.Purpose.STAND_DOWN)
    told = dict(over.values_list("contact").annotate(Max("pk")))
    waiting = [contact for contact, page in pages.items() if page > told.get(contact, 0)]
    return list(Contact.objects.filter(pk__in=waiting).order_by("pk"))


def _quietly(contact: Contact, incident: Incident) -> list[str]:
    """The channels that page this person, calls last."""
    used = Notification.objects.filter(step_run__incident=incident, contact=contact).order_by("pk")
    named = list(dict.fromkeys(channel for channels in used.values_list("channels", flat=True) for channel in channels))
    open_to_them = [channel for channel in usable(contact, named) if channel != Channel.CONSOLE]
    return sorted(open_to_them, key=lambda channel: channel == Channel.VOICE)
