"""Whether a run may delete by itself, or a person has to look first. Values in, words out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(days=3)  # assumed: a week-end; a longer pause is a stop, or a clock that was set forward
MOST_SHARE = 0.25  # of a class in one run, assumed: 31 days of one a day lose 3 % a day
FEW = 20  # fewer may go at once: a small site's incidents often end on the same day


@dataclass(frozen=True, slots=True)
class Due:
    """What one class holds and what of it is due.

    Attributes:
        key: the class.
        count: due now.
        total: kept.
        size: bytes of the due files; 0 for rows.
        oldest: the oldest due one's instant that its days count from.
        held: due, and kept by a lock.
    """

    key: str
    count: int
    total: int
    size: int = 0
    oldest: datetime | None = None
    held: int = 0


def doubts(now: datetime, last: datetime | None, due: Iterable[Due]) -> list[str]:
    """Why a person has to look first; empty: go on.

    Args:
        now: by the database's clock.
        last: when the last run that went through had begun; None: never.
        due: every class.
    """
    some = [one for one in due if one.count]
    if not some:
        return []
    if last is None:
        return ["Nothing was ever deleted here: a person confirms the first time."]
    found = []
    if now - last > LONGEST_PAUSE:
        found.append(
            f"The last run was {(now - last).days} days ago, on {last:%d %b %Y}: either the service was off, or the "
            "database's clock is wrong. Compare it with a watch."
        )
    found += [
        f"{one.count} of {one.total} ({one.key}) would go at once."
        for one in some
        if one.count > FEW and one.count > MOST_SHARE * one.total
    ]
    return found
