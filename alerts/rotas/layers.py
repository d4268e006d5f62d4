"""Who is on duty when: functions of values, with no clock and no database inside.

Overrides come first, then shifts that were written down, then the layers from the top: the first with somebody on duty
counts, and what it leaves open is filled by those below. Where all are silent the rota's fall-back is asked: a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.rotas.hours import ALWAYS, Hours, instant

NOBODY = "nobody"


class Turn(NamedTuple):
    """One person's turn in a layer, whether or not its hours include it."""

    person: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Layer:
    """People who take turns.

    Attributes:
        name: for people to read.
        zone: whose wall clock the hand-over follows.
        begins: naive, by that clock: the first turn's start, and with it the time of day of each hand-over.
        period: length of a turn by the wall clock; a turn over a clock change is an hour shorter or longer.
        people: keys, in order.
        hours: when the layer is on duty at all.
    """

    name: str
    zone: ZoneInfo
    begins: datetime
    period: timedelta
    people: tuple[int, ...]
    hours: Hours = ALWAYS

    def turn(self, at: datetime) -> Turn | None:
        """Whose turn it is at an instant; None before the layer begins or where it has nobody."""
        if not self.people or at < self._start(0):
            return None
        local = at.astimezone(self.zone).replace(tzinfo=None)
        k = (local - self.begins) // self.period + 1
        while self._start(k) > at:
            k -= 1
        return Turn(self.people[k % len(self.people)], self._start(k), self._start(k + 1))

    def _start(self, k: int) -> datetime:
        return instant(self.begins + k * self.period, self.zone)

    def edges(self, start: datetime, end: datetime) -> set[datetime]:
        """Every instant in a span at which this layer may change."""
        found: set[datetime] = set()
        at = max(start, self._start(0))
        while at < end and (turn := self.turn(at)) is not None:
            found |= {turn.starts_at, turn.ends_at}
            at = turn.ends_at
        first = start.astimezone(self.zone).date() - timedelta(days=2)
        spans = self.hours.spans(first, end.astimezone(self.zone).date(), self.zone)
        return found | {edge for span in spans for edge in span}


@dataclass(frozen=True, slots=True)
class Stint:
    """One person's duty from an instant to an instant: a shift, or an override that replaces somebody or everybody."""

    person: int
    starts_at: datetime
    ends_at: datetime
    replaces: int | None = None

    def on(self, at: datetime) -> bool:
        """Whether it covers an instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Roster:
    """A rota as values; `able` are the people who may be asked at all."""

    layers: tuple[Layer, ...] = ()
    shifts: tuple[Stint, ...] = ()
    overrides: tuple[Stint, ...] = ()
    able: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty, by key, and what says so: a layer's name, `shift`, `override` or `nobody`."""

    people: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span in which nothing changes."""

    starts_at: datetime
    ends_at: datetime
    duty: Duty


def duty_at(roster: Roster, at: datetime) -> Duty:
    """Who is on duty at an instant."""
    duty = _planned(roster, at)
    overrides = [o for o in roster.overrides if o.on(at) and o.person in roster.able]
    whole = _unique([o.person for o in overrides if o.replaces is None])
    if whole:
        duty = Duty(whole, "override")
    swaps = {o.replaces: o.person for o in overrides if o.replaces is not None}
    if swaps.keys() & set(duty.people):
        duty = Duty(_unique([swaps.get(person, person) for person in duty.people]), "override")
    return duty


def _planned(roster: Roster, at: datetime) -> Duty:
    people = _unique([s.person for s in roster.shifts if s.on(at) and s.person in roster.able])
    if people:
        return Duty(people, "shift")
    for layer in roster.layers:
        turn = layer.turn(at) if layer.hours.includes(at, layer.zone) else None
        if turn is not None and turn.person in roster.able:
            return Duty((turn.person,), layer.name)
    return Duty((), NOBODY)


def _unique(people: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(people))


def timeline(roster: Roster, start: datetime, end: datetime) -> list[Stretch]:
    """The span cut where the duty changes, without a hole; neighbours with the same duty are one."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    edges = {start}
    for layer in roster.layers:
        edges |= layer.edges(start, end)
    for stint in (*roster.shifts, *roster.overrides):
        edges |= {stint.starts_at.astimezone(UTC), stint.ends_at.astimezone(UTC)}
    cuts = [*sorted(edge for edge in edges if start <= edge < end), end]
    stretches: list[Stretch] = []
    for begins, ends in pairwise(cuts):
        duty = duty_at(roster, begins)
        if stretches and stretches[-1].duty == duty:
            stretches[-1] = Stretch(stretches[-1].starts_at, ends, duty)
        else:
            stretches.append(Stretch(begins, ends, duty))
    return stretches


def gaps(roster: Roster, start: datetime, end: datetime) -> list[Stretch]:
    """The spans in which nobody is on duty."""
    return [stretch for stretch in timeline(roster, start, end) if not stretch.duty.people]
