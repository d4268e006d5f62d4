"""How many stays reach each tier, and how many a day that is: with the exact Poisson interval, most urgent first."""

from collections.abc import Mapping
from dataclasses import dataclass

from welfare.evaluation.intervals import rate
from zones.tier import Tier


@dataclass(frozen=True, slots=True)
class TierRate:
    """One tier.

    Attributes:
        tier: its word.
        counted: stays that have it as their highest.
        a_day: stays a day that reach it or a higher one, with the 95 % interval, in words.
    """

    tier: str
    counted: int
    a_day: str


def tier_rates(highest: Mapping[Tier, int], days: float) -> list[TierRate]:
    """Every tier.

    Args:
        highest: stays by the highest tier that they reached.
        days: that were watched.
    """
    found = []
    for tier in sorted(Tier, reverse=True):
        a_day = rate(sum(count for reached, count in highest.items() if reached >= tier), days)
        words = f"{_plain(a_day.value)} ({_plain(a_day.low)} to {_plain(a_day.high)})" if a_day else "unknown"
        found.append(TierRate(tier.word, highest.get(tier, 0), words))
    return found


def _plain(value: float) -> str:
    """So many digits as a rate deserves."""
    return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"
