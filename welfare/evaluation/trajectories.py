"""Ordinary people in metres against an edge line, through the same assessment as a camera's.

There is no picture: stay, pacing, returns, company and speed are judged; posture, the rail and vanishing are not seen
and so unknown. Nobody falls off the line of a walkway: both of its sides are deck.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from welfare.behaviour.assessment import Assessor
from welfare.behaviour.events import ConcernRaised, EpisodeChanged
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile
from welfare.evaluation import intervals
from welfare.evaluation.event_lines import reason_line
from welfare.evaluation.people_file import PeopleFile
from zones.geometry import GeometryError, View, WatchedZone
from zones.tier import Tier

PX_PER_M = 100.0
FOOTWAY_M = 3.0  # assumed: without a zone, so far to both sides of the edge line
NO_BOX = (np.nan,) * 4
NAMED = Profile(relink_m=0.0, walking_m_s=0.0)  # the file names each person: nobody is found again by place
Line = tuple[float, float, float, float]


class Plan(View):
    """Metres as a picture from straight above, in which both sides of the edge line are deck."""

    def edge_offset(self, zone: WatchedZone, ground: ArrayLike) -> NDArray[np.float64]:
        """(n,) metres to the edge line, on whichever side."""
        return np.abs(super().edge_offset(zone, ground))

    @classmethod
    def of(cls, edge: Line, zone: Sequence[float] | None = None) -> "Plan":
        """A plan with one edge line x0 y0 x1 y1 and one zone x y x y …, metres.

        Raises:
            GeometryError: the line or the zone is too small, crosses itself, or has half a point.
        """
        line = np.asarray(edge, dtype=float).reshape(2, 2)
        if zone is not None and len(zone) % 2:
            raise GeometryError("--zone has half a point: give x y for each")
        area = np.reshape(zone, (-1, 2)) if zone is not None else _beside(line)
        watched = WatchedZone.build("edge", area * PX_PER_M, line * PX_PER_M)
        size = (1 + int(np.ptp(area[:, 0]) * PX_PER_M), 1 + int(np.ptp(area[:, 1]) * PX_PER_M))
        to_metres = np.diag([1 / PX_PER_M, 1 / PX_PER_M, 1.0])
        return cls.build(homography=to_metres, size=size, rail_height_m=0.0, zones=[watched])


def _beside(line: NDArray[np.float64]) -> NDArray[np.float64]:
    if np.allclose(*line):
        raise GeometryError("--edge: its two points are the same place")
    strip = shapely.LineString(line).buffer(FOOTWAY_M, cap_style="flat")
    return np.asarray(strip.exterior.coords)[:-1]


@dataclass(frozen=True, slots=True)
class Raised:
    """One concern that was raised: by whom, when, after what stay, and why."""

    file: str
    person: str
    concern: ConcernRaised
    stay_s: float
    edge_stay_s: float

    @property
    def backstop(self) -> bool:
        """The long stay alone raised it, by design."""
        return any(reason.cue == "backstop" for reason in self.concern.reasons)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.file,
            "person": self.person,
            "t_s": round(self.concern.t_s, 2),
            "tier": self.concern.tier.word,
            "score": round(self.concern.score, 3),
            "stay_s": self.stay_s,
            "edge_stay_s": self.edge_stay_s,
            "backstop": self.backstop,
            "reasons": [reason_line(reason) for reason in self.concern.reasons],
        }


@dataclass(slots=True)
class Outcome:
    """What one file, or several, gave.

    Attributes:
        episodes: stays in the zone.
        tiers: how many stays reached each tier as their highest.
        raised: everything that was raised, in the order of time.
    """

    name: str
    people: int = 0
    person_s: float = 0.0
    camera_s: float = 0.0
    episodes: int = 0
    tiers: Counter[Tier] = field(default_factory=Counter)
    raised: list[Raised] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count another file in."""
        self.people += other.people
        self.person_s += other.person_s
        self.camera_s += other.camera_s
        self.episodes += other.episodes
        self.tiers += other.tiers
        self.raised += other.raised

    def reaching(self, tier: Tier) -> int:
        """Stays that reached a tier or a higher one."""
        return sum(n for reached, n in self.tiers.items() if reached >= tier)

    def as_json(self) -> dict[str, Any]:
        """For `--json`: counts, rates with their intervals, and each one raised."""
        hours = self.camera_s / 3600
        rates = {tier.word: intervals.rate(self.reaching(tier), hours) for tier in Tier}
        paged = intervals.share(self.reaching(Tier.CONCERN), self.episodes)
        return {
            "file": self.name,
            "people": self.people,
            "person_hours": round(self.person_s / 3600, 4),
            "camera_hours": round(hours, 4),
            "episodes": self.episodes,
            "concerns": {tier.word: self.tiers[tier] for tier in Tier},
            "false_pages": self.reaching(Tier.CONCERN),
            "at_least_per_camera_hour": {word: rate.as_json() if rate else None for word, rate in rates.items()},
            "share_of_episodes_paged": paged.as_json() if paged else None,
            "raised": [raised.as_json() for raised in self.raised],
        }


def replay(people: PeopleFile, plan: Plan) -> Outcome:
    """Everybody of a file through the assessment."""
    assessor = Assessor(plan, {zone.name: NAMED for zone in plan.zones})
    outcome = Outcome(people.name, people.people, people.person_s, people.span_s)
    numbers: dict[str, int] = {}
    highest: dict[str, Tier] = {}
    stays: dict[str, EpisodeChanged] = {}
    for t_s, places in people.frames:
        for place in places:
            numbers.setdefault(place.person, len(numbers) + 1)
        for event in assessor.update(t_s, [_seen(t_s, numbers[p.person], (p.x_m, p.y_m)) for p in places]):
            if isinstance(event, EpisodeChanged):
                outcome.episodes += event.state == "started"
                stays[event.episode] = event
            elif isinstance(event, ConcernRaised):
                highest[event.episode] = max(event.tier, highest.get(event.episode, event.tier))
                stay = stays[event.episode]
                who = list(numbers)[event.track_id - 1] if event.track_id > 0 else "?"
                outcome.raised.append(Raised(people.name, who, event, stay.stay_s, stay.edge_stay_s))
    outcome.tiers.update(highest.values())
    return outcome


def _seen(t_s: float, track: int, at_m: tuple[float, float]) -> Observation:
    feet = (at_m[0] * PX_PER_M, at_m[1] * PX_PER_M)
    return Observation(t_s, track, NO_BOX, feet, at_m, 1.0)
