"""The engine's first half: claim due incidents, run their steps, write whom to tell. Some dozens in one transaction.

What happens to a page if the process dies here: the transaction is undone and the incidents are still due.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property

from django.db import connection, transaction
from django.db.models.functions import Now

from alerts import audit, database
from alerts.channels import registry
from alerts.escalation import (
    EVERYONE,
    EVERYONE_STEP,
    LEAST_WAIT_S,
    QUIET_LOOK_S,
    Position,
    Step,
    after,
    loops_of,
    step_at,
    steps_of,
)
from alerts.models import Attempt, Channel, Contact, Incident, Notification, StepRun
from alerts.partner import links
from alerts.policies.reach import Reach, everyone, reach

logger = logging.getLogger(__name__)
AT_ONCE = 50  # incidents in one transaction: short enough that the first pages go out at once
STEPS_AT_ONCE = 20  # empty and waitless steps are passed at once, but never in a spin
POISON_DELAY_S = 5


def plan_due() -> int:
    """Run every incident that is due; returns how many. One that fails is looked at again soon, and holds up none."""
    done = 0
    while planned := plan_some():
        done += planned
    return done


def plan_some(at_most: int = AT_ONCE) -> int:
    """Run the most pressing incidents that are due, in one transaction; returns how many."""
    try:
        with transaction.atomic():
            return _plan(_claim(at_most))
    except Exception:
        if database.lost():
            raise
        logger.exception("some incidents could not be escalated together; each is tried by itself")
    return sum(_plan_one() for _ in range(at_most))


@transaction.atomic
def _plan_one() -> int:
    claimed = _claim(1)
    try:
        with transaction.atomic():
            return _plan(claimed)
    except Exception:
        if database.lost():
            raise
        (incident,) = claimed
        logger.exception("incident %s could not be escalated; trying again in %s s", incident.pk, POISON_DELAY_S)
        Incident.objects.filter(pk=incident.pk).update(next_action_at=Now() + timedelta(seconds=POISON_DELAY_S))
        return 1


def _claim(at_most: int) -> list[Incident]:
    # Without the key: a page's row may point to an incident that another transaction holds.
    free = Incident.objects.select_for_update(skip_locked=True, no_key=True).exclude(state=Incident.State.RESOLVED)
    return list(free.filter(next_action_at__lte=Now()).order_by("-tier", "next_action_at")[:at_most])


def _plan(incidents: list[Incident]) -> int:
    plan = Plan(incidents)
    for incident in incidents:
        advance(incident, plan)
    if incidents:
        plan.write()
    return len(incidents)


@dataclass
class Plan:
    """What a batch of incidents will write, and whom its steps reach: asked once for the batch."""

    incidents: list[Incident]
    notifications: list[Notification] = field(default_factory=list)
    runs: list[StepRun] = field(default_factory=list)
    _waits: dict[int, float] = field(default_factory=dict)
    _reached: dict[Step, list[tuple[Contact, list[str]]]] = field(default_factory=dict)

    @cached_property
    def _ran(self) -> set[tuple[int, int, int, int]]:
        runs = StepRun.objects.filter(incident__in=self.incidents)
        return set(runs.values_list("incident", "run", "loop", "step"))

    def reached(self, step: Step) -> list[tuple[Contact, list[str]]]:
        """The people whom a step can reach now, each with the channels that reach them."""
        if step not in self._reached:
            people = [(contact, usable(contact, step.channels)) for contact in recipients(step)]
            self._reached[step] = [(contact, channels) for contact, channels in people if channels]
        return self._reached[step]

    def run(self, incident: Incident, position: Position, step: Step) -> int:
        """Tell the people of one step, once; returns how many there are."""
        people = self.reached(step)
        if not people or (incident.pk, incident.run, position.loop, position.step) in self._ran:
            return len(people)
        run = StepRun(incident=incident, run=incident.run, loop=position.loop, step=position.step)
        self.runs.append(run)
        self.notifications += [Notification(step_run=run, contact=c, channels=channels) for c, channels in people]
        return len(people)

    def wait(self, incident: Incident, seconds: float) -> None:
        """Look at an incident again after so many seconds of the database's clock."""
        self._waits[incident.pk] = seconds

    def write(self) -> None:
        """Write all of it."""
        StepRun.objects.bulk_create(self.runs)
        Notification.objects.bulk_create(self.notifications)
        address = cache(registry.address)  # a batch pages few people, each of them often
        attempts = [attempt for told in self.notifications for attempt in first_attempts(told, told.channels, address)]
        Attempt.objects.bulk_create(attempts)
        self._prepare_links()
        rows = [(i.pk, i.loop, i.step, i.run, self._waits[i.pk]) for i in self.incidents]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [list(column) for column in zip(*rows, strict=True)])

    def _prepare_links(self) -> None:
        """Each page makes its own link where this goes wrong."""
        try:
            with transaction.atomic():
                links.prepare((told.contact, told.step_run.incident) for told in self.notifications)
        except Exception:
            if database.lost():
                raise
            logger.exception("the links of some incidents could not be written beforehand; the pages go on")


