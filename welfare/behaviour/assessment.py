"""One camera's people, frame by frame, to episodes, cues and welfare concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from welfare.behaviour import posture, rail, scoring, triggers
from welfare.behaviour.cues import Measurement, Sample
from welfare.behaviour.episodes import Birth, Episode, link
from welfare.behaviour.events import ConcernRaised, CueMeasured, EpisodeChanged, Event, Reason, Sight, TrailPoint
from welfare.behaviour.left import Belongings
from welfare.behaviour.observation import Observation, Thing, covered
from welfare.behaviour.profile import Profile
from welfare.behaviour.record import Rise, StayRecord
from zones.geometry import View, WatchedZone
from zones.tier import Tier

NO_CONTEXT = ("", 0.0, "")
TELL_EVERY_S = 1.0
SHARED = 0.5  # assumed: a box that covers so much of where somebody was lost holds them too
SHARED_S = 2.0  # assumed: for so long the pose of two who were found as one is in doubt
TRIGGER_AGAIN_S = 10.0  # assumed: a trigger that was off for so long is a new one


class Assessor:
    """Call `update` once for each analysed frame, also for one without people."""

    def __init__(self, view: View, profiles: Mapping[str, Profile] | None = None) -> None:
        profiles = profiles or {}
        self._view = view
        self._t_s = float("-inf")
        self._born: dict[int, Birth] = {}
        self._zones = [_ZoneAssessor(view, zone, profiles.get(zone.name, Profile())) for zone in view.zones]

    def update(self, t_s: float, observations: Sequence[Observation], things: Sequence[Thing] = ()) -> list[Event]:
        """What changed in this frame: stays, cues and concerns of all zones.

        Args:
            t_s: the frame's time.
            observations: everybody who is followed.
            things: what was put down and stands there; none of it is also an answer.
        """
        self._t_s = t_s
        people = [o for o in observations if np.isfinite(o.feet_m).all()]
        self._born = {o.track_id: self._born.get(o.track_id) or self._birth(o) for o in observations}
        return [event for zone in self._zones for event in zone.update(t_s, people, things, self._born)]

    def _birth(self, person: Observation) -> Birth:
        view = self._view
        known_way = triggers.near_border(person, view) or view.may_hide(person.box_px)
        return Birth(person.t_s, from_nowhere=not known_way)

    def recalibrate(self, view: View) -> None:
        """Use better metres from now on; the zones stay the same."""
        self._view = view
        for zone in self._zones:
            zone.view = view
            for episode in zone.episodes:
                episode.forget_path()

    def finished(self) -> list[StayRecord]:
        """Records of the stays that ended since the last call."""
        records = [record for zone in self._zones for record in zone.finished]
        for zone in self._zones:
            zone.finished = []
        return records

    @property
    def missing(self) -> bool:
        """Whether somebody's stay goes on who was not seen in the last frame."""
        return any(
            episode.seen_s < self._t_s and self._t_s - episode.inside_s <= episode.profile.leave_grace_s
            for zone in self._zones
            for episode in zone.episodes
        )

    def snapshot(self) -> dict[str, Any]:
        """All stays as JSON-able values, by zone name."""
        return {zone.zone.name: [e.snapshot() for e in zone.episodes] for zone in self._zones}

    def restore(self, state: dict[str, Any], t_s: float) -> None:
        """Go on with stays that another worker left; their people are found again by place."""
        for zone in self._zones:
            zone.episodes = [Episode.resumed(e, zone.profile, t_s) for e in state.get(zone.zone.name, [])]


@dataclass(frozen=True, slots=True)
class Score:
    """L, the most that it could be, and how well the person is seen."""

    value: float
    high: float
    sight: Sight

    @classmethod
    def of(cls, episode: Episode, context: float, t_s: float) -> "Score":
        """The score of a stay now."""
        return cls(episode.evidence.score(context), episode.evidence.score_high(context), scoring.sight(episode, t_s))


