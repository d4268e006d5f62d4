"""Who plays in a scenario: one person's look, start, script and things, and what is drawn of them at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from welfare.evaluation.scenarios import barrier, handling, standing, walking  # noqa: F401  (they register actions)
from welfare.evaluation.scenarios import things as props
from welfare.evaluation.scenarios.actor import Act, Actor
from welfare.evaluation.scenarios.body import Body
from welfare.evaluation.scenarios.camera import Floats
from welfare.evaluation.scenarios.look import Look
from welfare.evaluation.scenarios.skeleton import Skeleton
from welfare.evaluation.scenarios.things import Mesh

FADE_S = 0.5
SEED_STEP = 31


@dataclass(frozen=True, slots=True)
class Part:
    """One person of a scenario.

    Attributes:
        script: what they do.
        start: x, y in metres and heading in degrees.
        look: a body, or the number of one of the clip's looks.
        has: things they have with them from the start.
        after_s: when they come into the scene.
        fades: at the end of the script they are not drawn any more although they left by no way; no fall is shown.
    """

    script: Sequence[Act]
    start: tuple[float, float, float]
    look: Look | int = 0
    has: tuple[str, ...] = ()
    after_s: float = 0.0
    fades: bool = False


class Shown(NamedTuple):
    """A person at one moment.

    Attributes:
        id: their number in the scenario.
        label: of the action.
        controls: (39,) the posture.
        keypoints: (17, 3) metres.
        body: the dressed body's mesh.
        things: with a name each; `left` of those that lie on the deck.
        opacity: 1, less while fading.
    """

    id: int
    label: str
    controls: Floats
    keypoints: Floats
    body: Mesh
    things: tuple[tuple[str, Mesh, bool], ...]
    opacity: float


@dataclass
class Player:
    """A part with its body, laid out in time."""

    part: Part
    id: int
    look: Look
    seed: int
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        """Dress and rehearse."""
        self._body = Body.of(self.look)
        self._skeleton = Skeleton(self._body)
        self.actor = Actor(self._body, self.part.script, self.part.start, self.seed + SEED_STEP * self.id)

    @property
    def ends_s(self) -> float:
        """When the script is over, on the clip's clock."""
        return self.part.after_s + self.actor.duration_s

    def at(self, t_s: float) -> Shown | None:
        """What is drawn of the person, None before they come and after they left."""
        own_s = t_s - self.part.after_s
        if not 0 <= own_s <= self.actor.duration_s + (FADE_S if self.part.fades else 0.0):
            return None
        controls, label = self.actor.at(own_s)
        posed = self._skeleton.pose(controls)
        vertices, normals = self._body.posed(posed.rotations, posed.heads)
        mesh = Mesh(vertices, self._body.triangles, normals, self._body.colours)
        opacity = 1.0 - max(0.0, own_s - self.actor.duration_s) / FADE_S if self.part.fades else 1.0
        return Shown(
            self.id, label, controls, posed.keypoints, mesh, self._things(own_s, controls, posed.keypoints), opacity
        )

    def left_at(self, t_s: float) -> tuple[tuple[str, Mesh, bool], ...]:
        """Things that lie on the deck although their owner is not in the scene."""
        own_s = t_s - self.part.after_s
        return tuple(item for item in self._things(own_s, None, None) if item[2]) if own_s > 0 else ()

    def _things(
        self, own_s: float, controls: Floats | None, keypoints: Floats | None
    ) -> tuple[tuple[str, Mesh, bool], ...]:
        lying: dict[str, Floats] = {}
        for name, when, place in self.actor.things:
            if when <= own_s:
                if name.startswith("-"):
                    lying.pop(name[1:], None)
                else:
                    lying[name] = place
        found = [(name, props.thing(name).at(place, 0.4), True) for name, place in lying.items()]
        if controls is not None and keypoints is not None:
            wrist = np.asarray(keypoints[10])
            carried = (name for name in self.part.has if name not in lying)
            found += [(name, props.with_person(name, controls, wrist), False) for name in carried]
        return tuple(found)
