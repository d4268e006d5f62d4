"""The evidence timeline: what each cue counted in a stay's score over time, as shapes to be drawn. A pure function.

A trail comes with a report of the watch: `{"levels": [1.5, 3.0, 4.5], "points": [[seconds before the frame, score,
the most that it could be, {cue: nats}], …]}`. It ends with the report and goes when the incident goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 8.0, 88.0, 12.0, 26.0
LEAST_TOP_NATS = 5.0  # so that every tier's level is on the picture
LEAST_SPAN_S = 10.0
MOST_CUES = 6  # more are drawn as one
TIERS = ("notice", "concern", "urgent")
WORDS = {
    "stay": "stay at the edge",
    "pacing": "pacing",
    "returns": "returns to the edge",
    "object": "something left behind",
    "lean": "leaning out",
    "upper": "upper body beyond the edge",
    "outlook": "facing out or head down",
    "low": "crouching or sitting",
    "run": "moving fast to the edge",
    "alone": "alone",
    "others": "other cues",
}


@dataclass(frozen=True, slots=True)
class Band:
    """One cue's part: an area of the picture, and what it counted at most."""

    cue: str
    words: str
    number: int
    points: str
    most: float


@dataclass(frozen=True, slots=True)
class Level:
    """A tier's threshold, or a moment: a line of the picture with its word."""

    word: str
    at: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that the picture shows, in its own coordinates.

    Attributes:
        bands: the cues' areas, one on the other, the most telling lowest.
        score: points of the score's line.
        could: points of the line of the most that the score could be; empty where nothing was unseen.
        levels: the tiers' thresholds.
        marks: times along the bottom.
        words: the same in a sentence, for those who do not see it.
    """

    bands: tuple[Band, ...]
    score: str
    could: str
    levels: tuple[Level, ...]
    marks: tuple[Level, ...]
    words: str
    width: float = WIDTH
    height: float = HEIGHT
    right: float = WIDTH - RIGHT
    floor: float = HEIGHT - BOTTOM


def timeline(trail: Mapping[str, Any], frame_at: datetime) -> Timeline | None:
    """The picture of a trail; None where it has fewer than two points.

    Args:
        trail: as above.
        frame_at: time of the report's frame, in the zone in which times are shown.
    """
    points: Sequence[Any] = trail.get("points", ())
    if len(points) < 2:
        return None
    times = [float(point[0]) for point in points]
    start, span = times[0], max(times[-1] - times[0], LEAST_SPAN_S)
    top = max([LEAST_TOP_NATS, *(float(p[1]) for p in points)]) * 1.05

    def x(t_s: float) -> float:
        return round(LEFT + (WIDTH - RIGHT - LEFT) * (t_s - start) / span, 1)

    def y(nats: float) -> float:
        share = min(max(nats, 0.0), top) / top
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    parts = _parts(points)
    return Timeline(
        bands=_bands(times, parts, x, y),
        score=" ".join(f"{x(t)},{y(float(p[1]))}" for t, p in zip(times, points, strict=True)),
        could=_could(times, points, x, y),
        levels=tuple(Level(word, y(nats)) for word, nats in zip(TIERS, trail.get("levels", ()), strict=False)),
        marks=tuple(
            Level(f"{frame_at + timedelta(seconds=start + span * share):%H:%M:%S}", x(start + span * share))
            for share in (0.0, 0.5, 1.0)
        ),
        words=_words(points, parts, span),
    )


def _parts(points: Sequence[Any]) -> dict[str, list[float]]:
    """What each cue counts at each time, the most telling first; what lowers a score is in its line alone."""
    cues = {cue for point in points for cue, nats in point[3].items() if nats > 0}
    found = {cue: [max(float(point[3].get(cue, 0.0)), 0.0) for point in points] for cue in sorted(cues)}
    order = sorted(found, key=lambda cue: (-max(found[cue]), cue))
    kept = {cue: found[cue] for cue in order[:MOST_CUES]}
    rest = [found[cue] for cue in order[MOST_CUES:]]
    return kept | ({"others": [sum(values) for values in zip(*rest, strict=True)]} if rest else {})


def _bands(times: Sequence[float], parts: Mapping[str, Sequence[float]], x: Any, y: Any) -> tuple[Band, ...]:
    bands, low = [], [0.0] * len(times)
    for number, (cue, values) in enumerate(parts.items(), start=1):
        high = [a + b for a, b in zip(low, values, strict=True)]
        upper = [f"{x(t)},{y(v)}" for t, v in zip(times, high, strict=True)]
        lower = [f"{x(t)},{y(v)}" for t, v in zip(times, low, strict=True)]
        bands.append(
            Band(cue, WORDS.get(cue, cue), number, " ".join([*upper, *reversed(lower)]), round(max(values), 1))
        )
        low = high
    return tuple(bands)


def _could(times: Sequence[float], points: Sequence[Any], x: Any, y: Any) -> str:
    if all(float(point[2]) - float(point[1]) < 0.1 for point in points):
        return ""
    return " ".join(f"{x(t)},{y(float(p[2]))}" for t, p in zip(times, points, strict=True))


def _words(points: Sequence[Any], parts: Mapping[str, Sequence[float]], span: float) -> str:
    told = [f"{WORDS.get(cue, cue)} up to {max(values):.1f}" for cue, values in parts.items()]
    rose = sum(float(b[1]) > float(a[1]) + 0.05 for a, b in pairwise(points))
    way = "rose" if rose else "stayed level"
    return f"Over {span:.0f} seconds the score {way}, to {float(points[-1][1]):.1f} at the report" + (
        f": {', '.join(told)}." if told else "."
    )
