"""Hours of the week in words, `mon-fri 08:00-18:00, sat 10:00-14:00`, and wall clocks as instants.

Windows are intervals of instants, not of clock readings: on the night when 01:30 comes twice, what begins or ends at
01:30 does so at the first of the two; on the night when it never comes, at the instant at which it would have come.
So the end of one window is always the start of the next, and a clock change makes neither a gap nor an overlap.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_DAY = 24 * 60
_PART = re.compile(r"(?P<days>[a-z ,-]+?)\s+(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")


class HoursError(ValueError):
    """Hours that cannot be read; the message names the part."""


@dataclass(frozen=True, slots=True)
class Window:
    """The same hours on some days of the week.

    Attributes:
        days: 0 is Monday.
        start, end: minutes after midnight by the wall clock; an end that is not after the start is on the next day.
    """

    days: frozenset[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Windows of a week; none at all means always."""

    windows: tuple[Window, ...] = ()

    @property
    def always(self) -> bool:
        """Whether nothing was restricted."""
        return not self.windows

    def includes(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether an instant lies in one of the windows."""
        return self.always or self.ends(at, zone) is not None

    def ends(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the window that an instant lies in ends; None outside of all windows, or where nothing is restricted."""
        today = at.astimezone(zone).date()
        spans = self.spans(today - timedelta(days=2), today + timedelta(days=1), zone)
        return max((end for start, end in spans if start <= at < end), default=None)

    def spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """Every window that begins on the days from first to last, as instants."""
        for n in range((last - first).days + 1):
            day = datetime.combine(first + timedelta(days=n), datetime.min.time())
            for window in self.windows:
                if day.weekday() in window.days:
                    length = window.end - window.start + (WHOLE_DAY if window.end <= window.start else 0)
                    start = day + timedelta(minutes=window.start)
                    yield instant(start, zone), instant(start + timedelta(minutes=length), zone)


ALWAYS = Hours()


def parse(words: str) -> Hours:
    """Hours from words; empty means always.

    `mon-fri 08:00-18:00; sat,sun 10:00-14:00; daily 22:00-06:00`, parted by semicolons, commas or lines.

    Raises:
        HoursError: a part that cannot be read.
    """
    text = " ".join(words.lower().replace("\N{EN DASH}", "-").split())
    windows, at = [], 0
    for match in _PART.finditer(text):
        if text[at : match.start()].strip(" ,;"):
            break
        windows.append(_window(match))
        at = match.end()
    if rest := text[at:].strip(" ,;"):
        raise HoursError(f'"{rest}" cannot be read as hours; write for example: mon-fri 08:00-18:00; sat 10:00-14:00')
    return Hours(tuple(windows))


def _window(match: re.Match[str]) -> Window:
    return Window(_days(match["days"].strip(" ,;")), _minutes(match["start"]), _minutes(match["end"]))


def _days(words: str) -> frozenset[int]:
    if words == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in re.split(r"[ ,]+", words):
        first, _, last = part.partition("-")
        names = [name[:3] for name in (first, last or first)]
        if not set(names) <= set(DAYS):
            raise HoursError(f'"{part}" is no day of the week; write mon, tue, wed, thu, fri, sat, sun or daily')
        start, end = DAYS.index(names[0]), DAYS.index(names[1])
        found |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
    return frozenset(found)


def _minutes(clock: str) -> int:
    hours, minutes = (int(part) for part in clock.split(":"))
    total = 60 * hours + minutes
    if minutes > 59 or total > WHOLE_DAY:
        raise HoursError(f'"{clock}" is no time of day; write 00:00 to 24:00')
    return total


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a wall clock first shows a (naive) time, or would have shown it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
