"""Cues as pure functions of a person's path: metres and seconds in, one measurement out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Sample:
    """Where somebody stood at one moment.

    Attributes:
        t_s: seconds.
        along_m: along the edge line from its first point, metres.
        offset_m: to the edge line, metres, positive on the deck.
        error_m: how far along the edge the feet may be misread, metres, one deviation.
    """

    t_s: float
    along_m: float
    offset_m: float
    error_m: float = 0.0


def reversals(path: Sequence[Sample], leg_m: float) -> int:
    """How often the way along the edge turned round, between legs of at least `leg_m` (Mishara: pacing).

    A turn counts once the person has gone `leg_m` back from the furthest point of a leg that was `leg_m` long.
    """
    if not path:
        return 0
    start = low = high = path[0].along_m
    direction, count = 0, 0
    for sample in path[1:]:
        s = sample.along_m
        if direction == 0:
            low, high = min(low, s), max(high, s)
            if high - start >= leg_m or start - low >= leg_m:
                direction = 1 if high - start >= leg_m else -1
        elif direction == 1:
            high = max(high, s)
            if high - s >= leg_m:
                direction, low, count = -1, s, count + 1
        else:
            low = min(low, s)
            if s - low >= leg_m:
                direction, high, count = 1, s, count + 1
    return count


def visits(path: Sequence[Sample], near_m: float, away_m: float) -> int:
    """How often the person came within `near_m` of the edge after having been `away_m` from it."""
    count, away = 0, True
    for sample in path:
        if away and sample.offset_m <= near_m:
            count, away = count + 1, False
        elif not away and sample.offset_m >= away_m:
            away = True
    return count


def velocity(path: Sequence[Sample], window_s: float) -> tuple[float, float]:
    """Speed along the edge and away from it over the last `window_s`, m/s, by a line through the samples.

    Returns NaN where fewer than four samples or less than half the window are known.
    """
    recent = [s for s in path if s.t_s >= path[-1].t_s - window_s] if path else []
    if len(recent) < 4 or recent[-1].t_s - recent[0].t_s < 0.5 * window_s:
        return float("nan"), float("nan")
    t = np.array([s.t_s for s in recent])
    t = t - t.mean()
    along = np.array([s.along_m for s in recent])
    offset = np.array([s.offset_m for s in recent])
    spread = float(t @ t)
    return float(t @ along) / spread, float(t @ offset) / spread


def ramp(x: float, a: float, b: float) -> float:
    """0 up to `a`, 1 from `b` on, linear between; NaN (not measured) gives 0."""
    return 0.0 if not np.isfinite(x) else float(np.clip((x - a) / (b - a), 0.0, 1.0))
