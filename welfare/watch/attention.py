"""Whose pose to look at in this frame: nearest the edge and least certain first, inside a budget."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from welfare.behaviour.observation import Observation, Pose

A_FRAME = 2  # assumed: poses in one frame
EVERY_S = ((0.8, 0.0), (1.4, 0.5), (2.0, 1.0))  # assumed: within so many metres of an edge, a pose at least so often
FORGET_S = 30.0
LEGS = slice(23, 33)  # BlazePose landmarks from the hips down


@dataclass(slots=True)
class _Last:
    at_s: float
    certainty: float


@dataclass(slots=True)
class PoseSchedule:
    """Remembers when each followed person's pose was last seen, and how well."""

    _last: dict[int, _Last] = field(default_factory=dict)

    def pick(self, people: Sequence[Observation], edge_m: Sequence[float]) -> list[int]:
        """Whom to look at now.

        Args:
            people: everybody in the frame.
            edge_m: of each, metres to the nearest edge line; 0 beyond it.

        Returns:
            Indices in `people`, the most needed first, at most A_FRAME.
        """
        needs = []
        for i, (person, distance) in enumerate(zip(people, edge_m, strict=True)):
            every = next((every for within, every in EVERY_S if distance <= within), None)
            if not person.seen or every is None:
                continue
            last = self._last.get(person.track_id)
            waited = person.t_s - last.at_s if last else FORGET_S
            doubt = 1.0 - last.certainty if last else 1.0
            # Half a frame's slack: five frames a second are never exactly 0.2 s apart. Doubt halves the wait.
            if waited >= every * (1 - 0.5 * doubt) - 0.1:
                needs.append((every, -waited * (1 + doubt), i))
        return [i for _, _, i in sorted(needs)[:A_FRAME]]

    def note(self, person: Observation, pose: Pose | None) -> None:
        """Remember what was found."""
        certainty = float(pose.visibility[LEGS].mean()) if pose else 0.0
        self._last[person.track_id] = _Last(person.t_s, certainty)
        for track in [t for t, last in self._last.items() if person.t_s - last.at_s > FORGET_S]:
            del self._last[track]