_MOVE = """
UPDATE alerts_incident SET loop = moved.loop, step = moved.step, run = moved.run, version = version + 1,
    next_action_at = statement_timestamp() + make_interval(secs => moved.wait_s)
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::float[]) AS moved(id, loop, step, run, wait_s)
WHERE alerts_incident.id = moved.id
"""


def advance(incident: Incident, plan: Plan) -> None:
    """Run the steps that are due for a locked incident and move its next action."""
    quiet = bool(incident.policy.get("quiet"))
    if incident.state == Incident.State.SNOOZED or (incident.state == Incident.State.ACKNOWLEDGED and not quiet):
        _come_back(incident)
    if quiet:
        plan.wait(incident, QUIET_LOOK_S)
        return
    steps = steps_of(incident.policy)
    loops = loops_of(incident.policy)
    position = Position(incident.loop, incident.step)
    told, wait_s = 0, 0
    for _ in range(STEPS_AT_ONCE):
        step = step_at(position, steps)
        now_told = plan.run(incident, position, step)
        told += now_told
        position = after(position, steps, loops)
        wait_s = step.wait_s if now_told else 0
        if wait_s:
            break
    if not told:
        logger.error("incident %s: its policy reaches nobody now; everybody who can be reached is paged", incident.pk)
        position = Position(position.loop + 1, position.step)
        plan.run(incident, Position(position.loop, EVERYONE_STEP), EVERYONE)
        wait_s = EVERYONE.wait_s
    incident.loop, incident.step = position.loop, position.step
    plan.wait(incident, max(wait_s, LEAST_WAIT_S))


def _come_back(incident: Incident) -> None:
    """The time that a person took is over and nobody has closed it: it pages again from the first step."""
    if incident.state == Incident.State.SNOOZED:
        audit.record("engine", "came back", incident, by=str(incident.snoozed_by), text="the time aside is over")
    else:
        audit.record("engine", "acknowledgement expired", incident, by=str(incident.acknowledged_by))
    reopen(incident)
    incident.save()


def reopen(incident: Incident) -> None:
    """Back to open: the escalation starts again from its first step. The caller holds the row's lock and saves."""
    incident.state = Incident.State.OPEN
    incident.acknowledged_at = incident.acknowledged_by = None
    incident.acknowledged_via = ""
    incident.snoozed_by = None
    incident.run += 1
    incident.loop = incident.step = 0


def begin(notification: Notification, channels: list[str]) -> None:
    """Write the first attempts of one notification."""
    Attempt.objects.bulk_create(first_attempts(notification, channels))


def first_attempts(
    notification: Notification, channels: list[str], address: Callable[[Contact, str], str] = registry.address
) -> list[Attempt]:
    """The first attempts: the console shows it at once, and beside it goes the first channel to a phone."""
    first = [c for c in channels if c != Channel.CONSOLE][:1]
    shown = [Channel.CONSOLE] if Channel.CONSOLE in channels else []
    return [
        Attempt(
            notification=notification,
            n=n,
            channel=channel,
            address=address(notification.contact, channel),
            state=Attempt.State.DELIVERED if channel == Channel.CONSOLE else Attempt.State.QUEUED,
        )
        for n, channel in enumerate([*shown, *first], start=1)
    ]


def recipients(step: Step, at: datetime | None = None) -> list[Contact]:
    """Who a step reaches, now or at an instant."""
    return list(reaching(step, at or database_now()).people)


def reaching(step: Step, at: datetime) -> Reach:
    """Who a step reaches at an instant, with remarks; a row that cannot be read means everyone, never nobody."""
    try:
        with transaction.atomic():
            return reach(step, at)
    except Exception:
        if database.lost():
            raise
        logger.exception("a step cannot be read: everybody who can be reached is paged")
        return Reach(tuple(everyone()), ("this step cannot be read: everybody who can be reached is paged",))


def database_now() -> datetime:
    """The database's clock: the one that everything here goes by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now


def usable(contact: Contact, channels: tuple[str, ...] | list[str]) -> list[str]:
    """Which of the channels can reach this person at all."""
    return registry.reaching(contact, channels)
