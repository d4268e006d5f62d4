"""Things left behind: whose they are, and whether their owners have gone from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from welfare.behaviour.cues import Measurement, share
from welfare.behaviour.episodes import Episode
from welfare.behaviour.observation import Thing

TRACKS_KEPT = 500  # track numbers whose stay is remembered


@dataclass(slots=True)
class Belongings:
    """The things of one zone.

    Attributes:
        stay_of: track number -> id of its stay.
        alone_since_s: thing -> since when every owner has been away from it.
    """

    stay_of: dict[int, str] = field(default_factory=dict)
    alone_since_s: dict[int, float] = field(default_factory=dict)

    def note(self, episode: Episode) -> None:
        """Remember which stay a track belongs to: a thing names its owner's track."""
        self.stay_of[episode.track_id] = episode.id
        while len(self.stay_of) > TRACKS_KEPT:
            del self.stay_of[next(iter(self.stay_of))]

    def update(self, t_s: float, things: Sequence[Thing], episodes: Sequence[Episode]) -> None:
        """Give each stay the things that its person left, and take back those that were picked up."""
        by_id = {episode.id: episode for episode in episodes}
        standing = {thing.id for thing in things}
        for episode in episodes:
            if any(key not in standing for key in episode.things):
                episode.things = {key: thing for key, thing in episode.things.items() if key in standing}
                episode.evidence.forget("object")
                episode.trace.forget("object")
        for thing in things:
            owners = self._owners(thing, by_id)
            if owners and t_s - thing.since_s <= owners[0].profile.object_kept_s:
                owners[0].things[thing.id] = thing
                self._note_alone(t_s, thing, owners)
            elif owners:
                owners[0].things.pop(thing.id, None)
        self.alone_since_s = {key: since for key, since in self.alone_since_s.items() if key in standing}

    def alone_s(self, episode: Episode, t_s: float) -> float:
        """For how long the stay's longest left thing has been alone; 0 where none is."""
        return max((t_s - self.alone_since_s.get(key, t_s) for key in episode.things), default=0.0)

    def measure(self, episode: Episode, t_s: float) -> Measurement | None:
        """The cue of a left object: how long it has stood; None while its owner is with it."""
        alone = [thing for key, thing in episode.things.items() if key in self.alone_since_s]
        if not alone:
            return None
        thing = min(alone, key=lambda one: one.since_s)
        stood, away = t_s - thing.since_s, apart_m(episode, thing)
        seen = t_s - episode.seen_s <= episode.profile.sight_s
        where = f"the person is {away:.0f} m away" if seen else "the person has left"
        words = f"something put down {stood:.0f} s ago was left behind, {where}"
        counts = share(episode.profile, "object", stood)
        return Measurement("object", words, round(stood, 1), "s", thing.confidence, counts, t_s)

    def _owners(self, thing: Thing, by_id: Mapping[str, Episode]) -> list[Episode]:
        """The stays of the people who brought it, the longest first."""
        ids = {self.stay_of[track] for track in thing.owners if track in self.stay_of}
        return sorted((by_id[i] for i in ids if i in by_id), key=lambda e: (e.started_s, e.id))

    def _note_alone(self, t_s: float, thing: Thing, owners: Sequence[Episode]) -> None:
        # Who was lost from sight beside it may still stand there: unknown, so it is not alone.
        if all(apart_m(owner, thing) > owner.profile.object_away_m for owner in owners):
            self.alone_since_s.setdefault(thing.id, t_s)
        else:
            self.alone_since_s.pop(thing.id, None)


def apart_m(episode: Episode, thing: Thing) -> float:
    """From where a person was last seen to a thing, metres."""
    if episode.last is None:
        return 0.0
    return float(np.hypot(*np.subtract(episode.last.feet_m, thing.at_m)))
