"""One camera's people, frame by frame, to episodes, cues and welfare concerns."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import shapely

from welfare.behaviour import rail, scoring, triggers
from welfare.behaviour.cues import Sample
from welfare.behaviour.episodes import Episode, link
from welfare.behaviour.events import ConcernRaised, CueMeasured, EpisodeChanged, Event, Reason
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile
from zones.geometry import View, WatchedZone
from zones.tier import Tier

TELL_EVERY_S = 1.0
TRIGGER_AGAIN_S = 10.0  # assumed: a trigger that was off for so long is a new one


class Assessor:
    """Call `update` once for each analysed frame, also for one without people."""

    def __init__(self, view: View, profiles: Mapping[str, Profile] | None = None) -> None:
        profiles = profiles or {}
        self._view = view
        self._t_s = float("-inf")
        self._zones = [_ZoneAssessor(view, zone, profiles.get(zone.name, Profile())) for zone in view.zones]

    def update(self, t_s: float, observations: Sequence[Observation]) -> list[Event]:
        """What changed in this frame: stays, cues and concerns of all zones."""
        self._t_s = t_s
        people = [o for o in observations if np.isfinite(o.feet_m).all()]
        return [event for zone in self._zones for event in zone.update(t_s, people)]

    def recalibrate(self, view: View) -> None:
        """Use better metres from now on; the zones stay the same."""
        self._view = view
        for zone in self._zones:
            zone.view = view
            for episode in zone.episodes:
                episode.forget_path()

    @property
    def missing(self) -> bool:
        """Whether somebody's stay goes on who was not seen in the last frame."""
        return any(episode.seen_s < self._t_s for zone in self._zones for episode in zone.episodes)

    def snapshot(self) -> dict[str, Any]:
        """All stays as JSON-able values, by zone name."""
        return {zone.zone.name: [e.snapshot() for e in zone.episodes] for zone in self._zones}

    def restore(self, state: dict[str, Any], t_s: float) -> None:
        """Go on with stays that another worker left; their people are found again by place."""
        for zone in self._zones:
            zone.episodes = [Episode.resumed(e, zone.profile, t_s) for e in state.get(zone.zone.name, [])]


