"""Who would be paged: the plan and the people of the engine itself, walked step by step without paging anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.escalation import EVERYONE, Step, steps_of
from alerts.models import Agency, Channel, Contact, Rota, Subject
from alerts.planning import reaching, usable
from alerts.policies.drafts import why_not
from alerts.policies.place import Place
from alerts.policies.plan import plan
from alerts.policies.versions import latest
from alerts.rotas.duty import zone_of
from alerts.rotas.hours import instant
from zones.tier import Tier

CENTURY = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Told:
    """One person of a step: the channels in order, and what is or may go wrong."""

    name: str
    channels: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepForecast:
    """One step: its place in the order, when it would run, whom it asks, and what to know about it."""

    number: int
    who: str
    at: datetime
    wait_s: int
    people: tuple[Told, ...]
    remarks: tuple[str, ...]

    @property
    def tells(self) -> bool:
        """Whether anybody would be reached by it."""
        return any(person.channels for person in self.people)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would follow a concern of a tier at an instant.

    Attributes:
        shown_only: nobody would be paged: it would stand in the console.
        held: why the first page waits; empty: it does not.
        again: the steps are gone through this often before the last one repeats.
    """

    tier: Tier
    at: datetime
    policy: str
    shown_only: bool
    held: str
    again: int
    steps: tuple[StepForecast, ...]

    @property
    def warnings(self) -> list[str]:
        """Everything that would fail, over all steps."""
        people = [f"{told.name}: {words}" for step in self.steps for told in step.people for words in told.warnings]
        remarks = [f"step {step.number}: {words}" for step in self.steps for words in step.remarks]
        return list(dict.fromkeys([*remarks, *people]))


def forecast(place: Place, tier: Tier, at: datetime, subject: Subject = Subject.PERSON) -> Forecast:
    """Who would be paged for a concern at a place, step by step through the first loop."""
    made = plan(place, tier, subject, at)
    shown = bool(made.get("quiet"))
    wait = timedelta(seconds=made.get("held_for_s", 0))
    steps = () if shown else tuple(_walk(steps_of(made), at + wait))
    because = str(made.get("held_because", ""))
    return Forecast(
        tier=tier,
        at=at,
        policy=_policy(made.get("policy")),
        shown_only=shown,
        held=f"held until {at + wait:%a %d %b %H:%M} UTC: {because}" if wait else because,
        again=int(made["loops"]),
        steps=steps,
    )


def _policy(key: int | None) -> str:
    if key is None:
        return "no policy: everybody who can be reached"
    version = latest(key)
    return str(version) if version else "the policy as it stands; its first version is kept when it is first used"


def _walk(steps: tuple[Step, ...], at: datetime) -> list[StepForecast]:
    found = []
    for number, step in enumerate(steps, start=1):
        found.append(_step(number, step, at))
        if found[-1].tells:
            at += timedelta(seconds=step.wait_s)
    if not any(step.tells for step in found):
        found.append(_step(len(steps) + 1, EVERYONE, at))
    return found


def _step(number: int, step: Step, at: datetime) -> StepForecast:
    reached = reaching(step, at)
    people = tuple(_told(contact, step) for contact in reached.people)
    remarks = reached.remarks
    if not any(person.channels for person in people):
        remarks = (*remarks, "reaches nobody: the next step follows at once")
    return StepForecast(number, words_of(step), at, step.wait_s, people, remarks)


def _told(contact: Contact, step: Step) -> Told:
    channels = usable(contact, step.channels)
    warnings = []
    if not channels:
        warnings.append(why_not(contact, step.channels))
    if contact.sms_refused_at is not None and Channel.SMS in step.channels and channels:
        warnings.append("has opted out of SMS: the other channels are used")
    if contact.mobile and not contact.proven and {Channel.SMS, Channel.VOICE} & set(channels):
        warnings.append("the number was never proven; it is paged all the same")
    return Told(str(contact), tuple(Channel(name).label for name in channels), tuple(warnings))


def words_of(step: Step) -> str:
    """Whom a step asks, in words."""
    if step.everyone:
        return "everybody who can be reached"
    if step.role:
        return f"every {step.role} of the site"
    named = ((Rota, step.rota, "rota "), (Agency, step.agency, ""), (Contact, step.contact, ""))
    for model, key, before in named:
        if key is not None:
            row = model.objects.filter(pk=key).first()
            return f"{before}{row}" if row else "somebody who was deleted"
    return "nobody"


def time_asked(words: str, time_zone: str) -> datetime:
    """A time that somebody typed, by a site's clock unless it names another.

    Raises:
        ValueError: it is no time, or not of this century.
    """
    at = datetime.fromisoformat(words)
    if at.year not in CENTURY:
        raise ValueError("the year is not of this century")
    return at if at.tzinfo else instant(at, zone_of(time_zone))
