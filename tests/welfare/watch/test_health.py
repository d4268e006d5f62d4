"""A camera that cannot see says so, and says when it sees again; people walking by are no fault."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.pictures import EAST
from welfare.evaluation.replay import Replay
from welfare.watch.clock import StreamClock
from welfare.watch.health import MOVED_S, PACE_FRAMES, REFERENCE_LOOKS, SELDOM_S, PictureHealth
from zones.fault import Fault

Image = NDArray[np.uint8]
FPS = 3


@cache
def scene() -> list[Image]:
    """Twelve seconds of a person on the east footway."""
    with Replay(EAST) as replay:
        return [image for t_s, image in replay.frames(2.0) if t_s < 12]


def living(seconds: float, start: float = 0.0, fps: float = FPS) -> Iterator[tuple[float, Image]]:
    for n in range(int(seconds * fps)):
        yield start + n / fps, scene()[n % len(scene())]


def watched(health: PictureHealth, frames: Iterator[tuple[float, Image]], jumps: int = 0) -> list[set[Fault]]:
    told = []
    for at_s, image in frames:
        health.look(at_s, image, jumps)
        told.append(set(health.faults))
    return told


@pytest.fixture
def learned() -> PictureHealth:
    health = PictureHealth()
    told = watched(health, living(2 * REFERENCE_LOOKS + 2))
    assert health.reference is not None
    assert not any(told)
    return health


def test_a_living_scene_has_no_fault(learned: PictureHealth) -> None:
    assert not any(watched(learned, living(60, start=100)))


def test_a_frozen_picture_is_told_and_clears_by_itself(learned: PictureHealth) -> None:
    told = watched(learned, ((100 + n / FPS, scene()[0]) for n in range(30 * FPS)))
    assert told[0] == set()
    assert told[-1] == {Fault.FROZEN}
    assert learned.faults[Fault.FROZEN] == 100.0
    assert watched(learned, living(2, start=130))[-1] == set()


@pytest.mark.parametrize("grey", [3, 252])
def test_a_dark_or_dazzled_picture_is_told(learned: PictureHealth, grey: int) -> None:
    noise = np.random.default_rng(5)
    size = (720, 1280, 3)
    blind = ((100 + n / FPS, noise.integers(grey - 3, grey + 4, size, dtype=np.uint8)) for n in range(40 * FPS))
    assert watched(learned, blind)[-1] == {Fault.BLIND}
    assert watched(learned, living(4, start=140))[-1] == set()


def test_a_camera_that_was_turned_is_told(learned: PictureHealth) -> None:
    turned = ((at_s, np.roll(image, (20, 60), (0, 1))) for at_s, image in living(2 * MOVED_S, start=63))
    told = watched(learned, turned)
    assert told[10] == set()
    assert told[-1] == {Fault.MOVED}
    assert watched(learned, living(4, start=300))[-1] == set()


def test_a_stream_clock_that_jumps_again_and_again_is_told() -> None:
    now = [1000.0]
    clock = StreamClock(now=lambda: now[0])
    clock.begin()
    for presentation in (0.0, 60.0, 61.0, 200.0, 300.0):
        now[0] += 1
        clock.at(presentation)
    assert clock.jumps == 3
    health = PictureHealth()
    assert watched(health, living(1), jumps=clock.jumps)[-1] == {Fault.CLOCK}
    assert watched(health, living(1, start=400), jumps=clock.jumps)[-1] == set()


def test_a_machine_that_looks_too_seldom_says_so_and_one_stall_is_none(learned: PictureHealth) -> None:
    after_a_stall = watched(learned, living(20, start=62 + SELDOM_S * 2))
    assert not any(after_a_stall)
    told = watched(learned, living(2 * SELDOM_S, start=300, fps=1))
    assert told[int(SELDOM_S) - 1] == set()
    assert told[-1] == {Fault.SELDOM}
    assert watched(learned, living(PACE_FRAMES / FPS, start=300 + 2 * SELDOM_S))[-1] == set()
