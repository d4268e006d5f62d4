"""How many notices a drawing would give a day, from what the watch saw lately; honest where that is little."""

import time
from collections import Counter
from dataclasses import dataclass

from scipy.stats import chi2

from welfare.rehearsal.draft import Draft
from welfare.watch.people_log import Box
from zones.drawing import Drawing

DAY_S = 86_400.0
LEAST_S = 600.0  # assumed: less than ten minutes say nothing about a day
EMPTY_EVERY_S = 1.0  # frames without anybody are thinned to this
GAP_S = 5.0  # a longer silence of the log was not watched


@dataclass(frozen=True, slots=True)
class Expected:
    """What a drawing would have raised.

    Attributes:
        watched_s: seconds of the log that were looked at.
        counts: concerns by the word of their tier.
        words: one sentence for each thing that an admin should know.
    """

    watched_s: float
    counts: dict[str, int]
    words: list[str]


def expected(drawing: Drawing, seen: list[tuple[float, list[Box]]], *, limit_s: float = 20.0) -> Expected:
    """Replay the log through a drawing.

    Args:
        drawing: the draft.
        seen: (UTC seconds, boxes), oldest first.
        limit_s: of computing; what was reached by then counts.
    """
    draft, counts = Draft(drawing), Counter[str]()
    watched_s, before_s, told_s = 0.0, None, float("-inf")
    end = time.monotonic() + limit_s
    for at_s, boxes in seen:
        if before_s is not None and at_s - before_s < GAP_S:
            watched_s += at_s - before_s
        before_s = at_s
        if not boxes and at_s - told_s < EMPTY_EVERY_S:
            continue
        told_s = at_s
        counts.update(raised["tier"] for raised in draft.step(at_s, boxes).raised)
        if time.monotonic() > end:
            break
    return Expected(watched_s, dict(counts), _words(watched_s, counts))


def rate_a_day(count: int, watched_s: float) -> tuple[float, float]:
    """The 95 % interval of a rate, events a day: Garwood's for a Poisson count."""
    days = watched_s / DAY_S
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low / days, float(chi2.ppf(0.975, 2 * count + 2)) / 2 / days


def _words(watched_s: float, counts: Counter[str]) -> list[str]:
    if watched_s < LEAST_S:
        return [
            f"Only {watched_s / 60:.0f} minutes of this camera are kept, too few to say anything about a day. "
            "Let the camera be watched, with the zone silent, and look again in an hour."
        ]
    total = sum(counts.values())
    low, high = rate_a_day(total, watched_s)
    parts = ", ".join(f"{n} {tier}" for tier, n in sorted(counts.items())) or "nothing"
    return [
        f"In the last {watched_s / 60:.0f} minutes this drawing would have raised {parts}.",
        f"That is between {low:.0f} and {high:.0f} a day, if every hour were like these; nights and weekends are not.",
        "Poses are not part of this: leaning and climbing would come on top.",
    ]
