"""Which part of an incident's recording is kept next: functions of values, in UTC seconds.

The first part is there within seconds of the concern. After it each part is as long as all before it since the concern,
at least ten seconds and at most a minute, until the incident is closed or the longest span is reached.
"""

from dataclasses import dataclass

FIRST_AFTER_S = 1.0  # of the first part behind the concern: the sooner it is there the better
LEAST_S, MOST_S = 10.0, 60.0
LAG_S = 2.0  # assumed: what a camera sent is on disk by then, by way of clusters of a quarter of a second
A_FRAME_S = 0.5  # less than this is no part


@dataclass(frozen=True, slots=True)
class Growth:
    """What is known of one incident's clip, or of its originals.

    Attributes:
        begun_s: of the frame that raised the concern.
        kept_until_s: end of what is kept; None while nothing is.
        over_s: when the incident was closed; None while it is open.
    """

    begun_s: float
    kept_until_s: float | None
    over_s: float | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept, seconds: before the concern, at least after it, and at most after it."""

    before_s: float
    after_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Part:
    """A span to keep now, and how much of it at most: a gap in the recording is passed over, not counted."""

    start_s: float
    end_s: float
    longest_s: float


def ends_s(growth: Growth, limits: Limits) -> float:
    """Where it ends at last; infinite for an incident that is open, but for the limit."""
    last = growth.begun_s + limits.longest_s
    return last if growth.over_s is None else min(max(growth.over_s, growth.begun_s + limits.after_s), last)


def next_part(growth: Growth, limits: Limits, now_s: float) -> Part | None:
    """What can be kept now; None while it is too early, or when all is kept."""
    ready_s, last_s = now_s - LAG_S, ends_s(growth, limits)
    end_s = min(ready_s, last_s)
    if growth.kept_until_s is None:
        part = Part(growth.begun_s - limits.before_s, end_s, limits.before_s + LEAST_S)
        return part if ready_s >= min(growth.begun_s + FIRST_AFTER_S, last_s) else None
    length_s = min(max(growth.kept_until_s - growth.begun_s, LEAST_S), MOST_S)
    left_s = end_s - growth.kept_until_s
    if ready_s >= last_s and left_s >= A_FRAME_S:
        return Part(growth.kept_until_s, end_s, MOST_S)  # the rest of it, with no crumb left over
    return Part(growth.kept_until_s, end_s, length_s) if left_s >= length_s else None