class _ZoneAssessor:
    """The stays of one zone."""

    def __init__(self, view: View, zone: WatchedZone, profile: Profile) -> None:
        self.view, self.zone, self.profile = view, zone, profile
        self.episodes: list[Episode] = []
        self.finished: list[StayRecord] = []
        self._belongings = Belongings()
        self._area = shapely.Polygon(zone.polygon)
        shapely.prepare(self._area)

    def update(
        self, t_s: float, people: list[Observation], things: Sequence[Thing], born: Mapping[int, Birth]
    ) -> list[Event]:
        linked = link(self.episodes, people, born)
        events = self._rejoin(t_s, linked, people)
        fed: set[str] = set()
        for i, person in enumerate(people):
            episode = linked.get(i)
            standing_m = episode.standing_m if episode else np.nan
            others = [o for o in people if o is not person]
            shared = episode is not None and self._shared(episode, person, people)
            raised = episode is not None and episode.foot_raised(t_s)
            reading = rail.read(
                self.view, self.zone, person, self.profile, standing_m, others, shared=shared, raised=raised
            )
            inside = self._inside(person, reading, episode)
            if episode is None:
                if not inside or not person.seen:
                    continue
                episode = Episode(self.profile, person.track_id, t_s)
                self.episodes.append(episode)
                events.append(self._changed(episode, t_s, "started", 0.0))
            fed.add(episode.id)
            self._belongings.note(episode)
            events += self._assess(episode, person, reading, others, inside=inside)
        events += self._unfed(t_s, people, fed)
        self._belongings.update(t_s, things, self.episodes)
        return events

    def _rejoin(self, t_s: float, linked: Mapping[int, Episode], people: Sequence[Observation]) -> list[Event]:
        """End the stays of people who turned out to be somebody whose own, longer stay goes on."""
        tracks = {people[i].track_id: episode for i, episode in linked.items()}
        over = [e for e in self.episodes if tracks.get(e.track_id, e) is not e]
        self.episodes = [e for e in self.episodes if tracks.get(e.track_id, e) is e]
        return [self._changed(e, t_s, "ended", e.evidence.score(0.0)) for e in over]

    def _shared(self, own: Episode, person: Observation, people: Sequence[Observation]) -> bool:
        """Whether the box may hold two people: it covers where another was lost, now or a moment ago.

        Two who stand close are found now as one and now as two, and a pose of both goes on for a while.
        """
        seen = {one.track_id for one in people if one.seen}
        lost = [e.last for e in self.episodes if e is not own and e.track_id not in seen]
        if person.seen and any(one and covered(one.box_px, person.box_px) >= SHARED for one in lost):
            own.shared_s = person.t_s
        return person.t_s - own.shared_s <= SHARED_S

    def _inside(self, person: Observation, reading: rail.RailReading, episode: Episode | None) -> bool:
        if shapely.contains_xy(self._area, *person.feet_px):
            return True
        # Feet on the barrier project to a place far beyond it: that is never "left the zone".
        return episode is not None and reading.across and episode.offset_m <= 2 * self.profile.edge_near_m

    def _place(self, person: Observation, reading: rail.RailReading) -> Sample:
        """Metres along the edge and to it; on the barrier the place is read on its plane, at distance 0."""
        x1, y1, x2, y2 = person.box_px
        if reading.feet_beyond or reading.hips_on:
            ((along, _),) = self.view.on_rail_plane(self.zone, [[(x1 + x2) / 2, y2]])
            return Sample(person.t_s, float(along), 0.0)
        tall = y2 - y1
        step = self.profile.feet_error * (tall if np.isfinite(tall) else 0.0)  # no picture: metres as they are
        around = self.view.to_ground(np.add(person.feet_px, [[0.0, 0.0], [step, 0.0], [0.0, step]]))
        along, aside, nearer = self.view.along_edge(self.zone, around)
        offset, *shifted = self.view.edge_offset(self.zone, np.vstack([person.feet_m, *around[1:]]))
        error = float(np.hypot(aside - along, nearer - along))
        return Sample(person.t_s, float(along), float(offset), error, float(np.hypot(*(np.array(shifted) - offset))))

    def _assess(
        self,
        episode: Episode,
        person: Observation,
        reading: rail.RailReading,
        others: list[Observation],
        *,
        inside: bool,
    ) -> list[Event]:
        t_s = person.t_s
        since_s = t_s - episode.updated_s
        dt = episode.advance(person, self._place(person, reading), inside=inside)
        if not person.seen:
            measured = scoring.unseen(episode)
        else:
            if triggers.is_crossed(person, others):
                episode.covered_s = t_s
            person_m = rail.height_m(self.view, person)
            episode.note_rail(t_s, reading)
            episode.note_height(t_s, person_m)
            if person.pose is not None:
                episode.note_posture(t_s, posture.read(self.view, self.zone, person, episode.known(t_s)))
            measured = scoring.measure(episode, person_m, others, dt)
        around = episode.company.update(self.profile, person, others, dt)
        return self._conclude(episode, t_s, (since_s, dt), measured, around.counts(self.profile))

    def _conclude(
        self,
        episode: Episode,
        t_s: float,
        passed: tuple[float, float],
        measured: list[Measurement],
        context: tuple[str, float, str] = NO_CONTEXT,
    ) -> list[Event]:
        """Add up, hold, and say what is new: after `passed` seconds by the clock, and seconds that count."""
        thing = self._belongings.measure(episode, t_s)
        measured = [*measured, *([thing] if thing else [])]
        episode.evidence.update(measured, passed[0])
        name, nats, _ = context
        score = Score.of(episode, nats, t_s)
        parts = episode.evidence.parts() | ({name: nats} if name else {})
        episode.note_score(TrailPoint(t_s, score.value, score.high, parts))
        episode.note_measured(t_s, measured, name)
        episode.hold.update(t_s, passed[1], score.value)
        fired = [
            triggers.on_the_barrier(episode, t_s),
            triggers.left_alone(self._belongings.alone_s(episode, t_s), thing, self.profile),
        ]
        events = [event for one in fired if one for event in self._fire(episode, one, t_s, score, context)]
        tier = self._tier(episode, t_s)
        if tier is not None and (episode.reported is None or tier > episode.reported):
            episode.reported = tier
            events.append(self._concern(episode, t_s, tier, score, context))
        elif episode.reported is not None and (tier is None or tier < episode.reported):
            episode.reported = tier  # it may be raised again
        told = [Reason(m.cue, m.words, m.value, m.unit, m.quality, m.adds(self.profile), t_s) for m in measured]
        told = [reason for reason in told if reason.weight_nats > 0]
        told += [*_around(context, t_s), *scoring.facts(episode), *(one.reason for one in fired if one)]
        return events + self._tell(episode, t_s, score, told)

    def _tier(self, episode: Episode, t_s: float) -> Tier | None:
        """The tier that stands now: held by the score, by the long stay, by a thing left alone, or by a trigger."""
        p = self.profile
        backstop = Tier.CONCERN if episode.edge_stay_s >= p.backstop_s else None
        alone = Tier.NOTICE if self._belongings.alone_s(episode, t_s) >= p.object_notice_s else None
        return max(
            (tier for tier in (episode.hold.tier, episode.latched, backstop, alone) if tier is not None), default=None
        )

    def _fire(
        self,
        episode: Episode,
        fired: triggers.Trigger,
        t_s: float,
        score: Score,
        context: tuple[str, float, str] = NO_CONTEXT,
    ) -> list[Event]:
        name = fired.reason.cue
        fresh = t_s - episode.triggers.get(name, float("-inf")) > TRIGGER_AGAIN_S
        episode.triggers[name] = t_s
        higher = episode.reported is None or fired.tier > episode.reported
        if not (fresh or higher):
            return []
        if fired.tier >= Tier.URGENT:
            episode.latched = max(fired.tier, episode.latched or fired.tier)  # stays until a person clears it
        episode.reported = max(episode.reported or fired.tier, fired.tier)
        return [self._concern(episode, t_s, fired.tier, score, context, trigger=fired.reason)]

    def _unfed(self, t_s: float, people: list[Observation], fed: set[str]) -> list[Event]:
        """Stays without a sight in this frame: gone at the edge, left, or only lost for a moment."""
        events: list[Event] = []
        for episode in list(self.episodes):
            if t_s - episode.seen_s > 0 and episode.last is not None:
                episode.missed += 1
                others = tuple(o for o in people if o.track_id != episode.track_id and o.seen)
                if triggers.may_have_crossed(episode, others, t_s):
                    episode.covered_s = t_s
                fired = triggers.gone_at_the_edge(episode, self.view, others, t_s)
                if fired is not None:
                    events += self._fire(episode, fired, t_s, Score.of(episode, 0.0, t_s))
            # On while the person is somewhere in view but out of the zone, or not in view at all.
            if episode.left(t_s) and not episode.things:
                self.episodes.remove(episode)
                self.finished.append(episode.record(self.zone.key, t_s))
                events.append(self._changed(episode, t_s, "ended", episode.evidence.score(0.0)))
            elif episode.id not in fed:
                episode.track_id = -1 if t_s - episode.seen_s > self.profile.relink_s else episode.track_id
                passed = t_s - max(episode.updated_s, episode.faded_s)
                episode.faded_s = t_s
                events += self._conclude(episode, t_s, (passed, min(passed, 1.0)), scoring.unseen(episode))
        return events

    def _tell(self, episode: Episode, t_s: float, score: Score, found: list[Reason]) -> list[Event]:
        events: list[Event] = []
        for reason in found:
            if t_s - episode.cues_told_s.get(reason.cue, float("-inf")) >= TELL_EVERY_S:
                episode.cues_told_s[reason.cue] = t_s
                key, name = self.zone.key, self.zone.name
                events.append(CueMeasured(t_s, episode.id, name, key, episode.track_id, reason))
        if t_s - episode.told_s >= TELL_EVERY_S:
            episode.told_s = t_s
            events.append(self._changed(episode, t_s, "continued", score.value, score.high))
        return events

    def _changed(
        self,
        episode: Episode,
        t_s: float,
        state: Literal["started", "continued", "ended"],
        total: float,
        high: float | None = None,
    ) -> EpisodeChanged:
        return EpisodeChanged(
            t_s=t_s,
            episode=episode.id,
            zone=self.zone.name,
            zone_key=self.zone.key,
            track_id=episode.last.track_id if episode.last else episode.track_id,
            state=state,
            stay_s=round(episode.stay_s, 2),
            edge_stay_s=round(episode.edge_stay_s, 2),
            edge_distance_m=round(episode.offset_m, 2),
            score=round(total, 3),
            score_high=round(total if high is None else high, 3),
            sight=scoring.sight(episode, t_s),
            tier=self._tier(episode, t_s),
        )

    def _concern(
        self,
        episode: Episode,
        t_s: float,
        tier: Tier,
        score: Score,
        context: tuple[str, float, str],
        trigger: Reason | None = None,
    ) -> ConcernRaised:
        last, p = episode.last, self.profile
        if last is None:  # an episode is fed before it can raise anything
            raise RuntimeError("a concern needs a person who was seen")
        name, nats, _ = context
        parts = episode.evidence.parts() | ({name: nats} if name else {})
        episode.note_score(TrailPoint(t_s, score.value, score.high, parts), last=True)
        episode.trace.rises.append(Rise(t_s - episode.started_s, tier, trigger.cue if trigger else ""))
        found = [*episode.evidence.reasons(), *_around(context, t_s)]
        if trigger is not None:
            found.insert(0, trigger)
        elif episode.edge_stay_s >= p.backstop_s and (episode.hold.tier is None or episode.hold.tier < tier):
            words = f"at the edge for {episode.edge_stay_s:.0f} s: time for a check whatever else"
            found.insert(0, Reason("backstop", words, round(episode.edge_stay_s, 1), "s", 0.9, 0.0, t_s))
        where = f"{max(episode.offset_m, 0.0):.1f} m from the edge"
        stay = f"in the zone for {episode.stay_s:.0f} s, {where} {'now' if last.t_s == t_s else 'when last seen'}"
        found.append(Reason("place", stay, round(episode.stay_s, 1), "s", 0.9, 0.0, last.t_s))
        if score.sight is not Sight.CLEAR:
            words = "posture not seen" if score.sight is Sight.POOR else "not seen now"
            found.append(
                Reason("sight", f"{words}: more may be the matter than shown", score.high, "nats", 0.0, 0.0, t_s)
            )
        return ConcernRaised(
            t_s=t_s,
            episode=episode.id,
            zone=self.zone.name,
            zone_key=self.zone.key,
            track_id=last.track_id,
            box_px=last.box_px,
            feet_m=last.feet_m,
            tier=tier,
            score=round(score.value, 3),
            score_high=round(score.high, 3),
            sight=score.sight,
            triggered=trigger is not None,
            metres_estimated=self.view.estimated,
            reasons=tuple(found),
            trail=tuple(episode.trail),
            levels=(p.notice, p.concern, p.urgent),
        )


def _around(context: tuple[str, float, str], t_s: float) -> list[Reason]:
    name, nats, words = context
    return [Reason(name, words, 1.0, "count", 0.8, nats, t_s)] if name else []
