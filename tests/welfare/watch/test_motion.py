"""Where to look: never away from a followed person, never longer than a second from anywhere, and little else."""

import numpy as np
import pytest

from tests.pictures import CLIPS
from welfare.evaluation.replay import Replay
from welfare.watch.motion import LOOK_AGAIN_S, MISSED_AGAIN_S, Gate
from welfare.watch.tiles import regions_for
from zones.geometry import View
from zones.site_file import read_site

BUSY, EMPTY = CLIPS / "two_people.mp4", CLIPS / "empty_footway.mp4"
NOBODY = np.empty((0, 4))
FPS = 5.0


@pytest.fixture
def view() -> View:
    return read_site(BUSY.with_suffix(".site.json"), (1280, 720))


def looks(gate: Gate, clip: str, seconds: float, start_s: float = 0.0, **kwargs: bool) -> list[int]:
    """How many parts of the picture were due in each frame, with nobody followed."""
    with Replay(CLIPS / clip) as replay:
        frames = [(start_s + t_s, image) for t_s, image in replay.frames(FPS) if t_s < seconds]
    return [len(gate.due(t_s, image, NOBODY, missing=kwargs.get("missing", False))) for t_s, image in frames]


def test_an_empty_scene_is_looked_at_once_a_second(view: View) -> None:
    tiles = regions_for(view)
    due = looks(Gate(view, tiles), "empty_footway.mp4", 20)
    assert due[0] == len(tiles)
    learned = due[int(8 * FPS) :]
    assert sum(learned) / len(learned) < 1.5 * len(tiles) / FPS / LOOK_AGAIN_S
    frames = int(LOOK_AGAIN_S * FPS)
    assert all(sum(learned[i : i + frames]) >= len(tiles) for i in range(len(learned) - frames))


def test_people_who_come_in_are_looked_at_in_the_frame_that_shows_them(view: View) -> None:
    gate = Gate(view, regions_for(view))
    looks(gate, "empty_footway.mp4", 10)
    assert looks(gate, "two_people.mp4", 0.3, start_s=10.0)[0] > 0


def test_whoever_is_followed_is_looked_at_in_every_frame_moving_or_not(view: View) -> None:
    gate = Gate(view, regions_for(view))
    looks(gate, "empty_footway.mp4", 10)
    still = np.array([[600.0, 300.0, 640.0, 420.0]])
    with Replay(EMPTY) as replay:
        image = next(iter(replay.frames(FPS)))[1]
    for n in range(50):
        due = gate.due(10 + n / FPS, image, still, missing=False)
        assert any(a <= 600 and b <= 300 and c >= 640 and d >= 420 for a, b, c, d in due)


def test_people_far_from_each_other_are_all_looked_at(view: View) -> None:
    gate = Gate(view, regions_for(view))
    with Replay(EMPTY) as replay:
        image = next(iter(replay.frames(FPS)))[1]
    people = np.array([[60.0, 400.0, 110.0, 560.0], [1150.0, 100.0, 1180.0, 190.0]])
    gate.due(0.0, image, people, missing=False)
    for n in range(1, 4):
        due = gate.due(n / FPS, image, people, missing=False)
        for x1, y1, x2, y2 in people:
            assert any(a <= x1 and b <= y1 and c >= x2 and d >= y2 for a, b, c, d in due)


def test_somebody_missed_is_looked_for_more_often(view: View) -> None:
    tiles = regions_for(view)
    gate = Gate(view, tiles)
    looks(gate, "empty_footway.mp4", 10)
    due = looks(gate, "empty_footway.mp4", 10, start_s=10.0, missing=True)
    assert sum(due) / len(tiles) >= 0.8 * 10 / MISSED_AGAIN_S / 1.5
