"""The rail from three clicks on a calibrated picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.pictures import EAST
from zones.geometry import GeometryError, View
from zones.rail import fit_rail, rail_outline, with_rail
from zones.site_file import read_site

VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))
ZONE = VIEW.zones[0]


def clicks(height: float, left: float = 7.0, right: float = 13.0, foot: float = 10.0) -> NDArray[np.float64]:
    return VIEW.to_image([(left, 0.0, height), (right, 0.0, height), (foot, 0.0, 0.0)])


@settings(deadline=None)
@given(st.floats(0.5, 1.8), st.floats(5.0, 9.0), st.floats(11.0, 16.0))
def test_the_height_comes_back_from_three_clicks(height: float, left: float, right: float) -> None:
    a, b, foot = clicks(height, left, right)
    fit = fit_rail(VIEW, [a, b], foot, ZONE)
    assert fit.height_m == pytest.approx(height, abs=0.02)
    assert fit.residual_m < 0.05
    assert 0 < fit.error_m < 0.15
    assert with_rail(VIEW, fit).rail_height_m == pytest.approx(height, abs=0.02)


def test_careless_clicks_move_the_height_by_about_its_error() -> None:
    rng, found = np.random.default_rng(4), []
    for _ in range(60):
        a, b, foot = clicks(1.1) + rng.normal(0, 2.0, (3, 2))
        found.append(fit_rail(VIEW, [a, b], foot).height_m)
    a, b, foot = clicks(1.1)
    assert np.std(found) == pytest.approx(fit_rail(VIEW, [a, b], foot).error_m, rel=0.4)


@pytest.mark.parametrize(
    ("tops", "foot", "words"),
    [
        ([[640, 300], [640, 300]], [640, 400], "farther apart|at no height"),
        ([[640, 300], [900, 260]], [640, 40], "above the horizon|at no height"),
        ([[640, 300]], [640, 400], "two places on its top"),
        ([[640, 300], [float("nan"), 260]], [640, 400], "two places on its top"),
        (clicks(1.1)[:2], VIEW.to_image([(10.0, -2.5, 0.0)])[0], "straight below|edge line"),
        (clicks(1.1, 11.0, 11.3)[:2], clicks(1.1)[2], "two pixels change it|farther apart|at no height"),
    ],
)
def test_hopeless_clicks_are_refused_and_told_what_to_do(tops: object, foot: object, words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        fit_rail(VIEW, tops, foot, ZONE)  # type: ignore[arg-type]


def test_a_rail_beside_the_edge_line_is_refused_with_the_zone_s_name() -> None:
    a, b, foot = VIEW.to_image([(7.0, -1.0, 1.1), (13.0, -1.0, 1.1), (10.0, -1.0, 0.0)])
    with pytest.raises(GeometryError, match=ZONE.name):
        fit_rail(VIEW, [a, b], foot, ZONE)


def test_without_a_calibrated_deck_there_is_no_rail() -> None:
    rough = View.build(homography=None, size=(1280, 720), rail_height_m=1.1, zones=[])
    with pytest.raises(GeometryError, match="calibrate the deck first"):
        fit_rail(rough, [[600, 300], [700, 300]], [650, 400])


def test_the_plane_that_is_drawn_stands_on_the_edge_line_and_is_as_high_as_the_rail() -> None:
    (plane,) = rail_outline(VIEW, ZONE)
    assert np.allclose(plane[:2], ZONE.edge, atol=0.5)
    heights = VIEW.on_rail_plane(ZONE, plane[2:])[:, 1]
    assert np.allclose(heights, VIEW.rail_height_m, atol=0.03)
