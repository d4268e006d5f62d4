"""Somebody who plays a list of actions; each action is a function from its own time to a posture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.body import Body
from welfare.evaluation.scenarios.camera import Floats

Play = Callable[[float], Floats]
OUTWARD = float(np.pi / 2)  # facing the water
RAIL_M, MID_RAIL_M = 1.10, 0.45
BLEND_S, CLIMB_BLEND_S = 0.8, 1.2  # assumed: from one posture to the next
SLOW = frozenset(
    {"step_up", "straddle", "sit_rail", "sit_edge", "sit_kerb", "tie_shoe", "foot_on_rail", "beyond", "lie"}
)


@dataclass
class Stage:
    """Where the actor is while a script is laid out: each action moves it on.

    Attributes:
        x, y, yaw: place on the deck, metres, and heading, radians.
        phases: (8,) of the small movements that everybody makes, radians.
        things: what was put down: (name, seconds on the actor's clock, place in metres).
    """

    body: Body
    x: float
    y: float
    yaw: float
    rng: np.random.Generator
    phases: Floats = field(init=False)
    things: list[tuple[str, float, Floats]] = field(default_factory=list)
    clock_s: float = 0.0

    def __post_init__(self) -> None:
        """Phases from the seed."""
        self.phases = self.rng.random(8) * 2 * np.pi

    def standing(self, x: float, y: float, yaw: float, pelvis_m: float | None = None) -> Floats:
        """(39,) somebody who stands at a place with hanging arms."""
        body = self.body
        controls = np.zeros(k.COUNT)
        controls[k.PELVIS] = (x, y, body.measure("pelvis_m") if pelvis_m is None else pelvis_m)
        controls[k.YAW] = yaw
        place, aside = np.array([x, y, 0.0]), k.leftward(yaw) * (body.measure("hip_half_m") + 0.01)
        controls[k.L_FOOT], controls[k.R_FOOT] = place + aside, place - aside
        controls[k.L_FOOT_YAW], controls[k.R_FOOT_YAW] = yaw + 0.14, yaw - 0.14
        wide, hang = body.measure("shoulder_half_m") + 0.09, -body.measure("arm_m") * 0.955
        controls[k.L_HAND_LOCAL], controls[k.R_HAND_LOCAL] = (0.04, wide, hang), (0.04, -wide, hang)
        controls[k.L_KNEE_OUT] = controls[k.R_KNEE_OUT] = 0.12
        return controls

    def swayed(self, controls: Floats, t_s: float, amount: float = 1.0) -> Floats:
        """The small movements of somebody alive: sway, breath, glances."""
        p = self.phases
        controls[0] += amount * 0.012 * np.sin(0.7 * t_s + p[0])
        controls[1] += amount * 0.012 * np.sin(0.55 * t_s + p[1])
        controls[k.SPINE_SIDE] += amount * 0.02 * np.sin(0.8 * t_s + p[2])
        glance = 0.12 * np.sin(0.31 * t_s + p[3]) + 0.1 * np.sin(0.93 * t_s + p[4])
        controls[k.NECK_YAW] += amount * glance
        controls[k.SPINE_PITCH] += amount * 0.015 * np.sin(1.6 * t_s + p[5])
        return controls


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a script: an action's name, its arguments, and what the labels call it."""

    name: str
    arguments: Mapping[str, Any]
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Segment:
    start_s: float
    end_s: float
    play: Play
    name: str
    label: str


Action = Callable[..., tuple[Play, float]]
ACTIONS: dict[str, Action] = {}


def action(function: Action) -> Action:
    """Register an action: it takes the stage and its arguments, moves the stage on, gives (play, seconds)."""
    ACTIONS[function.__name__] = function
    return function


class Actor:
    """A script laid out in time for one body; `at` gives the posture and its label."""

    def __init__(self, body: Body, script: Sequence[Act], start: tuple[float, float, float], seed: int) -> None:
        x, y, degrees = start
        stage = Stage(body, x, y, float(np.radians(degrees)), np.random.default_rng(seed))
        self._segments: list[_Segment] = []
        for act in script:
            play, seconds = ACTIONS[act.name](stage, **act.arguments)
            end = stage.clock_s + seconds
            self._segments.append(_Segment(stage.clock_s, end, play, act.name, act.label or act.name))
            stage.clock_s = end
        self.duration_s = stage.clock_s
        self.things = stage.things

    def at(self, t_s: float) -> tuple[Floats, str]:
        """(39,) controls and the label of the action at a time of the actor's own clock, seconds."""
        t_s = min(max(t_s, 0.0), self.duration_s - 1e-6)
        i = next(n for n, s in enumerate(self._segments) if s.start_s <= t_s < s.end_s)
        segment = self._segments[i]
        since = t_s - segment.start_s
        controls = segment.play(since)
        if i > 0:
            before = self._segments[i - 1]
            wanted = CLIMB_BLEND_S if {segment.name, before.name} & SLOW else BLEND_S
            span = min(wanted, 0.8 * (segment.end_s - segment.start_s))
            if since < span:
                controls = k.blended(before.play(before.end_s - before.start_s), controls, since / span)
        return controls, segment.label
