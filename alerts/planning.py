"""The engine's first half: claim due incidents, run their steps, write whom to tell. One transaction each."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts import audit
from alerts.channels import registry
from alerts.escalation import EVERYONE, LEAST_WAIT_S, QUIET_LOOK_S, Position, Step, after, step_at, steps_of
from alerts.models import Attempt, Channel, Contact, Incident, Notification, Rota, Shift, StepRun
from alerts.transitions import reopen

logger = logging.getLogger(__name__)
STEPS_AT_ONCE = 20  # empty and waitless steps are passed at once, but never in a spin
POISON_DELAY_S = 5


def plan_due() -> int:
    """Run every incident that is due; returns how many. One that fails is looked at again soon, and holds up none."""
    done = 0
    failed: set[int] = set()
    while _plan_one(failed) is not None:
        done += 1
    return done


def _plan_one(failed: set[int]) -> int | None:
    pk: int | None = None
    try:
        with transaction.atomic():
            due = (
                Incident.objects.select_for_update(skip_locked=True)
                .exclude(state=Incident.State.RESOLVED)
                .exclude(pk__in=failed)
                .filter(next_action_at__lte=Now())
                .order_by("next_action_at")
            )
            incident = due.first()
            if incident is None:
                return None
            pk = incident.pk
            with transaction.atomic():
                advance(incident)
    except Exception:
        if pk is None:
            raise
        logger.exception("incident %s could not be escalated; trying again in %s s", pk, POISON_DELAY_S)
        failed.add(pk)
        Incident.objects.filter(pk=pk).exclude(state=Incident.State.RESOLVED).update(
            next_action_at=Now() + timedelta(seconds=POISON_DELAY_S)
        )
    return pk


def advance(incident: Incident) -> None:
    """Run the steps that are due for a locked incident and move its next action."""
    if incident.policy_snapshot.get("quiet"):
        _wait(incident, QUIET_LOOK_S)
        return
    if incident.state == Incident.State.ACKNOWLEDGED:
        audit.record("engine", "acknowledgement expired", incident, by=str(incident.acknowledged_by))
        reopen(incident)
    steps = steps_of(incident.policy_snapshot)
    loops = int(incident.policy_snapshot.get("loops", 1))
    position = Position(incident.loop, incident.step)
    told, wait_s = 0, 0
    for _ in range(STEPS_AT_ONCE):
        step = step_at(position, steps)
        now_told = _run(incident, position, step)
        told += now_told
        position = after(position, steps, loops)
        wait_s = step.wait_s if now_told else 0
        if wait_s:
            break
    if not told:
        logger.error("incident %s: its policy reaches nobody now; everybody who can be reached is paged", incident.pk)
        _run(incident, Position(position.loop, 999), EVERYONE)
        wait_s = EVERYONE.wait_s
    incident.loop, incident.step = position.loop, position.step
    _wait(incident, max(wait_s, LEAST_WAIT_S))


def _wait(incident: Incident, seconds: int) -> None:
    incident.next_action_at = Now() + timedelta(seconds=seconds)
    incident.version = F("version") + 1
    incident.save()


def _run(incident: Incident, position: Position, step: Step) -> int:
    """Write one step run with its notifications and first attempts; returns how many people it tells."""
    people = [contact for contact in recipients(step) if usable(contact, step.channels)]
    if not people:
        return 0
    run, created = StepRun.objects.get_or_create(
        incident=incident, run=incident.run, loop=position.loop, step=position.step
    )
    if not created:
        return len(people)
    for contact in people:
        channels = usable(contact, step.channels)
        notification = Notification.objects.create(step_run=run, contact=contact, channels=channels)
        begin(notification, channels)
    return len(people)


def begin(notification: Notification, channels: list[str]) -> None:
    """The first attempts: the console shows it at once, and beside it goes the first channel to a phone."""
    first = [c for c in channels if c != Channel.CONSOLE][:1]
    shown = [Channel.CONSOLE] if Channel.CONSOLE in channels else []
    for n, channel in enumerate([*shown, *first], start=1):
        console = channel == Channel.CONSOLE
        Attempt.objects.create(
            notification=notification,
            n=n,
            channel=channel,
            address=registry.address(notification.contact, channel),
            state=Attempt.State.DELIVERED if console else Attempt.State.QUEUED,
        )


def recipients(step: Step) -> list[Contact]:
    """Who a step reaches now: people on duty, an agency's contacts, one person, or everyone."""
    active = Contact.objects.filter(active=True)
    if step.everyone:
        return list(active.exclude(mobile=""))
    if step.contact is not None:
        return list(active.filter(pk=step.contact))
    if step.agency is not None:
        return list(active.filter(agency_id=step.agency).order_by("pk"))
    if step.rota is None:
        return []
    on_duty = Shift.objects.filter(rota_id=step.rota, starts_at__lte=Now(), ends_at__gt=Now(), contact__active=True)
    people = [shift.contact for shift in on_duty.select_related("contact").order_by("pk")]
    return people or list(active.filter(pk__in=_fallback(step.rota)))


def _fallback(rota_id: int) -> list[int]:
    return list(Rota.objects.filter(pk=rota_id).values_list("fallback_id", flat=True))


def usable(contact: Contact, channels: tuple[str, ...] | list[str]) -> list[str]:
    """Which of the channels can reach this person at all."""
    return registry.reaching(contact, channels)