class _ZoneAssessor:
    """The stays of one zone."""

    def __init__(self, view: View, zone: WatchedZone, profile: Profile) -> None:
        self.view, self.zone, self.profile = view, zone, profile
        self.episodes: list[Episode] = []
        self._area = shapely.Polygon(zone.polygon)
        shapely.prepare(self._area)

    def update(self, t_s: float, people: list[Observation]) -> list[Event]:
        linked = link(self.episodes, people)
        events: list[Event] = []
        fed: set[str] = set()
        for i, person in enumerate(people):
            episode = linked.get(i)
            reading = rail.read(self.view, self.zone, person, self.profile)
            inside = self._inside(person, reading, episode)
            if episode is None:
                if not inside or not person.seen:
                    continue
                episode = Episode(self.profile, person.track_id, t_s)
                self.episodes.append(episode)
                events.append(self._changed(episode, t_s, "started"))
            fed.add(episode.id)
            others = [o for o in people if o is not person]
            events += self._assess(episode, person, reading, others, inside=inside)
        return events + self._unfed(t_s, people, fed)

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
        around = np.add(person.feet_px, [[0.0, 0.0], [step, 0.0], [0.0, step]])
        along, aside, nearer = self.view.along_edge(self.zone, self.view.to_ground(around))
        offset = float(self.view.edge_offset(self.zone, [person.feet_m])[0])
        return Sample(person.t_s, float(along), offset, float(np.hypot(aside - along, nearer - along)))

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
        dt = episode.advance(person, self._place(person, reading), inside=inside)
        if person.seen:
            episode.note_rail(t_s, reading)
            degrees = rail.lean_degrees(self.view, person)
            if np.isfinite(degrees):
                episode.leans.append((t_s, degrees))
        while episode.leans and episode.leans[0][0] < t_s - 5.0:
            episode.leans.popleft()
        now = scoring.reasons(episode, self._height_m(person), t_s) if person.seen else []
        around = scoring.context(episode, others, dt, t_s)
        total = scoring.score(episode, now, around, dt)
        return self._conclude(episode, t_s, dt, total, [*now, *([around] if around else [])])

    def _conclude(self, episode: Episode, t_s: float, dt: float, total: float, found: list[Reason]) -> list[Event]:
        events: list[Event] = []
        tier = episode.hold.update(t_s, dt, total)
        if episode.edge_stay_s >= self.profile.backstop_s and (tier is None or tier < Tier.CONCERN):
            tier = Tier.CONCERN
        fired = triggers.on_the_barrier(episode, t_s)
        if fired is not None:
            events += self._fire(episode, fired, t_s, total, found)
        elif tier is not None and (episode.reported is None or tier > episode.reported):
            episode.reported = tier
            events.append(self._concern(episode, t_s, tier, total, found, triggered=False))
        elif episode.hold.tier is None and episode.reported not in (None, Tier.CRITICAL):
            episode.reported = tier  # it may be raised again
        events += self._tell(episode, t_s, total, [*found, *([fired.reason] if fired else [])])
        return events

    def _fire(
        self, episode: Episode, fired: triggers.Trigger, t_s: float, total: float, found: list[Reason]
    ) -> list[Event]:
        name = fired.reason.cue
        fresh = t_s - episode.triggers.get(name, float("-inf")) > TRIGGER_AGAIN_S
        episode.triggers[name] = t_s
        higher = episode.reported is None or fired.tier > episode.reported
        if not (fresh or higher):
            return []
        if fired.tier is Tier.CRITICAL:
            episode.hold.tier = Tier.CRITICAL  # stays until a person clears it
        episode.reported = max(episode.reported or fired.tier, fired.tier)
        return [self._concern(episode, t_s, fired.tier, total, [fired.reason, *found], triggered=True)]

    def _unfed(self, t_s: float, people: list[Observation], fed: set[str]) -> list[Event]:
        """Stays without a sight in this frame: gone at the edge, left, or only lost for a moment."""
        events: list[Event] = []
        for episode in list(self.episodes):
            if t_s - episode.seen_s > 0 and episode.last is not None:
                others = tuple(o for o in people if o.track_id != episode.track_id and o.seen)
                fired = triggers.gone_at_the_edge(episode, self.view, others, t_s)
                if fired is not None:
                    events += self._fire(episode, fired, t_s, sum(episode.memory.values()), [])
            # On while the person is somewhere in view but out of the zone, or not in view at all.
            if t_s - max(episode.inside_s, -np.inf) > self.profile.leave_grace_s:
                self.episodes.remove(episode)
                events.append(self._changed(episode, t_s, "ended"))
            elif episode.id not in fed:
                episode.track_id = -1 if t_s - episode.seen_s > self.profile.relink_s else episode.track_id
        return events

    def _tell(self, episode: Episode, t_s: float, total: float, found: list[Reason]) -> list[Event]:
        events: list[Event] = []
        for reason in found:
            if t_s - episode.cues_told_s.get(reason.cue, float("-inf")) >= TELL_EVERY_S:
                episode.cues_told_s[reason.cue] = t_s
                key, name = self.zone.key, self.zone.name
                events.append(CueMeasured(t_s, episode.id, name, key, episode.track_id, reason))
        if t_s - episode.told_s >= TELL_EVERY_S:
            episode.told_s = t_s
            events.append(self._changed(episode, t_s, "continued", total))
        return events

    def _height_m(self, person: Observation) -> float:
        """Height of the box at the feet's place, metres; NaN where the box is cut by the border."""
        x1, y1, x2, y2 = person.box_px
        width, height = self.view.size
        if x1 < rail.BORDER_PX or y1 < rail.BORDER_PX or x2 > width - rail.BORDER_PX or y2 > height - rail.BORDER_PX:
            return float("nan")
        return 1.7 * (y2 - y1) / self.view.person_height_px(person.feet_m)

    def _changed(
        self, episode: Episode, t_s: float, state: Literal["started", "continued", "ended"], total: float = 0.0
    ) -> EpisodeChanged:
        return EpisodeChanged(
            t_s=t_s,
            episode=episode.id,
            zone=self.zone.name,
            zone_key=self.zone.key,
            track_id=episode.track_id,
            state=state,
            stay_s=round(episode.stay_s, 2),
            edge_stay_s=round(episode.edge_stay_s, 2),
            edge_distance_m=round(episode.offset_m, 2),
            score=round(total, 3),
            tier=episode.hold.tier,
        )

    def _concern(
        self, episode: Episode, t_s: float, tier: Tier, total: float, found: list[Reason], *, triggered: bool
    ) -> ConcernRaised:
        last = episode.last
        if last is None:  # an episode is fed before it can raise anything
            raise RuntimeError("a concern needs a person who was seen")
        stay = f"in the zone for {episode.stay_s:.0f} s, {max(episode.offset_m, 0.0):.1f} m from the edge now"
        facts = Reason("place", stay, round(episode.stay_s, 1), "s", 0.9, 0.0, t_s)
        ordered = sorted(found, key=lambda r: (not (triggered and r.weight_nats == 0), -r.weight_nats))
        return ConcernRaised(
            t_s=t_s,
            episode=episode.id,
            zone=self.zone.name,
            zone_key=self.zone.key,
            track_id=episode.track_id,
            box_px=last.box_px,
            feet_m=last.feet_m,
            tier=tier,
            score=round(total, 3),
            triggered=triggered,
            metres_estimated=self.view.estimated,
            reasons=(*ordered, facts),
        )
