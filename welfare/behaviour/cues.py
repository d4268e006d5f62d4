"""Cues as pure functions of a person's path: metres and seconds in, one measurement out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from welfare.behaviour.profile import CUES, Profile


@dataclass(frozen=True, slots=True)
class Sample:
    """Where somebody stood at one moment.

    Attributes:
        t_s: seconds.
        along_m: along the edge line from its first point, metres.
        offset_m: to the edge line, metres, positive on the deck.
        error_m: how far along the edge the feet may be misread, metres, one deviation.
        offset_error_m: how far across it.
    """

    t_s: float
    along_m: float
    offset_m: float
    error_m: float = 0.0
    offset_error_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one cue measured.

    Attributes:
        cue: its name in `profile.CUES`.
        words: a plain sentence for an operator.
        value: the measurement; NaN while unknown.
        unit: of the measurement.
        quality: q, 0 to 1, how well it was seen; 0 is unknown, never safe.
        share: g, 0 to 1, where it lies on its ramp.
        t_s: when, seconds on the frame clock.
    """

    cue: str
    words: str
    value: float
    unit: str
    quality: float
    share: float
    t_s: float

    @property
    def known(self) -> bool:
        """Whether it was seen at all."""
        return self.quality > 0

    def adds(self, profile: Profile) -> float:
        """What it adds, nats: e = w q g."""
        return weight(profile, self.cue) * self.quality * self.share if self.known else 0.0

    def could_add(self, profile: Profile) -> float:
        """What it would add had it been seen clearly; all of its weight where it was not seen."""
        return weight(profile, self.cue) * (self.share if self.known else 1.0)


def unknown(cue: str, t_s: float) -> Measurement:
    """A cue that could not be seen."""
    return Measurement(cue, f"{CUES[cue].words}: not seen", np.nan, "", 0.0, 0.0, t_s)


def weight(profile: Profile, cue: str) -> float:
    """w, nats."""
    return float(getattr(profile, f"{cue}_weight"))


def share(profile: Profile, cue: str, x: float) -> float:
    """g: where a measurement lies on its cue's ramp, 0 to 1; what has no ramp counts in full or not at all."""
    p = profile
    if cue == "run":
        return float(x > p.run_speed_m_s)
    if cue == "low":
        return float(x >= p.low_hold_s)
    start, end = {
        "stay": (p.stay_from_s, p.stay_to_s),
        "pacing": (p.pacing_from, p.pacing_to),
        "returns": (p.returns_from, p.returns_to),
        "object": (0.0, p.object_static_s),
        "lean": (p.lean_from_deg, p.lean_to_deg),
        "upper": (p.upper_from_s, p.upper_to_s),
        "outlook": (p.outlook_from, p.outlook_to),
    }[cue]
    return ramp(x, start, end)


def half_life_s(profile: Profile, cue: str) -> float:
    """T of the cue's group, seconds."""
    return float(getattr(profile, f"{CUES[cue].group}_half_life_s"))


def reversals(path: Sequence[Sample], leg_m: float, turn_deg: float = 120.0, *, across: bool = False) -> int:
    """How often the heading turned back by more than `turn_deg`, between legs of at least `leg_m` (Mishara: pacing).

    A leg runs from one furthest point to the next; it ends once the person has come `leg_m` back from there.

    Args:
        path: where the person was.
        leg_m: the least length of a leg, metres.
        turn_deg: the least angle between the two legs.
        across: look for turns on the way to the edge and back instead of along it.
    """
    if not path:
        return 0
    places = [(s.offset_m, s.along_m) if across else (s.along_m, s.offset_m) for s in path]
    start, far = places[0], places[0]
    direction, count = 0.0, 0
    for place in places[1:]:
        if direction == 0:
            if abs(place[0] - start[0]) >= leg_m:
                direction, far = float(np.sign(place[0] - start[0])), place
        elif direction * (place[0] - far[0]) >= 0:
            far = place
        elif direction * (far[0] - place[0]) >= leg_m:
            count += _angle_deg(np.subtract(far, start), np.subtract(place, far)) > turn_deg
            direction, start, far = -direction, far, place
    return count


def _angle_deg(a: np.ndarray, b: np.ndarray) -> float:
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(a @ b / norm, -1.0, 1.0)))) if norm else 0.0


def visits(path: Sequence[Sample], near_m: float, away_m: float, stretch_m: float = np.inf) -> int:
    """How often the person came within `near_m` of the same stretch of edge after having been `away_m` from it."""
    places, away = [], True
    for sample in path:
        if away and sample.offset_m <= near_m:
            places.append(sample.along_m)
            away = False
        elif not away and sample.offset_m >= away_m:
            away = True
    return max((sum(0 <= other - at <= stretch_m for other in places) for at in places), default=0)


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
