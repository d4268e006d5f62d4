"""A drawing before it goes live, tried on people whom the running watch sees: their boxes only, nobody is paged.

Without pictures there are no poses: leaning, climbing and a foot on the rail are not seen here, and that is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from welfare.behaviour.assessment import Assessor
from welfare.behaviour.events import ConcernRaised, EpisodeChanged
from welfare.behaviour.profile import Profile
from welfare.watch.people_log import Box
from welfare.watch.pipeline import observations_of
from welfare.watch.tracker import Tracker
from zones.drawing import Drawing
from zones.tier import Tier

SCORE = 0.9  # the watch has already confirmed whom it logs


@dataclass(frozen=True, slots=True)
class Moment:
    """What a drawing would say of one frame.

    Attributes:
        at_s: UTC seconds.
        people: boxes x1 y1 x2 y2, pixels, and the track's number.
        stays: those that go on, by zone, with seconds and metres.
        raised: concerns in this frame, in words.
        reached: the same as stay and tier.
    """

    at_s: float
    people: list[dict[str, Any]] = field(default_factory=list)
    stays: list[dict[str, Any]] = field(default_factory=list)
    raised: list[dict[str, Any]] = field(default_factory=list)
    reached: list[tuple[str, Tier]] = field(default_factory=list)


class Draft:
    """One drawing, fed with boxes frame by frame."""

    def __init__(self, drawing: Drawing) -> None:
        self._view = drawing.view
        profiles: Mapping[str, Profile] = {
            zone.watched.name: Profile().with_overrides(zone.document["overrides"]) for zone in drawing.zones
        }
        self._tracker, self._assessor = Tracker(), Assessor(drawing.view, profiles)
        self._stays: dict[str, EpisodeChanged] = {}

    def step(self, at_s: float, boxes: Sequence[Box]) -> Moment:
        """Take in the boxes of one frame."""
        found = np.asarray(boxes, dtype=np.float32).reshape(-1, 4)
        feet = np.c_[(found[:, 0] + found[:, 2]) / 2, found[:, 3]]
        found = found[~self._view.masked(feet)]
        tracks = self._tracker.update(at_s, found, np.full(len(found), SCORE, np.float32))
        people = observations_of(self._view, at_s, tracks)
        raised, reached = [], []
        for event in self._assessor.update(at_s, people):
            if isinstance(event, ConcernRaised):
                raised.append({"zone": event.zone, "tier": event.tier.word, "words": event.reasons[0].words})
                reached.append((event.episode, event.tier))
            elif isinstance(event, EpisodeChanged):
                self._stays.pop(event.episode, None)
                if event.state != "ended":
                    self._stays[event.episode] = event
        seen = [{"track": p.track_id, "box": [round(v, 1) for v in p.box_px]} for p in people if p.seen]
        return Moment(at_s, seen, [_stay(stay) for stay in self._stays.values()], raised, reached)


def _stay(event: EpisodeChanged) -> dict[str, Any]:
    return {
        "track": event.track_id,
        "zone": event.zone,
        "stay_s": event.stay_s,
        "edge_m": event.edge_distance_m if np.isfinite(event.edge_distance_m) else None,
        "tier": event.tier.word if event.tier else None,
    }
