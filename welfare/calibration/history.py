"""A zone's history as values: stays that were recorded, and what people found when they looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from welfare.behaviour.record import StayRecord

NIGHT = (22, 6)  # assumed: by the site's clock; people stay for other reasons at night


class Verdict(StrEnum):
    """What a stay turned out to be.

    `AT_RISK`: a person found somebody at risk. `MAY_BE`: nobody can say that it was not so (not located, unknown,
    still open): it is never lost, and teaches nothing. `BENIGN`: a person saw that nobody was at risk. `UNJUDGED`:
    nobody looked, since nothing was raised or the zone was silent.
    """

    AT_RISK = "at risk"
    MAY_BE = "may be"
    BENIGN = "nobody at risk"
    UNJUDGED = "not judged"


KEPT = frozenset({Verdict.AT_RISK, Verdict.MAY_BE})
"""Stays that no proposal may lose."""

GRAVEST = (Verdict.AT_RISK, Verdict.MAY_BE, Verdict.BENIGN, Verdict.UNJUDGED)
"""Of several verdicts on one stay the first of these holds."""

OF_OUTCOME = {
    "supported": Verdict.AT_RISK,
    "declined": Verdict.AT_RISK,
    "incident": Verdict.AT_RISK,
    "not_located": Verdict.MAY_BE,
    "unknown": Verdict.MAY_BE,
    "": Verdict.MAY_BE,
    "benign": Verdict.BENIGN,
    "false_detection": Verdict.BENIGN,
    "fault": Verdict.BENIGN,
    "duplicate": Verdict.MAY_BE,
}
"""What an incident's outcome says of the stay; the empty one is an incident that is still open."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay.

    Attributes:
        record: its numbers.
        began_at: by the site's clock.
        verdict: what it turned out to be.
    """

    record: StayRecord
    began_at: datetime
    verdict: Verdict

    @property
    def by_night(self) -> bool:
        """Whether it began between 22 and 6."""
        return self.began_at.hour >= NIGHT[0] or self.began_at.hour < NIGHT[1]


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one zone.

    Attributes:
        stays: oldest first.
        left_out: stays that were not recorded from beginning to end.
    """

    stays: tuple[Stay, ...]
    left_out: int = 0

    @property
    def days(self) -> int:
        """Dates on which somebody was in the zone."""
        return len({stay.began_at.date() for stay in self.stays})

    @property
    def span_days(self) -> float:
        """From the first stay to the end of the last, days; at least one."""
        if not self.stays:
            return 0.0
        first, last = self.stays[0], self.stays[-1]
        return max(1.0, (last.record.ended_s - first.record.began_s) / 86_400)

    def of(self, *verdicts: Verdict) -> tuple[Stay, ...]:
        """The stays with these verdicts."""
        return tuple(stay for stay in self.stays if stay.verdict in verdicts)


def in_order(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """Oldest first."""
    return tuple(sorted(stays, key=lambda stay: (stay.record.began_s, stay.record.episode)))
