"""One person's stay in one zone: it belongs to the place and the person there, never to a track's number."""

import uuid
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from welfare.behaviour.company import Company
from welfare.behaviour.cues import Measurement, Sample, velocity
from welfare.behaviour.end_on import Known
from welfare.behaviour.events import TrailPoint
from welfare.behaviour.evidence import Evidence, TierHold
from welfare.behaviour.observation import Observation, Thing
from welfare.behaviour.posture import Posture
from welfare.behaviour.profile import Profile
from welfare.behaviour.rail import RAISED_S, RailReading
from welfare.behaviour.record import StayRecord, Trace
from zones.tier import Tier

PATH_EVERY_S = 0.5  # the long memory of a path is thinned to this
PATH_KEPT = 3600  # samples: half an hour
RECENT_S = 5.0
OVERLAP_S = 0.5  # assumed: for so long one person may be two tracks
LOST_S = 1.0  # assumed: whom nobody saw for so long was not just missed in a frame or two
STILL_WINDOW_S = 2.0  # assumed: the speed of somebody who stands is read over so long
WALK_WINDOW_S = 1.5  # assumed: likewise of somebody who walks on
HEIGHTS = 5  # sights whose median is a standing height
TALLEST_M = 2.1  # assumed: a box that reads higher holds more than a person
TRAIL_KEPT = 600
TRAIL_HANDED = 120  # points that another worker gets
TRAIL_EVERY_S = 10.0  # a score that does not change is kept so often


@dataclass(frozen=True, slots=True)
class Birth:
    """When a track was first seen, and whether it came from nowhere: not from the picture's border or an occluder."""

    t_s: float
    from_nowhere: bool = False


