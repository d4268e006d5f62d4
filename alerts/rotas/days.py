"""A rota's fortnight as days for a page: what is on duty from when to when, and a bar to see it at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.rotas.hours import instant
from alerts.rotas.layers import Stretch

WIDTH = 1000  # units of the bar's drawing
TINTS = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a day: when by the wall clock, who, what says so, and its place in the bar.

    Attributes:
        colour: a number from 0 that stays with the same people; -1 where nobody is on duty.
    """

    begins: datetime
    ends: datetime
    who: str
    source: str
    colour: int
    x: int
    width: int

    @property
    def tint(self) -> int:
        """Which of the page's colours it has; the names stand beside them, so that colour is never alone."""
        return self.colour % TINTS

    @property
    def gap(self) -> bool:
        """Whether nobody is on duty."""
        return self.colour < 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `length_h` is 23 or 25 when the clocks change."""

    day: date
    length_h: int
    parts: tuple[Part, ...]


def days_of(stretches: Sequence[Stretch], names: Mapping[int, str], fallback: str, zone: ZoneInfo) -> list[Day]:
    """Cut stretches at the midnights of a zone."""
    if not stretches:
        return []
    people = list(dict.fromkeys(s.duty.people for s in stretches if s.duty.people))
    colours = {keys: n for n, keys in enumerate(people)}
    first, last = stretches[0].starts_at.astimezone(zone).date(), stretches[-1].ends_at.astimezone(zone)
    found, n = [], 0
    while instant(datetime.combine(first + timedelta(days=n), datetime.min.time()), zone) < last:
        found.append(_day(first + timedelta(days=n), stretches, names, fallback, zone, colours))
        n += 1
    return found


def _day(
    day: date,
    stretches: Sequence[Stretch],
    names: Mapping[int, str],
    fallback: str,
    zone: ZoneInfo,
    colours: Mapping[tuple[int, ...], int],
) -> Day:
    start, end = (instant(datetime.combine(day + timedelta(days=n), datetime.min.time()), zone) for n in (0, 1))
    length = end - start
    parts = []
    for stretch in stretches:
        begins, ends = max(stretch.starts_at, start), min(stretch.ends_at, end)
        if begins >= ends:
            continue
        who = " and ".join(names.get(key, "somebody") for key in stretch.duty.people)
        x, to = (round(WIDTH * ((at - start) / length)) for at in (begins, ends))
        parts.append(
            Part(
                begins=begins.astimezone(zone),
                ends=ends.astimezone(zone),
                who=who or f"nobody: {fallback} would be asked",
                source=stretch.duty.source if who else "gap",
                colour=colours.get(stretch.duty.people, -1),
                x=x,
                width=max(to - x, 1),
            )
        )
    return Day(day, round(length / timedelta(hours=1)), tuple(parts))
