"""From clicks to metres, against cameras whose truth is known, and what must be refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pictures import EAST, people_in
from zones.calibration import _level_camera, from_points, from_walk
from zones.geometry import GeometryError, View
from zones.site_file import read_site

SIZE = (1280, 720)
VIEW = read_site(EAST.with_suffix(".site.json"), SIZE)
PLACES = np.array([[6.0, -3.0], [6.0, 0.0], [18.0, 0.0], [18.0, -3.0], [11.0, -1.5], [9.0, -2.5]])
PIXELS = VIEW.to_image(np.c_[PLACES, np.zeros(len(PLACES))])


def test_four_known_points_give_the_cameras_own_metres() -> None:
    found = from_points(PIXELS[:4], PLACES[:4], SIZE)
    view = View.build(homography=found.homography, size=SIZE, rail_height_m=1.1, zones=VIEW.zones)
    assert not found.checked  # four points always fit, and that is said
    assert np.allclose(view.to_ground(PIXELS), PLACES, atol=1e-6)
    assert np.allclose(view.camera_m, VIEW.camera_m, atol=1e-3)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_more_points_with_clicks_a_pixel_off_stay_within_their_residual(seed: int) -> None:
    clicks = PIXELS + np.random.default_rng(seed).uniform(-1, 1, PIXELS.shape)
    found = from_points(clicks, PLACES, SIZE)
    assert found.checked
    assert found.residual_m < 0.2
    view = View.build(homography=found.homography, size=SIZE, rail_height_m=1.1, zones=VIEW.zones)
    assert np.linalg.norm(view.to_ground(PIXELS) - PLACES, axis=1).max() < 0.5


@pytest.mark.parametrize(
    ("pixels", "metres", "words"),
    [
        (PIXELS[:3], PLACES[:3], "3 of at least 4"),
        ([[0, 0], [100, 100], [200, 200], [300, 300]], PLACES[:4], "in one line on the picture"),
        (PIXELS[:4], [[0, 0], [1, 0], [2, 0], [3, 0]], "in one line in metres"),
        ([[0, 0], [100, 100], [200, 200], [600, 10]], PLACES[:4], "in one line"),  # three of four are not enough
        (PIXELS[:4], PLACES[[1, 0, 2, 3]], "folded"),
        (PIXELS, PLACES * [1, -1], "mirror image"),
        (PIXELS, np.vstack([PLACES[:5], [[9.0, -9.0]]]), "m off"),
        (PIXELS, PLACES * 100, "check the metres"),
        ([[0, 0], [1, float("nan")], [2, 2], [3, 3]], PLACES[:4], "two pixels and two metres"),
    ],
)
def test_a_hopeless_calibration_is_refused_with_the_reason(pixels: object, metres: object, words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        from_points(pixels, metres, SIZE)  # type: ignore[arg-type]


def a_walk(noise_px: float, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feet and heads of somebody of 1.75 m before a camera at 6 m, tilted by 0.35 rad, with an unusual lens."""
    projection = _level_camera(np.array([0.35, np.log(6.0), 0.1]), SIZE, 1.2 * 1280)
    both = []
    for height in (0.0, 1.75):
        seen = np.c_[places, np.full(len(places), height), np.ones(len(places))] @ projection.T
        both.append(seen[:, :2] / seen[:, 2:])
    shake = np.random.default_rng(7).normal(0, noise_px, (2, len(places), 2))
    return both[0] + shake[0], both[1] + shake[1], both[0]


def test_a_walk_of_a_person_of_known_height_gives_metres() -> None:
    t = np.linspace(0, 2 * np.pi, 80)
    places = np.c_[2.5 * np.sin(2 * t), 13 + 4 * np.cos(t)]
    feet, heads, true_feet = a_walk(1.5, places)
    found = from_walk(feet, heads, 1.75, SIZE)
    view = View.build(homography=found.homography, size=SIZE, rail_height_m=1.1, zones=[])
    ground = view.to_ground(true_feet)
    steps = np.linalg.norm(np.diff(ground, axis=0), axis=1).sum()
    truth = np.linalg.norm(np.diff(places, axis=0), axis=1).sum()
    assert steps == pytest.approx(truth, rel=0.1)
    assert view.person_height_px(ground[40], 1.75) == pytest.approx(np.linalg.norm(feet[40] - heads[40]), rel=0.05)
    assert found.residual_m < 0.06


def test_a_walk_that_says_nothing_is_refused() -> None:
    t = np.linspace(0, 1, 60)
    feet, heads, _ = a_walk(1.0, np.c_[3 * t, np.full(60, 12.0)])
    with pytest.raises(GeometryError, match="one height of the picture"):
        from_walk(feet, heads, 1.75, SIZE)
    with pytest.raises(GeometryError, match="sightings"):
        from_walk(feet[:5], heads[:5], 1.75, SIZE)
    with pytest.raises(GeometryError, match="in metres"):
        from_walk(feet, heads, 175, SIZE)
    feet, heads, _ = a_walk(25.0, np.c_[3 * t, 9 + 8 * t])
    with pytest.raises(GeometryError, match="wrong on average"):
        from_walk(feet, heads, 1.75, SIZE)


@pytest.mark.slow
def test_six_metres_of_a_real_detectors_boxes_are_not_enough_and_that_is_said() -> None:
    boxes = np.array([b for _, seen in people_in(EAST, 12.0) if len(seen) == 1 for b in seen])
    feet, heads = (np.c_[(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, row]] for row in (3, 1))
    with pytest.raises(GeometryError, match="every metre could be"):
        from_walk(feet, heads, 1.83, SIZE)
