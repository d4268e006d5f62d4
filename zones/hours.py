"""When a zone is watched: ranges of the week on the site's wall clock. Nothing given means always.

A range may pass midnight (`22:00` to `06:00` belongs to the day on which it begins). Wall-clock time is compared, so a
range keeps its hours when the clocks change: the hour that comes twice is watched twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class HoursError(ValueError):
    """A range that cannot be meant; the message says which and what to write."""


@dataclass(frozen=True, slots=True)
class Range:
    """One range of the week.

    Attributes:
        days: 0 Monday to 6 Sunday, on which it begins.
        begins: wall-clock time.
        ends: wall-clock time, of the next day where it is not after `begins`.
    """

    days: frozenset[int]
    begins: time
    ends: time

    @classmethod
    def parse(cls, value: Any, number: int) -> Self:
        """Read `{"days": [0, …], "from": "HH:MM", "to": "HH:MM"}`.

        Raises:
            HoursError: what is wrong.
        """
        where = f"hours, row {number}"
        if not isinstance(value, dict) or not isinstance(value.get("days"), list):
            raise HoursError(f'{where}: expected {{"days": [0 to 6], "from": "HH:MM", "to": "HH:MM"}}')
        days = value["days"]
        if not days or any(isinstance(day, bool) or day not in range(7) for day in days):
            raise HoursError(f"{where}: choose at least one day, 0 (Monday) to 6 (Sunday)")
        begins, ends = (_clock(value.get(key), f"{where}, {key}") for key in ("from", "to"))
        if begins == ends:
            raise HoursError(f"{where}: it begins and ends at {begins:%H:%M}; for the whole day delete the row")
        return cls(frozenset(days), begins, ends)

    def holds(self, at: datetime) -> bool:
        """Whether a wall-clock moment lies in it."""
        now, yesterday = at.time(), (at - timedelta(days=1)).weekday()
        if self.begins < self.ends:
            return at.weekday() in self.days and self.begins <= now < self.ends
        return (at.weekday() in self.days and now >= self.begins) or (yesterday in self.days and now < self.ends)

    @property
    def words(self) -> str:
        """As people write it: `Mon Tue 22:00 to 06:00`."""
        days = "every day" if len(self.days) == 7 else " ".join(DAYS[day] for day in sorted(self.days))
        return f"{days} {self.begins:%H:%M} to {self.ends:%H:%M}"


def _clock(value: Any, where: str) -> time:
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError):
        raise HoursError(f"{where}: {value!r} is no time of day; write HH:MM, for example 22:00") from None


def parse(value: Any) -> tuple[Range, ...]:
    """Read a zone's hours.

    Raises:
        HoursError: which row is wrong and how to write it.
    """
    if value in (None, []):
        return ()
    if not isinstance(value, list):
        raise HoursError("hours: expected a list of ranges; an empty list means always")
    return tuple(Range.parse(row, n + 1) for n, row in enumerate(value))


def watched_at(hours: Sequence[Range], at_s: float, time_zone: str) -> bool:
    """Whether a zone with these hours is watched at a moment.

    Args:
        hours: none means always.
        at_s: UTC seconds since the epoch.
        time_zone: the site's, an IANA name.
    """
    if not hours:
        return True
    local = datetime.fromtimestamp(at_s, ZoneInfo(time_zone))
    return any(part.holds(local) for part in hours)


def words(hours: Sequence[Range]) -> str:
    """The hours in words."""
    return "; ".join(part.words for part in hours) or "always"