@dataclass(slots=True)
class Episode:
    """A stay. Times are seconds on the frame clock.

    Attributes:
        id: UUID text.
        track_id: whose sights feed it now.
        started_s: first sight in the zone.
        inside_s: last sight in the zone.
        updated_s: last frame that counted, seen or coasting.
        missed: frames without a sight since the last one.
        sight: that sight; beside_m: how far from the edge it was.
        stay_s: seconds in the zone.
        followed_s: of them, with the person in sight.
        edge_stay_s: seconds within `edge_near_m` of the edge, starting again after `edge_away_s` away from it.
        near_s: last time near the edge.
        still_s, low_s, upper_s: seconds without a break of standing still, low, and with the upper body past the edge.
        standing_m: the person's own height when upright; upper_m: of their head over their hips; NaN until known.
        path: thinned path for pacing and returns; recent: every sight of the last 5 s.
        postures: what poses said in the last minute; heights: of the box, metres, in the last 5 s.
        rail: the last readings of the barrier, (time, on it).
        things: what the person put down and left standing.
        evidence: what the cues add up to; hold: the tier that this holds.
        latched: a tier that a trigger raised and a human must clear.
        reported: the highest tier that was raised and still holds.
        unsettled_s: when they were last found again after a look that did not find them.
        heirs: tracks that came from nowhere beside them while nobody saw them.
        covered_s: last time that somebody nearer the camera covered a part of them.
        shared_s: last time that their box held somebody else too.
        triggers: name of a trigger -> when it last fired.
        trail: the score by cue over time.
        trace: what the cues measured, for the stay's record.
    """

    profile: Profile
    track_id: int
    started_s: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    inside_s: float = 0.0
    updated_s: float = 0.0
    seen_s: float = 0.0
    missed: int = 0
    sight: Observation | None = None
    beside_m: float = float("nan")
    stay_s: float = 0.0
    followed_s: float = 0.0
    edge_stay_s: float = 0.0
    near_s: float = float("-inf")
    still_s: float = 0.0
    low_s: float = 0.0
    upper_s: float = 0.0
    upper_at_s: float = float("-inf")
    standing_m: float = float("nan")
    upper_m: float = float("nan")
    last: Observation | None = None
    along_m: float = 0.0
    offset_m: float = 0.0
    path: deque[Sample] = field(default_factory=lambda: deque(maxlen=PATH_KEPT))
    recent: deque[Sample] = field(default_factory=deque)
    heights: deque[tuple[float, float]] = field(default_factory=deque)
    postures: deque[tuple[float, float, Posture]] = field(default_factory=deque)
    rail: deque[tuple[float, RailReading]] = field(default_factory=deque)
    things: dict[int, Thing] = field(default_factory=dict)
    company: Company = field(default_factory=Company)
    evidence: Evidence = field(init=False)
    hold: TierHold = field(init=False)
    latched: Tier | None = None
    reported: Tier | None = None
    unsettled_s: float = float("-inf")
    heirs: set[int] = field(default_factory=set)
    covered_s: float = float("-inf")
    shared_s: float = float("-inf")
    triggers: dict[str, float] = field(default_factory=dict)
    trail: deque[TrailPoint] = field(default_factory=lambda: deque(maxlen=TRAIL_KEPT))
    trace: Trace = field(default_factory=Trace)
    faded_s: float = float("-inf")
    told_s: float = float("-inf")
    cues_told_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inside_s = self.updated_s = self.seen_s = self.started_s
        self.evidence, self.hold = Evidence(self.profile), TierHold(self.profile)

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
            if self.missed:
                self.unsettled_s = t_s
            self.seen_s, self.missed = t_s, 0
            self.followed_s += dt
            self.sight, self.beside_m = person, place.offset_m
            self.heirs.clear()
            self.recent.append(place)
            if not self.path or t_s - self.path[-1].t_s >= PATH_EVERY_S:
                self.path.append(place)
        self.still_s = self.still_s + dt if self._still() else 0.0
        while self.recent and self.recent[0].t_s < t_s - RECENT_S:
            self.recent.popleft()
        return dt

    def _still(self) -> bool:
        speed = float(np.hypot(*velocity(tuple(self.recent), STILL_WINDOW_S)))
        return self.offset_m <= self.profile.still_near_m and speed < self.profile.still_speed_m_s

    @property
    def settled(self) -> bool:
        """Whether they stood still, and were found by every look, until they were last seen."""
        if self.sight is None or self.seen_s - self.unsettled_s < STILL_WINDOW_S:
            return False
        return float(np.hypot(*velocity(tuple(self.recent), STILL_WINDOW_S))) < self.profile.still_speed_m_s

    @property
    def walks_on(self) -> bool:
        """Whether they go along the edge faster than somebody who climbs or leans over it."""
        return abs(velocity(tuple(self.recent), WALK_WINDOW_S)[0]) > self.profile.climb_speed_m_s

    def note_height(self, t_s: float, person_m: float) -> None:
        """Keep the height that a sight of the whole person shows."""
        if not np.isfinite(person_m):
            return
        self.heights.append((t_s, person_m))
        while self.heights[0][0] < t_s - RECENT_S:
            self.heights.popleft()
        last = [metres for _, metres in list(self.heights)[-HEIGHTS:]]
        if len(last) == HEIGHTS:
            self.standing_m = float(np.fmax(self.standing_m, min(float(np.median(last)), TALLEST_M)))

    def note_posture(self, t_s: float, posture: Posture) -> None:
        """Keep what a pose says, with the seconds that it stands for."""
        if posture.quality <= 0:
            return
        last = [m.upper_m for _, _, m in islice(reversed(self.postures), HEIGHTS)]
        if len(last) == HEIGHTS and np.isfinite(last).all():
            self.upper_m = float(np.fmax(self.upper_m, np.median(last)))
        since = self.postures[-1][0] if self.postures else t_s
        self.postures.append((t_s, min(t_s - since, self.profile.max_gap_s), posture))
        while self.postures[0][0] < t_s - self.profile.outlook_window_s:
            self.postures.popleft()

    def known(self, t_s: float) -> Known:
        """What earlier sights say of the person's body."""
        p = self.profile
        facing = [
            m.facing_deg <= p.facing_deg
            for at, _, m in self.postures
            if at >= t_s - p.lean_window_s and np.isfinite(m.facing_deg)
        ]
        return Known(self.standing_m, self.upper_m, float(np.mean(facing)) if facing else float("nan"))

    def note_score(self, point: TrailPoint, *, last: bool = False) -> None:
        """Keep the score once a second, and more rarely while nothing changes; the last one before a report always."""
        if self.trail:
            passed = point.t_s - self.trail[-1].t_s
            wanted = 0.01 if last else 1.0 if _differs(point, self.trail[-1]) else TRAIL_EVERY_S
            if passed < wanted:
                return
        self.trail.append(point)

    def note_measured(self, t_s: float, measured: Iterable[Measurement], context: str) -> None:
        """Keep what the cues measured in this frame as numbers."""
        self.trace.edge_stay_s = max(self.trace.edge_stay_s, self.edge_stay_s)
        self.trace.note(t_s - self.started_s, measured, context, self.profile)

    def record(self, zone_key: int | None, t_s: float) -> StayRecord:
        """The stay as numbers, once it is over."""
        self.trace.close()
        return StayRecord(
            episode=self.id,
            zone_key=zone_key,
            began_s=self.started_s,
            ended_s=t_s,
            stay_s=self.stay_s,
            edge_stay_s=self.trace.edge_stay_s,
            moments=tuple(self.trace.moments),
            rises=tuple(self.trace.rises),
            whole=self.trace.whole,
        )

    def left(self, t_s: float) -> bool:
        """Whether the person is out of the zone for good: seen elsewhere, or looked for often enough in vain."""
        looked = self.seen_s > self.inside_s or self.missed >= self.profile.gone_looks
        return looked and t_s - self.inside_s > self.profile.leave_grace_s

    def note_birth(self, person: Observation, birth: Birth) -> None:
        """Remember a track that begins in this frame, from nowhere, beside a person whom nobody sees."""
        if birth.t_s < person.t_s or not birth.from_nowhere or self.seen_s >= person.t_s:
            return
        if min(_apart_m(person, self.last), _apart_m(person, self.sight)) <= self.profile.relink_m:
            self.heirs.add(person.track_id)

    def distance_m(self, person: Observation) -> float:
        """How far a sight is from where this person was last seen."""
        return _apart_m(person, self.last)

    def forget_path(self) -> None:
        """Start the path again: its metres are not those of a better calibration."""
        self.path.clear()
        self.recent.clear()
        self.heights.clear()
        self.postures.clear()
        self.standing_m = self.upper_m = float("nan")

    def note_rail(self, t_s: float, reading: RailReading) -> None:
        """Keep the last `rail_frames` readings of the barrier."""
        self.rail.append((t_s, reading))
        while len(self.rail) > self.profile.rail_frames:
            self.rail.popleft()

    def foot_raised(self, t_s: float) -> bool:
        """Whether a foot of theirs was on the barrier when it was last seen, a moment ago."""
        return bool(self.rail) and self.rail[-1][1].foot_on and t_s - self.rail[-1][0] <= RAISED_S

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
            "path": [[s.t_s, s.along_m, s.offset_m, s.error_m, s.offset_error_m] for s in self.path],
            "standing_m": self.standing_m if np.isfinite(self.standing_m) else None,
            "upper_m": self.upper_m if np.isfinite(self.upper_m) else None,
            "posture_s": [self.still_s, self.low_s, self.upper_s],
            "evidence": self.evidence.snapshot(),
            "trail": [[p.t_s, p.score, p.score_high, dict(p.parts)] for p in list(self.trail)[-TRAIL_HANDED:]],
            "tier": self.hold.tier,
            "latched": self.latched,
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
        episode.trace.whole = False
        episode.near_s = state["near_s"] if state["near_s"] is not None else float("-inf")
        episode.along_m, episode.offset_m = state["along_m"], state["offset_m"]
        episode.path.extend(Sample(*sample) for sample in state["path"])
        if state.get("standing_m") is not None:
            episode.standing_m = float(state["standing_m"])
        if state.get("upper_m") is not None:
            episode.upper_m = float(state["upper_m"])
        episode.still_s, episode.low_s, episode.upper_s = state.get("posture_s", (0.0, 0.0, 0.0))
        episode.evidence.restore(state.get("evidence", ()))
        episode.trail.extend(TrailPoint(*point) for point in state.get("trail", ()))
        episode.hold.take_up(_tier(state["tier"]))
        episode.latched, episode.reported = _tier(state.get("latched")), _tier(state["reported"])
        episode.triggers = dict(state["triggers"])
        if state["place_m"] is not None:
            place = (float(state["place_m"][0]), float(state["place_m"][1]))
            episode.last = Observation(t_s, -1, (0.0, 0.0, 1.0, 1.0), (0.0, 0.0), place, 0.0, seen=False)
        return episode


