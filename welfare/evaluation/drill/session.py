"""A drill on a camera's live pictures: a rendered person at one place after another, beside the untouched stream.

Two pipelines see each frame: one the camera's own picture, the other the same picture with the stand-in. A drill hides
nobody: the live watch goes on elsewhere with its own pictures, and whoever the untouched pipeline finds in the zone
ends the drill at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely

from alerts import drills, intake
from alerts.intake import Drill
from welfare.behaviour.events import ConcernRaised, EpisodeChanged
from welfare.behaviour.observation import Observation
from welfare.evaluation.drill.places import Place
from welfare.evaluation.drill.stand_in import Box, NoiseMeter, Picture, StandIn
from welfare.fleet.concerns import concern_of
from welfare.watch.pipeline import Models, Pipeline, Step
from zones.geometry import View, WatchedZone

CLEAR_S = 5.0  # the zone must have been empty for so long before somebody is drawn into it
PATIENCE_S = 600.0  # so long a drill waits for an empty zone
PAGE_WAIT_S = 15.0  # after the script a page is waited for so long
NEAR = 0.5  # a sight is of the stand-in when its middle lies within so many widths around the drawn box


@dataclass(slots=True)
class Passed:
    """What the service made of the stand-in at one place; seconds from the first picture that shows them.

    Attributes:
        place: where.
        climbs_s: when they go onto the barrier.
        seen_s: the watch follows somebody there.
        tracked_s: their stay in the zone has begun.
        scored_s: a concern is raised, of `tier`.
        paged_s: the incident's first page was accepted or shown.
        incident: its number.
    """

    place: Place
    climbs_s: float
    seen_s: float | None = None
    tracked_s: float | None = None
    scored_s: float | None = None
    paged_s: float | None = None
    tier: str = ""
    incident: int | None = None

    @property
    def found(self) -> bool:
        """Whether it came to a page, or to an incident where nobody is to be paged."""
        return self.paged_s is not None


@dataclass
class Session:
    """One drill.

    Attributes:
        camera_id: database key.
        view: the camera's geometry.
        zone: which of its zones, with a database key.
        places: where the stand-in goes, in order.
        drill: who is paged.
        models: the networks.
        say: told each step, in words.
        passed: what came of each place.
        stopped: why it ended early; empty where it did not.
    """

    camera_id: int
    view: View
    zone: WatchedZone
    places: list[Place]
    drill: Drill
    models: Models
    say: Callable[[str], None]
    passed: list[Passed] = field(default_factory=list)
    stopped: str = ""
    last_picture: Picture | None = None
    _clear_since_s: float | None = None
    _waits: bool = False

    def run(self, frames: Iterable[tuple[float, Picture]]) -> None:
        """Go through the places; returns when all are done, or it was stopped.

        Args:
            frames: UTC seconds and (h, w, 3) uint8 BGR, live.
        """
        for number in drills.end_left_over(self.camera_id):
            self.say(f"incident #{number} was left over from a drill that was killed, and is closed")
        self._area = shapely.Polygon(self.zone.polygon)
        untouched = Pipeline(self.view, self.models)
        noise = NoiseMeter()
        began: float | None = None
        turn: _Turn | None = None
        try:
            for at_s, picture in frames:
                began = at_s if began is None else began
                noise.look(picture)
                live = self._in_zone(untouched.step(at_s, picture))
                if live:
                    self._clear_since_s = None
                if live and turn is not None:
                    self.stopped = "somebody is in the zone: the drill has ended and hides nobody"
                    return
                if turn is None:
                    turn = self._next_turn(at_s, live=bool(live))
                    if turn is None and at_s - began > PATIENCE_S:
                        self.stopped = f"the zone was never empty for {CLEAR_S:.0f} s: try again at a quieter time"
                        return
                if turn is not None and turn.step(at_s, picture, noise.deviation):
                    self.last_picture = turn.shown
                    turn = None
                    self._clear_since_s = at_s
                    if len(self.passed) == len(self.places):
                        return
            self.stopped = "the camera's pictures ended"
        finally:
            if turn is not None:
                turn.end(f"DRILL stopped: {self.stopped or 'interrupted'}")
            whole = turn is None and len(self.passed) == len(self.places)
            self.say(self.stopped or ("the drill is over" if whole else "interrupted"))

    def _next_turn(self, at_s: float, *, live: bool) -> "_Turn | None":
        if live:
            if not self._waits:
                self._waits = True
                minutes = PATIENCE_S / 60
                self.say(f"waiting until nobody was in the zone for {CLEAR_S:.0f} s, {minutes:.0f} minutes at most")
            return None
        self._clear_since_s = self._clear_since_s if self._clear_since_s is not None else at_s
        if at_s - self._clear_since_s < CLEAR_S:
            return None
        place = self.places[len(self.passed)]
        self.say(f"place {place.number} of {len(self.places)}: {place.along_m:.1f} m along, {place.person_px:.0f} px")
        turn = _Turn(self, place, at_s)
        self.passed.append(turn.passed)
        return turn

    def _in_zone(self, step: Step) -> list[Observation]:
        return [o for o in step.observations if o.seen and shapely.contains_xy(self._area, *o.feet_px)]


class _Turn:
    """The stand-in at one place."""

    def __init__(self, session: Session, place: Place, at_s: float) -> None:
        self._session, self._began_s = session, at_s
        self._person = StandIn(session.view, place, seed=place.number)
        self._pipeline = Pipeline(session.view, session.models)
        self.passed = Passed(place, self._person.climbs_s)
        self.shown: Picture | None = None

    def step(self, at_s: float, picture: Picture, noise: float) -> bool:
        """One frame; True where this place is done."""
        since = at_s - self._began_s
        drawn, box = self._person.draw(picture, since, noise)
        if since >= self._person.climbs_s + 2 and self.shown is None:
            self.shown = drawn
        step = self._pipeline.step(at_s, drawn)
        self._note(step, since, box)
        self._look_for_page()
        over = since > self._person.duration_s
        done = self.passed.found and since > self._person.climbs_s
        if done or (over and (self.passed.incident is None or since > self._person.duration_s + PAGE_WAIT_S)):
            self.end("DRILL over")
            return True
        return False

    def end(self, note: str) -> None:
        """Close what was opened."""
        if self.passed.incident is not None:
            drills.end_drill(self.passed.incident, note=note)

    def _note(self, step: Step, since: float, box: Box | None) -> None:
        passed = self.passed
        if passed.seen_s is None and box is not None and any(o.seen and _on(o.box_px, box) for o in step.observations):
            passed.seen_s = since
        for event in step.events:
            if isinstance(event, EpisodeChanged) and passed.tracked_s is None:
                passed.tracked_s = since
            if isinstance(event, ConcernRaised) and event.zone == self._session.zone.name:
                self._report(event, since)

    def _report(self, event: ConcernRaised, since: float) -> None:
        session, passed = self._session, self.passed
        reported = intake.report(concern_of(event, session.camera_id), session.drill)
        if reported is None:
            return
        if passed.scored_s is None:
            passed.scored_s = since
        passed.tier = event.tier.word
        passed.incident = passed.incident or reported.incident_id
        session.say(f"{event.tier.word} after {since:.1f} s: DRILL incident #{reported.incident_id}")

    def _look_for_page(self) -> None:
        passed = self.passed
        if passed.incident is None or passed.found:
            return
        at = drills.paged_at(passed.incident, quiet=self._session.drill.contact_id is None)
        if at is not None:
            passed.paged_s = at.timestamp() - self._began_s


def _on(seen: tuple[float, float, float, float], drawn: Box) -> bool:
    x, y = (seen[0] + seen[2]) / 2, (seen[1] + seen[3]) / 2
    wide, high = NEAR * (drawn[2] - drawn[0]), NEAR * (drawn[3] - drawn[1])
    return bool(np.all([drawn[0] - wide <= x <= drawn[2] + wide, drawn[1] - high <= y <= drawn[3] + high]))
