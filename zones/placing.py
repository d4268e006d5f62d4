"""From a camera's own metres to the earth: where its edges run and what it sees, from its position and its heading.

The calibration's ground frame has an origin and a direction of its own. The camera hangs somewhere in it and looks
somewhere: with its latitude, longitude and heading, every place of the frame has a place on the earth.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import shapely

from zones.geometry import Points, View

EARTH_M = 6_371_008.8  # mean radius (IUGG): 0.3 % off at worst, 0.3 m over the longest view that is watched
LEAST_LEVEL = 0.05  # share of a sight line that is level; a camera that looks straight down has no heading
NEAREST_M, FARTHEST_M = 15.0, 80.0  # assumed: between these lies the end of a sector, whatever is watched
OUTLINE_M = 15.0  # assumed: so far around all that is known the outline of a site runs
CORNER = 4  # pieces of a round corner of the outline
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")

LatLon = tuple[float, float]
"""Latitude and longitude, degrees, WGS 84."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a camera sees, on the earth.

    Attributes:
        sector: the camera, then the left and the right end of its view.
        edges: the edge line of each zone, by the zone's name.
    """

    sector: tuple[LatLon, ...]
    edges: dict[str, tuple[LatLon, ...]]

    def middle_of(self, zone: str) -> LatLon | None:
        """The middle of a zone's edge line; None for a zone that is not there."""
        if zone not in self.edges:
            return None
        middle = shapely.LineString(self.edges[zone]).interpolate(0.5, normalized=True)
        return middle.x, middle.y


def moved(at: LatLon, east_m: float, north_m: float) -> LatLon:
    """The place so many metres away; right to a metre within some kilometres."""
    latitude = at[0] + math.degrees(north_m / EARTH_M)
    return latitude, at[1] + math.degrees(east_m / (EARTH_M * math.cos(math.radians(at[0]))))


def metres_between(a: LatLon, b: LatLon) -> float:
    """The distance of two places on the earth (haversine)."""
    (lat_a, lon_a), (lat_b, lon_b) = (map(math.radians, place) for place in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(half, 1.0)))


def sight(view: View, at: LatLon, heading_deg: float) -> Sight | None:
    """Lay a view on the earth.

    Args:
        view: a camera's picture with its zones.
        at: where the camera is.
        heading_deg: which way the middle of its picture looks, degrees clockwise from north.

    Returns:
        None where metres are only estimated, or where the camera looks straight down.
    """
    if view.estimated:
        return None
    width, height = view.size
    rays = view.rays([(x, height / 2) for x in (0.0, width / 2, float(width))])
    flat = rays[:, :2]
    level = (flat**2).sum(axis=1) ** 0.5
    if level[1] < LEAST_LEVEL * math.hypot(*rays[1]):
        return None
    left, forward, right = directions = flat / level[:, None]
    # To the right of the picture, whichever way round the frame's axes are.
    across = forward[::-1] * (1.0, -1.0)
    across = across * math.copysign(1.0, across @ (right - left))
    place = partial(_on_earth, at, math.radians(heading_deg))

    def laid(line: Points) -> tuple[LatLon, ...]:
        from_camera = line - view.camera_m[:2]
        return tuple(place(*pair) for pair in zip(from_camera @ forward, from_camera @ across, strict=True))

    edges_m = {zone.name: view.edge_m(zone) for zone in view.zones}
    ends = [math.hypot(*(point - view.camera_m[:2])) for line in edges_m.values() for point in line]
    reach = min(max([NEAREST_M, *ends]), FARTHEST_M)
    sector = laid(view.camera_m[:2] + reach * directions[[0, 2]])
    return Sight((at, *sector), {name: laid(line) for name, line in edges_m.items()})


def _on_earth(at: LatLon, heading: float, ahead_m: float, right_m: float) -> LatLon:
    """A place by its metres ahead of the camera and to its right."""
    east = ahead_m * math.sin(heading) + right_m * math.cos(heading)
    north = ahead_m * math.cos(heading) - right_m * math.sin(heading)
    return moved(at, float(east), float(north))


def outline(places: Iterable[LatLon]) -> tuple[LatLon, ...]:
    """A closed line around some places, with room to spare; empty for none."""
    known = list(places)
    if not known:
        return ()
    at = known[0]
    shrunk = math.cos(math.radians(at[0]))  # a degree of longitude is so much shorter than one of latitude
    points = shapely.MultiPoint([(longitude * shrunk, latitude) for latitude, longitude in known])
    around = points.convex_hull.buffer(math.degrees(OUTLINE_M / EARTH_M), quad_segs=CORNER)
    return tuple((latitude, east / shrunk) for east, latitude in around.exterior.coords)


def sector_along(at: LatLon, heading_deg: float) -> tuple[LatLon, LatLon]:
    """A camera and a place ahead of it, where nothing but its direction is known."""
    return at, _on_earth(at, math.radians(heading_deg), NEAREST_M, 0.0)


def compass(heading_deg: float) -> str:
    """A direction in words."""
    return COMPASS[round(heading_deg / 45) % len(COMPASS)]
