"""A scenario as data: who does what, and what the watch should make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from welfare.evaluation.scenarios.actor import Act
from welfare.evaluation.scenarios.cast import Part
from zones.tier import Tier


@dataclass(frozen=True, slots=True)
class Script:
    """One scenario; people act near x = 10 m, the edge is y = 0, the footway 3 m deep.

    Attributes:
        name: in snake case, unique.
        parts: the people.
        shows: the cue or the ordinary behaviour that it shows, for the breakdown.
        expect: the least tier that finds it; None for an ordinary scene, which must stay under concern.
        mark: labels of the first person's actions; the first second of the first of them is the marked moment.
        within_s: the expected tier may come so long after the marked moment (and any time before it).
        trigger: the expected tier needs no score: the seconds from the mark count as the trigger's.
        rail: whether the edge has a railing.
        rain: whether it rains.
        cloud: how much light a passing cloud takes, 0 to 1.
        seconds: length of the clip; None: until everybody has left.
    """

    name: str
    parts: tuple[Part, ...]
    shows: str
    expect: Tier | None = None
    mark: tuple[str, ...] = ()
    within_s: float = 4.0
    trigger: bool = False
    rail: bool = True
    rain: bool = False
    cloud: float = 0.0
    seconds: float | None = None

    @property
    def positive(self) -> bool:
        """Whether somebody in it may be at risk."""
        return self.expect is not None


def walk(*to: Sequence[float], speed: float = 1.3, label: str = "", **more: Any) -> Act:
    """Walk through points, metres."""
    return Act("walk", {"to": [list(p) for p in to], "speed": speed, **more}, label)


def jog(*to: Sequence[float], speed: float = 2.7, label: str = "") -> Act:
    """Jog through points, metres."""
    return Act("jog", {"to": [list(p) for p in to], "speed": speed}, label)


def ride(*to: Sequence[float], speed: float, seat_m: float, hands: str) -> Act:
    """Be moved seated through points, metres."""
    return Act("ride", {"to": [list(p) for p in to], "speed": speed, "seat_m": seat_m, "hands": hands})


def do(name: str, dur: float, label: str = "", **more: Any) -> Act:
    """Do something in a place for some seconds."""
    return Act(name, {"dur": dur, **more}, label)


def handle(name: str, thing: str) -> Act:
    """Put a thing down or take it up."""
    return Act(name, {"thing": thing})
