"""The scenario suite: every script with its clips, each with a camera, a light, a size, looks and a seed.

Every script has one clip that may be tuned on; every other script has a second one that may not: it is held out, with a
camera, looks and a seed that no other clip has, and is reported apart. Two more held-out sets (`aside.py`) have every
script again, each fixed before it was seen. Clips before a camera that looks straight at the edge are open too.
"""

import ast
import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from welfare.evaluation.scenarios.actor import Act
from welfare.evaluation.scenarios.aside import ASIDE, Aside, Round, aside_of
from welfare.evaluation.scenarios.body import ASSETS
from welfare.evaluation.scenarios.camera import Camera
from welfare.evaluation.scenarios.cast import FADE_S, Part, Player
from welfare.evaluation.scenarios.families import approach, barrier, dwell, lingering, objects, passing, posture
from welfare.evaluation.scenarios.look import HELD_OUT_LOOKS, LOOKS, Look
from welfare.evaluation.scenarios.script import Script

GROUPS = {"open": "open", "end-on": "open, seen end on", "held-out": "held out"} | {a.group: a.words for a in ASIDE}
FPS = 5.0  # frames a second, as many as the watch analyses
SIZE = (1280, 720)
SCRIPTS: tuple[Script, ...] = (
    *barrier.SCRIPTS, *approach.SCRIPTS, *dwell.SCRIPTS, *objects.SCRIPTS, *posture.SCRIPTS,
    *passing.SCRIPTS, *lingering.SCRIPTS,
)  # fmt: skip
SIZES_PX = (120, 200, 60, 120, 200)  # of a person of 1.72 m where people act
LIGHT_NAMES = ("day", "overcast", "dusk", "night")
AT_M = (10.0, -0.6, 0.85)
POLES: dict[str, tuple[float, float, float]] = {
    "pole": (0.0, -9.0, 6.0),
    "low": (-1.0, -4.6, 4.0),
    "high": (5.0, -13.0, 9.0),
    "mirrored": (20.0, -8.0, 5.5),
}
HELD_OUT_POLES: dict[str, tuple[float, float, float]] = {"far": (21.5, -5.2, 4.6), "side": (8.0, -12.0, 6.5)}
END_ON_POLES: dict[str, tuple[float, float, float]] = {"straight": (9.0, -9.0, 4.6), "above": (10.6, -8.0, 7.5)}
END_ON_SEEDS, HELD_OUT_SEEDS = 600, 1000  # seeds from here on
END_ON = (
    ("lean_over", "straight", "day", 120),
    ("lean_then_over", "above", "dusk", 200),
    ("lean_over_passers", "straight", "overcast", 200),
    ("pacing_then_over", "above", "overcast", 120),
    ("elbows_on_rail", "straight", "night", 120),
    ("elbows_on_rail", "above", "day", 200),
    ("looks_over_briefly", "straight", "dusk", 120),
    ("couple_at_viewpoint", "straight", "day", 200),
    ("tie_lace", "above", "overcast", 120),
    ("photo", "straight", "overcast", 120),
    ("jogger_stretching", "straight", "day", 200),
    ("looking_out", "above", "dusk", 120),
    ("drops_and_picks_up", "straight", "night", 200),
    ("worker_at_rail", "above", "day", 200),
)
SHIFT_M = 0.6  # people act so far from the middle at most
NOT_PIXELS = frozenset({"suite.py", "making.py", "script.py", "aside.py"})
AFTER_S = 3.0  # a clip goes on so long after the last person


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of the suite.

    Attributes:
        script: what happens.
        pole: the camera's name.
        light: day, overcast, dusk or night.
        person_px: height of a person of 1.72 m in the middle.
        seed: of small movements, place, looks and noise.
        held_out: one of those that no tuning was to see; `GROUPS` says which were seen since.
    """

    script: Script
    pole: str
    light: str
    person_px: int
    seed: int
    held_out: bool

    @property
    def name(self) -> str:
        """Unique in the suite."""
        return f"{self.script.name}-{self.pole}-{self.light}-{self.person_px}-{self.seed}"

    @property
    def group(self) -> str:
        """Which of `GROUPS` it is in."""
        if self.held_out:
            aside = aside_of(self.seed)
            return aside.group if aside else "held-out"
        return "end-on" if self.pole in END_ON_POLES else "open"

    def camera(self) -> Camera:
        """Where it is filmed from."""
        position = every_pole()[self.pole]
        return Camera.aimed(position, AT_M, self.person_px, SIZE)

    def players(self) -> list[Player]:
        """The dressed cast, moved along the bridge by the seed."""
        rng = np.random.default_rng(self.seed)
        shift = float(rng.uniform(-SHIFT_M, SHIFT_M))
        looks = self._looks()
        order = [looks[i] for i in rng.permutation(len(looks))]
        return [
            Player(
                _moved(part, shift),
                i,
                part.look if isinstance(part.look, Look) else order[part.look % len(order)],
                self.seed,
            )
            for i, part in enumerate(self.script.parts)
        ]

    def _looks(self) -> tuple[Look, ...]:
        if aside := aside_of(self.seed):
            return aside.looks
        return tuple(look for i, look in enumerate(LOOKS) if (i in HELD_OUT_LOOKS) is self.held_out)

    def seconds(self, players: list[Player]) -> float:
        """How long the clip is."""
        if self.script.seconds is not None:
            return self.script.seconds
        return max(player.ends_s + (FADE_S if player.part.fades else 0.0) for player in players) + AFTER_S

    def digest(self) -> str:
        """Content hash: of the clip's data, the renderer's source and the body."""
        looks = self._looks() if aside_of(self.seed) else ()  # those of the first suite are in the source
        words = json.dumps([repr(self), _source_digest(), *map(repr, looks)])
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    def manifest_line(self) -> dict[str, Any]:
        """The clip as the manifest lists it."""
        expect = self.script.expect.word if self.script.expect else None
        return {
            "name": self.name, "script": self.script.name, "shows": self.script.shows, "expect": expect,
            "camera": self.pole, "light": self.light, "person_px": self.person_px, "seed": self.seed,
            "held_out": self.held_out, "group": self.group, "digest": self.digest(),
        }  # fmt: skip


def every_pole() -> dict[str, tuple[float, float, float]]:
    """All cameras by name, metres."""
    poles = POLES | END_ON_POLES | HELD_OUT_POLES
    for aside in ASIDE:
        poles |= aside.poles
    return poles


def _moved(part: Part, shift_m: float) -> Part:
    def moved(act: Act) -> Act:
        if "to" not in act.arguments:
            return act
        return replace(act, arguments={**act.arguments, "to": [[x + shift_m, y] for x, y in act.arguments["to"]]})

    x, y, degrees = part.start
    return replace(part, script=[moved(act) for act in part.script], start=(x + shift_m, y, degrees))


@cache
def _source_digest() -> str:
    """Of the code that decides a pixel, however it is laid out, and of the body; the scripts are in the clip itself."""
    whole = hashlib.sha256(ASSETS.read_bytes())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.name not in NOT_PIXELS:
            whole.update(ast.dump(ast.parse(path.read_text())).encode())
    return whole.hexdigest()


@cache
def suite() -> tuple[Clip, ...]:
    """Every clip, those that may be tuned on first."""
    return (*_open(), *_end_on(), *_held_out(), *(c for aside in ASIDE for r in aside.rounds for c in _again(aside, r)))


def _open() -> list[Clip]:
    poles = tuple(POLES)
    return [
        Clip(
            script,
            poles[(i + i // 4) % 4],
            LIGHT_NAMES[(i + i // 16 + i // 5) % 4],
            SIZES_PX[i % 5],
            i + 1,
            held_out=False,
        )
        for i, script in enumerate(SCRIPTS)
    ]


def _end_on() -> list[Clip]:
    named = {script.name: script for script in SCRIPTS}
    return [
        Clip(named[name], pole, light, px, END_ON_SEEDS + i, held_out=False)
        for i, (name, pole, light, px) in enumerate(END_ON)
    ]


def _held_out() -> list[Clip]:
    poles = tuple(HELD_OUT_POLES)
    return [
        Clip(
            script,
            poles[i % 2],
            LIGHT_NAMES[(i + i // 4 + 1) % 4],
            SIZES_PX[(i + 1) % 5],
            HELD_OUT_SEEDS + i,
            held_out=True,
        )
        for i, script in enumerate(SCRIPTS[::2])
    ]


def _again(aside: Aside, turn: Round) -> list[Clip]:
    poles, sizes = tuple(aside.poles), aside.sizes_px
    return [
        Clip(
            script,
            poles[(i + turn.pole) % len(poles)],
            LIGHT_NAMES[(i + i // 12 + turn.light) % 4],
            sizes[(i + turn.size) % len(sizes)],
            turn.seeds + i,
            held_out=True,
        )
        for i, script in enumerate(SCRIPTS)
        if not (turn.ordinary and script.positive)
    ]
