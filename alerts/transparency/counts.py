"""Figures for the public that point at nobody and at no place. Values in, values out.

A small count could tell one person's night from another's, so nothing under LEAST is published, and no sum that it
could be worked out from. Figures of few sites point at these sites: they wait until enough of them share one table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

LEAST = 5
LEAST_SITES = 3  # assumed: with two, each knows the other's figures
MONTHS = 12
TIERS = ("concern", "urgent", "critical")


@dataclass(frozen=True, slots=True)
class Check:
    """One time that somebody was asked to look after a person.

    Attributes:
        opened_at: when.
        tier: how pressing it looked, as a word.
        needless: whoever looked found nobody who needed it.
        taken_on_s: until a person took it on, seconds; None: nobody did.
        messages: sent for it.
    """

    opened_at: datetime
    tier: str
    needless: bool
    taken_on_s: float | None
    messages: int


@dataclass(frozen=True, slots=True)
class Month:
    """One month's figures as they are published: a number of LEAST and more, or None for fewer than that.

    Attributes:
        name: 2027-03.
        by_tier: checks asked for, in the order of TIERS.
        needless: how often nobody needed it.
        messages: sent.
        median_s: the middle time until a person took it on; None where there are too few.
    """

    name: str
    by_tier: tuple[int | None, ...]
    needless: int | None
    messages: int | None
    median_s: int | None


def published(number: int) -> int | None:
    """A count, or None where it is too small to be told."""
    return number if number >= LEAST else None


def rounded(seconds: float) -> int:
    """A time as coarse as anybody needs it: ten seconds, from two minutes on whole minutes."""
    step = 10 if seconds < 120 else 60
    return max(round(seconds / step) * step, step)


def before(now: datetime, zone: ZoneInfo, count: int = MONTHS) -> list[str]:
    """The names of the last months that are over, newest first: a month that goes on would tell of today."""
    local = now.astimezone(zone)
    first = local.year * 12 + local.month - 1
    return [f"{(first - n) // 12}-{(first - n) % 12 + 1:02d}" for n in range(1, count + 1)]


def by_month(checks: Iterable[Check], names: Sequence[str], zone: ZoneInfo) -> list[Month]:
    """The figures of some months."""
    found: dict[str, list[Check]] = {name: [] for name in names}
    for check in checks:
        name = f"{check.opened_at.astimezone(zone):%Y-%m}"
        if name in found:
            found[name].append(check)
    return [_month(name, some) for name, some in found.items()]


def _month(name: str, checks: Sequence[Check]) -> Month:
    times = [check.taken_on_s for check in checks if check.taken_on_s is not None]
    return Month(
        name=name,
        by_tier=tuple(published(sum(check.tier == tier for check in checks)) for tier in TIERS),
        needless=published(sum(check.needless for check in checks)),
        messages=published(sum(check.messages for check in checks)),
        median_s=rounded(median(times)) if len(times) >= LEAST else None,
    )
