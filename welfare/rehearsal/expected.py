"""How many notices a drawing would give a day, from what the watch saw lately; honest where that is little."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, tzinfo

from welfare.calibration.tier_rates import TierRate, tier_rates
from welfare.rehearsal.draft import Draft
from welfare.watch.people_log import Box
from zones.drawing import Drawing
from zones.tier import Tier

DAY_S = 86_400.0
LEAST_S = 600.0  # assumed: less than ten minutes say nothing about a day
EMPTY_EVERY_S = 1.0  # frames without anybody are thinned to this
GAP_S = 5.0  # a longer silence of the log was not watched
POSES = "Poses are not part of this: leaning and climbing would come on top."


@dataclass(frozen=True, slots=True)
class Expected:
    """What a drawing would have raised.

    Attributes:
        watched_s: seconds of the log that were looked at.
        rates: by tier, most urgent first; none where too little was watched.
        words: one sentence for each thing that an admin should know.
    """

    watched_s: float
    rates: list[TierRate]
    words: list[str]


def expected(
    drawing: Drawing, seen: list[tuple[float, list[Box]]], clock: tzinfo, *, limit_s: float = 20.0
) -> Expected:
    """Replay the log through a drawing.

    Args:
        drawing: the draft.
        seen: (UTC seconds, boxes), oldest first.
        clock: the site's time zone.
        limit_s: of computing; what was reached by then counts.
    """
    draft, highest = Draft(drawing), dict[str, Tier]()
    watched_s, before_s, told_s = 0.0, None, float("-inf")
    end = time.monotonic() + limit_s
    for at_s, boxes in seen:
        if before_s is not None and at_s - before_s < GAP_S:
            watched_s += at_s - before_s
        before_s = at_s
        if not boxes and at_s - told_s < EMPTY_EVERY_S:
            continue
        told_s = at_s
        for stay, tier in draft.step(at_s, boxes).reached:
            highest[stay] = max(tier, highest.get(stay, tier))
        if time.monotonic() > end:
            break
    if watched_s < LEAST_S or before_s is None:
        return Expected(watched_s, [], [_too_little(watched_s)])
    span = " to ".join(f"{datetime.fromtimestamp(at_s, clock):%H:%M on %-d %B}" for at_s in (seen[0][0], before_s))
    words = [
        f"Replayed: {span}, of which {watched_s / 60:.0f} minutes were watched, with this drawing.",
        "The rates hold if every hour were like these; nights and weekends are not.",
        *_not_counted(drawing),
    ]
    return Expected(watched_s, tier_rates(Counter(highest.values()), watched_s / DAY_S), words)


def _too_little(watched_s: float) -> str:
    return (
        f"Only {watched_s / 60:.0f} minutes of this camera are kept, too few to say anything about a day. "
        "Let the camera be watched, with the zone silent, and look again in an hour."
    )


def _not_counted(drawing: Drawing) -> list[str]:
    timed = [f'"{zone.watched.name}"' for zone in drawing.zones if zone.document["hours"]]
    if not timed:
        return [POSES]
    return [POSES, f"The hours of {', '.join(timed)} are not looked at: outside them fewer are paged."]
