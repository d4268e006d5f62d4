"""A calibrated camera with a position and a heading lies on the earth where it should."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pictures import EAST
from zones.geometry import View, WatchedZone, level_homography
from zones.placing import EARTH_M, LatLon, metres_between, moved, outline, sight
from zones.site_file import read_site

VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))
HERE = (51.50837, -0.12097)


def east_north(place: LatLon) -> tuple[float, float]:
    """Metres from here."""
    north = math.radians(place[0] - HERE[0]) * EARTH_M
    return math.radians(place[1] - HERE[1]) * EARTH_M * math.cos(math.radians(HERE[0])), north


def mirrored(view: View) -> View:
    """The same view in a frame whose y runs the other way."""
    return View(view.size, np.diag([1.0, -1.0, 1.0]) @ view.homography, view.rail_height_m, view.zones)


@given(heading=st.floats(0, 360))
def test_an_edge_keeps_its_length_and_its_distance_to_the_camera(heading: float) -> None:
    found = sight(VIEW, HERE, heading)
    assert found is not None
    for zone in VIEW.zones:
        metres = VIEW.edge_m(zone)
        laid = np.array([east_north(place) for place in found.edges[zone.name]])
        assert np.linalg.norm(laid, axis=1) == pytest.approx(np.linalg.norm(metres - VIEW.camera_m[:2], axis=1))
        assert np.linalg.norm(np.diff(laid, axis=0)) == pytest.approx(np.linalg.norm(np.diff(metres, axis=0)))


def test_the_east_parapet_lies_east_of_a_camera_that_looks_south_east() -> None:
    found = sight(VIEW, HERE, 140.0)
    assert found is not None
    ((name, line),) = found.edges.items()
    east, north = zip(*(east_north(place) for place in line), strict=True)
    assert east == pytest.approx([9.0, 9.0], abs=0.1)  # nine metres from the camera, along the deck from north to south
    assert north[0] > north[1]
    middle = found.middle_of(name)
    assert middle is not None
    assert metres_between(middle, line[0]) == pytest.approx(metres_between(middle, line[1]))
    assert found.middle_of("another") is None


@given(heading=st.floats(0, 360))
def test_the_sector_opens_around_the_heading_left_end_first(heading: float) -> None:
    found = sight(VIEW, HERE, heading)
    assert found is not None
    camera, *ends = found.sector
    assert camera == HERE
    off = [(math.degrees(math.atan2(*east_north(end))) - heading + 180) % 360 - 180 for end in ends]
    assert off == pytest.approx([-26.1, 26.1], abs=0.1)  # half of what the lens sees, made level


def test_a_frame_that_is_the_wrong_way_round_is_laid_the_same() -> None:
    straight, turned = sight(VIEW, HERE, 75.0), sight(mirrored(VIEW), HERE, 75.0)
    assert straight is not None
    assert turned is not None
    for name, line in straight.edges.items():
        assert np.array(turned.edges[name]) == pytest.approx(np.array(line), abs=1e-7)


def test_what_was_only_estimated_is_not_laid_on_the_earth() -> None:
    view = View.build(homography=None, size=(1280, 720), rail_height_m=1.1, zones=[])
    assert sight(view, HERE, 0.0) is None


def test_a_camera_that_looks_straight_down_has_no_heading() -> None:
    down = np.array([[0.01, 0.0, -6.4], [0.0, -0.01, 3.6], [0.0, 0.0, 1.0]])
    zone = WatchedZone.build("Deck", [[10, 10], [900, 10], [900, 600]], [[10, 10], [900, 10]])
    assert sight(View.build(homography=down, size=(1280, 720), rail_height_m=1.1, zones=[zone]), HERE, 0.0) is None
    level = View.build(homography=level_homography((1280, 720)), size=(1280, 720), rail_height_m=1.1, zones=[])
    assert sight(level, HERE, 0.0) is not None


@given(st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_a_place_so_many_metres_away_is_so_many_metres_away(east_m: float, north_m: float) -> None:
    assert metres_between(HERE, moved(HERE, east_m, north_m)) == pytest.approx(math.hypot(east_m, north_m), abs=1.5)


def test_the_outline_goes_around_everything_that_is_known() -> None:
    places = [HERE, moved(HERE, 100, 0), moved(HERE, 0, 50)]
    line = outline(places)
    assert line[0] == line[-1]
    for place in places:
        assert min(metres_between(place, corner) for corner in line) == pytest.approx(15, abs=1)
    assert len(outline([HERE])) > 8
    assert outline([]) == ()
