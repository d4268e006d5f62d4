"""Before a camera that looks straight at the edge: leaning far over is told, what looks a little like it is not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from welfare.behaviour.assessment import Assessor
from welfare.behaviour.end_on import GUESS_OF_DOWN, Known, Looks, bend
from welfare.behaviour.events import ConcernRaised
from welfare.behaviour.observation import Observation, Pose
from welfare.evaluation.labels import Labels
from welfare.evaluation.scenarios import truth
from welfare.evaluation.scenarios.camera import bounds
from welfare.evaluation.scenarios.suite import FPS, SCRIPTS, Clip
from zones.geometry import View
from zones.tier import Tier

BLAZEPOSE = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)  # of the renderer's 17 keypoints, in order
DOWN = float(np.radians(24))
LEANS = Looks(head_m=1.36, chest_m=1.30, hips_m=0.92, down_rad=DOWN, from_deck=True)
KNOWN = Known(standing_m=1.75, head_m=0.7, faces_out=1.0)


def clip(script: str, pole: str) -> Clip:
    return Clip(next(s for s in SCRIPTS if s.name == script), pole, "day", 120, 3, held_out=False)


def view_of(one: Clip, folder: Path) -> View:
    file = folder / "clip.jsonl"
    file.write_text(json.dumps(truth.header(one.name, one.camera(), "day", 120, rail=True, fps=FPS)) + "\n")
    return Labels.read(file).view


def seen(one: Clip, view: View) -> Iterator[Observation]:
    """The clip's first person as a perfect watch would see them: five sights a second, and a pose in each."""
    camera, player = one.camera(), one.players()[0]
    for t_s in np.arange(0.0, player.ends_s, 1 / FPS).tolist():
        shown = player.at(t_s)
        assert shown is not None
        box = bounds(camera.project(shown.body.vertices)[0])
        marks, visibility = np.zeros((33, 2), np.float32), np.zeros(33, np.float32)
        marks[list(BLAZEPOSE)], visibility[list(BLAZEPOSE)] = camera.project(shown.keypoints)[0], 0.95
        feet = ((box[0] + box[2]) / 2, box[3])
        x, y = view.to_ground([feet])[0]
        yield Observation(t_s, 1, box, feet, (float(x), float(y)), 0.8, pose=Pose(marks, visibility, box[3] - box[1]))


def top(script: str, pole: str, folder: Path) -> Tier | None:
    """The highest tier that a clip's first person comes to."""
    one = clip(script, pole)
    view = view_of(one, folder)
    assessor = Assessor(view)
    events = [event for person in seen(one, view) for event in assessor.update(person.t_s, [person])]
    return max((event.tier for event in events if isinstance(event, ConcernRaised)), default=None)


def test_somebody_who_leans_far_over_is_a_concern_although_the_camera_looks_straight_at_the_edge(
    tmp_path: Path,
) -> None:
    assert top("lean_over", "straight", tmp_path) is Tier.CONCERN


@pytest.mark.parametrize("script", ["elbows_on_rail", "worker_at_rail", "drops_and_picks_up", "waiting_at_rail"])
def test_elbows_on_the_rail_bending_and_waiting_are_not(script: str, tmp_path: Path) -> None:
    assert top(script, "straight", tmp_path) is None


def test_the_lean_comes_out_in_degrees_and_metres() -> None:
    found = bend(LEANS, KNOWN)
    assert found is not None
    assert found.lean_deg == pytest.approx(71, abs=3)
    assert found.head_out_m == pytest.approx(0.68, abs=0.03)
    assert found.chest_out_m == pytest.approx(0.48, abs=0.03)
    assert found.sure > 0.9


@pytest.mark.parametrize(
    ("looks", "known"),
    [
        (replace(LEANS, head_m=1.60, chest_m=1.42), KNOWN),
        (replace(LEANS, hips_m=0.70, head_m=1.14, chest_m=1.08), KNOWN),
        (LEANS, replace(KNOWN, faces_out=0.1)),
        (replace(LEANS, head_m=0.6), KNOWN),
        (LEANS, Known()),
        (replace(LEANS, from_deck=False), KNOWN),
        (replace(LEANS, head_m=1.58, chest_m=1.46, down_rad=float(np.radians(42))), KNOWN),
    ],
    ids=[
        "upright",
        "bent knees",
        "faces in",
        "the head hangs below the hips",
        "never seen upright",
        "camera beyond the edge",
        "camera looks steeply down",
    ],
)
def test_what_could_be_something_else_is_unknown(looks: Looks, known: Known) -> None:
    assert bend(looks, known) is None


def test_the_less_the_body_looks_shorter_the_less_sure_it_is() -> None:
    sure = [
        found.sure if (found := bend(replace(LEANS, head_m=m), KNOWN)) else 0.0 for m in (1.55, 1.5, 1.45, 1.4, 1.3)
    ]
    assert sure == sorted(sure)
    assert sure[0] == 0.0
    assert sure[-1] == 1.0


STEEP = replace(LEANS, down_rad=float(np.radians(31)), head_m=0.92 + 0.8 * KNOWN.head_m, chest_m=0.92 + 0.42)


def test_before_a_camera_that_looks_down_steeply_the_guess_of_the_depth_tells_out_from_back() -> None:
    sure = []
    for guess_deg in (np.nan, -8.0, 4.0, 12.0, 20.0):
        found = bend(replace(STEEP, guess_rad=float(np.radians(guess_deg))), KNOWN)
        sure.append(found.sure if found else 0.0)
        assert found is None or found.lean_deg > 60
    assert sure[0] == sure[1] == sure[2] < 0.2
    assert sure[2] < sure[3] < sure[4] == 1.0


def test_the_guess_alone_says_nothing() -> None:
    elbows = replace(STEEP, head_m=0.92 + 0.96 * KNOWN.head_m, guess_rad=float(np.radians(25)))
    assert bend(elbows, KNOWN) is None


@pytest.mark.parametrize("pole", ["straight", "above", "pole"])
def test_the_guess_is_the_lean_where_the_depth_is_true(pole: str, tmp_path: Path) -> None:
    one = clip("lean_over", pole)
    view, camera = view_of(one, tmp_path), one.camera()
    shown = one.players()[0].at(20.0)
    assert shown is not None
    hips, shoulders = (shown.keypoints[list(part)].mean(axis=0) for part in ((11, 12), (5, 6)))
    trunk = shoulders - hips
    ((u, v),) = camera.project(hips[None])[0]
    away, right, below = (ray / np.linalg.norm(ray) for ray in view.rays([(u, v), (u + 1, v), (u, v + 1)]))
    right, below = (side - (side @ away) * away for side in (right, below))
    seen = [trunk @ right / np.linalg.norm(right), trunk @ below / np.linalg.norm(below), trunk @ away]
    pixels = camera.project(np.array([shown.keypoints[0], shoulders, hips]))[0]
    looks = Looks.of(view, hips[:2], np.array([0.0, 1.0]), pixels, np.array(seen))
    lean = np.degrees(looks.guess_rad + GUESS_OF_DOWN * looks.down_rad)
    assert lean == pytest.approx(np.degrees(np.arctan2(trunk[1], trunk[2])), abs=1.0)
    assert lean > 40
