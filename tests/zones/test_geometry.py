"""Pixels and metres of a calibrated camera."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pictures import EAST
from zones.geometry import GeometryError, View, WatchedZone, level_homography
from zones.site_file import read_site

VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))
LOW_HORIZON = level_homography((768, 576), horizon_px=150)
CAMERA_M = (0.0, -9.0, 6.0)  # the renderer's truth


@given(st.floats(5, 25), st.floats(-4, 0.5))
def test_metres_to_pixels_and_back(x: float, y: float) -> None:
    assert np.allclose(VIEW.to_ground(VIEW.to_image([(x, y, 0.0)])), [(x, y)], atol=1e-6)


def test_the_whole_camera_is_recovered_from_its_homography() -> None:
    assert np.allclose(VIEW.camera_m, CAMERA_M, atol=0.05)


def test_a_place_on_the_railing_is_read_on_its_plane() -> None:
    top = VIEW.projection @ [12.0, 0.0, 1.1, 1.0]
    ((along, height),) = VIEW.on_rail_plane(VIEW.zones[0], [top[:2] / top[2]])
    assert height == pytest.approx(1.1, abs=0.02)
    assert along == pytest.approx(float(VIEW.along_edge(VIEW.zones[0], [(12.0, 0.0)])[0]), abs=0.05)


def test_beyond_the_edge_and_before_it_have_opposite_signs() -> None:
    before, beyond = VIEW.edge_offset(VIEW.zones[0], [(12.0, -1.0), (12.0, 0.5)])
    assert before == pytest.approx(1.0, abs=0.02)
    assert beyond == pytest.approx(-0.5, abs=0.02)


def test_above_the_horizon_there_is_no_ground() -> None:
    assert np.isnan(VIEW.to_ground([(640.0, -2000.0)])).all()


@pytest.mark.parametrize(
    ("polygon", "edge", "words"),
    [
        ([[0, 0], [9, 0]], [[0, 0], [9, 0]], "North"),
        ([[0, 0], [9, 0], [9, 9]], [[0, 0]], "needs at least 2"),
        ([[0, 0], [9, 9], [9, 0], [0, 9]], [[0, 0], [9, 0]], "cross"),
        ("a square", [[0, 0], [9, 0]], "North"),
        ([[0, 0], [9, 0], [float("nan"), 9]], [[0, 0], [9, 0]], "North"),
    ],
)
def test_half_a_polygon_is_refused_by_name(polygon: object, edge: object, words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        WatchedZone.build("North parapet", polygon, edge)


@pytest.mark.parametrize(
    "homography", [[[1, 2], [3, 4]], "x", [[0, 0, 0]] * 3, [[1, 0, 0], [0, 1, 0], [0, 0, float("inf")]]]
)
def test_a_broken_homography_is_refused(homography: object) -> None:
    with pytest.raises(GeometryError, match="homography"):
        View.build(homography=homography, size=(1280, 720), rail_height_m=1.1, zones=[])  # type: ignore[arg-type]


def test_an_edge_that_reaches_over_the_horizon_counts_as_far_as_there_is_ground() -> None:
    zone = WatchedZone.build("whole", [[10, 10], [758, 10], [758, 566], [10, 566]], [[757, 10], [757, 566]])
    view = View.build(homography=LOW_HORIZON, size=(768, 576), rail_height_m=1.1, zones=[zone])
    assert np.isfinite(view.edge_m(zone)).all()
    assert np.isfinite(view.edge_offset(zone, view.to_ground([[400, 500]]))).all()


def test_an_edge_in_the_sky_is_refused_by_name() -> None:
    zone = WatchedZone.build("Sky", [[10, 10], [758, 10], [758, 566]], [[10, 12], [700, 12]])
    with pytest.raises(GeometryError, match=r"Sky.*above the horizon"):
        View.build(homography=LOW_HORIZON, size=(768, 576), rail_height_m=1.1, zones=[zone])
