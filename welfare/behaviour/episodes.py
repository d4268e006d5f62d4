"""One person's stay in one zone: it belongs to the place and the person there, never to a track's number."""

import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from welfare.behaviour.cues import Sample
from welfare.behaviour.evidence import TierHold
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile
from welfare.behaviour.rail import RailReading
from zones.tier import Tier

PATH_EVERY_S = 0.5  # the long memory of a path is thinned to this
PATH_KEPT = 3600  # samples: half an hour


@dataclass(slots=True)
class Episode:
    """A stay. Times are seconds on the frame clock.

    Attributes:
        id: UUID text.
        track_id: whose sights feed it now.
        started_s: first sight in the zone.
        inside_s: last sight in the zone.
        updated_s: last frame that counted, seen or coasting.
        stay_s: seconds in the zone.
        edge_stay_s: seconds within `edge_near_m` of the edge, starting again after `edge_away_s` away from it.
        near_s: last time near the edge.
        path: thinned path for pacing and returns; recent: every sight of the last 5 s.
        rail: the last readings of the barrier, (time, on it).
        memory: what each cue adds now, nats.
        tier: held tier; reported: the highest that was raised and still holds.
        triggers: name of a trigger -> when it last fired.
    """

    profile: Profile
    track_id: int
    started_s: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    inside_s: float = 0.0
    updated_s: float = 0.0
    seen_s: float = 0.0
    stay_s: float = 0.0
    edge_stay_s: float = 0.0
    near_s: float = float("-inf")
    low_since_s: float | None = None
    companion_s: float = 0.0
    last: Observation | None = None
    along_m: float = 0.0
    offset_m: float = 0.0
    path: deque[Sample] = field(default_factory=lambda: deque(maxlen=PATH_KEPT))
    recent: deque[Sample] = field(default_factory=deque)
    leans: deque[tuple[float, float]] = field(default_factory=deque)
    rail: deque[tuple[float, RailReading]] = field(default_factory=deque)
    memory: dict[str, float] = field(default_factory=dict)
    hold: TierHold = field(init=False)
    reported: Tier | None = None
    triggers: dict[str, float] = field(default_factory=dict)
    told_s: float = float("-inf")
    cues_told_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inside_s = self.updated_s = self.seen_s = self.started_s
        self.hold = TierHold(self.profile)

    def advance(self, person: Observation, place: Sample, *, inside: bool) -> float:
        """Take in where the person is now; returns the seconds that count since the last frame.

        A gap longer than `max_gap_s` is not counted: dropped frames must never speed a stay up.
        """
        t_s, p = person.t_s, self.profile
        dt = min(max(t_s - self.updated_s, 0.0), p.max_gap_s)
        self.updated_s, self.track_id = t_s, person.track_id
        self.along_m, self.offset_m, self.last = place.along_m, place.offset_m, person
        if inside:
            self.inside_s = t_s
            self.stay_s += dt
        if place.offset_m <= p.edge_near_m:
            self.near_s = t_s
            self.edge_stay_s += dt
        elif t_s - self.near_s > p.edge_away_s:
            self.edge_stay_s = 0.0
        if person.seen:
            self.seen_s = t_s
            self.recent.append(place)
            if not self.path or t_s - self.path[-1].t_s >= PATH_EVERY_S:
                self.path.append(place)
        while self.recent and self.recent[0].t_s < t_s - 5.0:
            self.recent.popleft()
        return dt

    def distance_m(self, person: Observation) -> float:
        """How far a sight is from where this person was last seen."""
        if self.last is None:
            return float("inf")
        return float(np.hypot(*np.subtract(person.feet_m, self.last.feet_m)))

    def forget_path(self) -> None:
        """Start the path again: its metres are not those of a better calibration."""
        self.path.clear()
        self.recent.clear()

    def note_rail(self, t_s: float, reading: RailReading) -> None:
        """Keep the last `rail_frames` readings of the barrier."""
        self.rail.append((t_s, reading))
        while len(self.rail) > self.profile.rail_frames:
            self.rail.popleft()

    def snapshot(self) -> dict[str, Any]:
        """What another worker needs to go on: JSON-able, no pixels and no appearance."""
        return {
            "id": self.id,
            "started_s": self.started_s,
            "inside_s": self.inside_s,
            "updated_s": self.updated_s,
            "stay_s": self.stay_s,
            "edge_stay_s": self.edge_stay_s,
            "near_s": self.near_s if np.isfinite(self.near_s) else None,
            "place_m": list(self.last.feet_m) if self.last else None,
            "along_m": self.along_m,
            "offset_m": self.offset_m,
            "path": [[s.t_s, s.along_m, s.offset_m, s.error_m] for s in self.path],
            "memory": dict(self.memory),
            "tier": self.hold.tier,
            "reported": self.reported,
            "triggers": dict(self.triggers),
        }

    @classmethod
    def resumed(cls, state: dict[str, Any], profile: Profile, t_s: float) -> "Episode":
        """The stay as another worker left it, waiting for its person to be found again by place."""
        episode = cls(profile, track_id=-1, started_s=state["started_s"], id=state["id"])
        # The gap of a fail-over is nobody's fault: the person is looked for as if just lost.
        episode.inside_s = episode.updated_s = episode.seen_s = t_s
        episode.stay_s, episode.edge_stay_s = state["stay_s"], state["edge_stay_s"]
        episode.near_s = state["near_s"] if state["near_s"] is not None else float("-inf")
        episode.along_m, episode.offset_m = state["along_m"], state["offset_m"]
        episode.path.extend(Sample(*sample) for sample in state["path"])
        episode.memory = dict(state["memory"])
        episode.hold.tier = Tier(state["tier"]) if state["tier"] else None
        episode.reported = Tier(state["reported"]) if state["reported"] else None
        episode.triggers = dict(state["triggers"])
        if state["place_m"] is not None:
            place = (float(state["place_m"][0]), float(state["place_m"][1]))
            episode.last = Observation(t_s, -1, (0.0, 0.0, 1.0, 1.0), (0.0, 0.0), place, 0.0, seen=False)
        return episode


def link(episodes: Sequence[Episode], people: Sequence[Observation]) -> dict[int, Episode]:
    """Which stay each person continues: by track number first, then the lost stays by place and time.

    Returns:
        Index in `people` -> its episode; people who are missing there are new.
    """
    by_track = {episode.track_id: episode for episode in episodes}
    linked = {i: by_track[p.track_id] for i, p in enumerate(people) if p.track_id in by_track}
    taken = {episode.id for episode in linked.values()}
    pairs = []
    for i, person in enumerate(people):
        if i in linked or not person.seen:
            continue
        for episode in episodes:
            lost_s, p = person.t_s - episode.seen_s, episode.profile
            if episode.id in taken or lost_s > p.relink_s:
                continue
            distance = episode.distance_m(person)
            if distance <= p.relink_m + p.walking_m_s * lost_s:
                pairs.append((distance, i, episode))
    for _, i, episode in sorted(pairs, key=lambda pair: pair[0]):
        if i not in linked and episode.id not in taken:
            linked[i] = episode
            taken.add(episode.id)
    return linked