def _apart_m(person: Observation, other: Observation | None) -> float:
    return float(np.hypot(*np.subtract(person.feet_m, other.feet_m))) if other else float("inf")


def _tier(number: int | None) -> Tier | None:
    return Tier(number) if number else None


def _differs(a: TrailPoint, b: TrailPoint) -> bool:
    return any(abs(a.parts.get(cue, 0.0) - b.parts.get(cue, 0.0)) > 0.02 for cue in {*a.parts, *b.parts})


def link(episodes: Sequence[Episode], people: Sequence[Observation], born: Mapping[int, Birth]) -> dict[int, Episode]:
    """Which stay each person continues: by track number first, then the lost stays by place and time.

    Only a track that is newer than the last sight of the lost person can be theirs: who was followed elsewhere at that
    time is somebody else. A track that came from nowhere beside somebody whom nobody sees (where they were last, or
    where the tracker guesses them) is theirs once they are lost for a second, also when it had a stay of its own.

    Args:
        episodes: the stays that go on.
        people: who is there now.
        born: of each track.

    Returns:
        Index in `people` -> its episode; people who are missing there are new, and an episode whose track is another's
        now is over.
    """
    by_track = {episode.track_id: episode for episode in episodes}
    linked = {i: by_track[p.track_id] for i, p in enumerate(people) if p.track_id in by_track}
    guessed = {episode.id: i for i, episode in linked.items() if not people[i].seen}
    taken = {episode.id for i, episode in linked.items() if people[i].seen}
    pairs = []
    for i, person in enumerate(people):
        if not person.seen:
            continue
        own, birth = linked.get(i), born.get(person.track_id, Birth(person.t_s))
        for episode in episodes:
            episode.note_birth(person, birth)
            if episode.id in taken or birth.t_s < episode.seen_s - OVERLAP_S:
                continue
            sure = own is None and episode.id not in guessed
            if _continues(person, episode) if sure else _reappears(person, episode, own):
                pairs.append((episode.distance_m(person), i, episode))
    given: set[int] = set()
    for _, i, episode in sorted(pairs, key=lambda pair: pair[0]):
        if i in given or episode.id in taken:
            continue
        linked.pop(guessed.get(episode.id, -1), None)
        linked[i] = episode
        given.add(i)
        taken.add(episode.id)
    return linked


def _continues(person: Observation, episode: Episode) -> bool:
    """Whether somebody without a stay may be the person of one that lost its track."""
    lost_s, p = person.t_s - episode.seen_s, episode.profile
    return lost_s <= p.relink_s and episode.distance_m(person) <= p.relink_m + p.walking_m_s * lost_s


def _reappears(person: Observation, episode: Episode, own: Episode | None) -> bool:
    """Whether somebody who came from nowhere beside a lost person is that person."""
    lost_s = person.t_s - episode.seen_s
    young = own is None or (own.started_s >= episode.seen_s - OVERLAP_S and own.reported is None)
    return person.track_id in episode.heirs and young and LOST_S <= lost_s <= episode.profile.relink_s
