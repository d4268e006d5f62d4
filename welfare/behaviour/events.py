"""What the behaviour says: values that go to a file (`manage.py analyse`) or to `alerts.intake`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from zones.tier import Tier


class Sight(StrEnum):
    """How well a person is seen now."""

    CLEAR = "clear"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """One cue's part in a concern, traceable to a measurement.

    Attributes:
        cue: its name in `profile.py`, e.g. `stay`.
        words: a plain sentence for an operator, e.g. `stayed within 1 m of the edge for 75 s`.
        value: the measurement.
        unit: of the measurement: s, m, m/s, degrees, count.
        confidence: 0 to 1, how well it was seen.
        weight_nats: what it counts in the score; 0 for a trigger, which needs no score, and for a mere fact.
        t_s: the frame that shows it, seconds on the frame clock.
    """

    cue: str
    words: str
    value: float
    unit: str
    confidence: float
    weight_nats: float
    t_s: float


@dataclass(frozen=True, slots=True)
class TrailPoint:
    """The score of a stay at one moment.

    Attributes:
        t_s: seconds on the frame clock.
        score: L, nats.
        score_high: the most that L could be, given what was not seen.
        parts: what each cue counts in L, nats; the context too.
    """

    t_s: float
    score: float
    score_high: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EpisodeChanged:
    """A person's stay in a zone began, goes on (once a second), or ended."""

    t_s: float
    episode: str
    zone: str
    zone_key: int | None
    track_id: int
    state: Literal["started", "continued", "ended"]
    stay_s: float
    edge_stay_s: float
    edge_distance_m: float
    score: float
    score_high: float
    sight: Sight
    tier: Tier | None

    @property
    def reading(self) -> str:
        """The tier's word; without one `quiet`, but only where the person is seen clearly: else `unknown`."""
        if self.tier is not None:
            return self.tier.word
        return "quiet" if self.sight is Sight.CLEAR else "unknown"


@dataclass(frozen=True, slots=True)
class CueMeasured:
    """A cue is present for a person (once when it appears and then at most once a second)."""

    t_s: float
    episode: str
    zone: str
    zone_key: int | None
    track_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class ConcernRaised:
    """A welfare concern reached a tier for the first time in this episode, or rose.

    Attributes:
        t_s: the frame's time.
        episode: UUID text of the stay.
        zone: its name.
        zone_key: its database key, None outside a database.
        track_id: whom it is about, in this camera and now.
        box_px: x1 y1 x2 y2, image pixels, at that moment.
        feet_m: ground place, metres.
        tier: the tier reached.
        score: L, log-odds in nats; an order, never a probability of harm.
        score_high: the most that L could be, given what was not seen.
        sight: how well the person is seen now.
        triggered: a trigger raised it, not the score.
        metres_estimated: the camera is not calibrated; metres are rough.
        reasons: strongest first.
        trail: the score up to here, at most one point a second.
        levels: the scores of notice, concern and urgent here, nats.
    """

    t_s: float
    episode: str
    zone: str
    zone_key: int | None
    track_id: int
    box_px: tuple[float, float, float, float]
    feet_m: tuple[float, float]
    tier: Tier
    score: float
    score_high: float
    sight: Sight
    triggered: bool
    metres_estimated: bool
    reasons: tuple[Reason, ...]
    trail: tuple[TrailPoint, ...] = field(repr=False)
    levels: tuple[float, float, float]


Event = EpisodeChanged | CueMeasured | ConcernRaised
