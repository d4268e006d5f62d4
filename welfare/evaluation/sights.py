"""What the watch saw in a clip, kept, so that the behaviour can be judged anew without looking at the pictures again.

The behaviour asks one thing of the watch: to look everywhere while somebody is missing. Where a changed behaviour would
have asked otherwise at any frame, what was kept says nothing and the clip is watched again.
"""

import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from welfare.behaviour.assessment import Assessor
from welfare.behaviour.observation import Observation, Pose, Thing
from welfare.evaluation.event_lines import lines_of
from welfare.watch.pipeline import Step
from zones.geometry import View

Lines = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame.

    Attributes:
        t_s: its time.
        missing: whether the behaviour missed somebody before it.
        people: everybody who was followed.
        things: what stood there.
    """

    t_s: float
    missing: bool
    people: tuple[Observation, ...]
    things: tuple[Thing, ...]

    @classmethod
    def of(cls, step: Step) -> "Sight":
        """What a step of the pipeline saw."""
        return cls(step.t_s, step.missing, step.observations, step.things)


def judged(sights: Sequence[Sight], view: View) -> Lines | None:
    """Every event by the behaviour as it is now; None where it would have asked the watch for something else."""
    assessor, lines = Assessor(view), Lines()
    for sight in sights:
        if assessor.missing != sight.missing:
            return None
        events = assessor.update(sight.t_s, sight.people, sight.things)
        lines += lines_of(sight.people, events, estimated=view.estimated)
    return lines


def write(sights: Sequence[Sight], file: Path) -> None:
    """Keep what was seen; whole or not at all."""
    part = file.with_suffix(f".{os.getpid()}.part")
    with gzip.open(part, "wt", compresslevel=3) as out:
        out.writelines(json.dumps(_plain(sight)) + "\n" for sight in sights)
    part.replace(file)


def read(file: Path) -> list[Sight]:
    """What `write` kept."""
    with gzip.open(file, "rt") as kept:
        return [_sight(json.loads(line)) for line in kept]


def _plain(sight: Sight) -> list[Any]:
    people = [
        [p.track_id, p.box_px, p.feet_px, p.feet_m, p.score, p.seen, _posed(p.pose) if p.pose else None]
        for p in sight.people
    ]
    things = [[t.id, t.box_px, t.at_m, t.since_s, sorted(t.owners), t.confidence] for t in sight.things]
    return [sight.t_s, sight.missing, people, things]


def _posed(pose: Pose) -> list[Any]:
    trunk = None if pose.trunk_m is None else pose.trunk_m.tolist()
    return [pose.landmarks_px.tolist(), pose.visibility.tolist(), pose.person_px, trunk]


def _sight(row: list[Any]) -> Sight:
    t_s, missing, people, things = row
    return Sight(
        t_s,
        missing,
        tuple(
            Observation(t_s, track, tuple(box), tuple(feet), tuple(metres), score, seen, _pose(posed))
            for track, box, feet, metres, score, seen, posed in people
        ),
        tuple(
            Thing(key, tuple(box), tuple(at), since, frozenset(owners), confidence)
            for key, box, at, since, owners, confidence in things
        ),
    )


def _pose(row: list[Any] | None) -> Pose | None:
    if row is None:
        return None
    landmarks, visibility, person_px, trunk = row
    trunk = None if trunk is None else np.asarray(trunk, np.float32)
    return Pose(np.asarray(landmarks, np.float32), np.asarray(visibility, np.float32), person_px, trunk)
