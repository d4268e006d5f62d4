"""Which parts of a picture go through the network, so that people in the zones enter it at a size that it sees well."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from welfare.watch.detector import INPUT_PX, Region
from zones.geometry import View

LEAST_PERSON_PX = 32.0  # people enter the network at least so tall: the card's two tiles at 60 px give 35
MAX_ASPECT = 1.2  # assumed: width over height of a tile
MOST_PERSON_PX = 100.0  # and at most: measured, it sees 99 of 100 at 75 to 90 px, 98 at 110, 81 at 130, 50 at 150
MAX_TILES = 6  # assumed: 6 x 60 ms is the most that a camera may cost a frame


def regions_for(view: View) -> list[Region]:
    """Tiles over the zones so that people enter the network at a size that it sees well.

    The zones' bounding box, with room above it for bodies, is cut into overlapping tiles of nearly square shape
    (the network's input is square, and a squeezed person is a missed person); tiles that no body in a zone can
    touch are left out. Tiles are as large as `ground_px` asks for, where the picture is.
    """
    width, height = view.size
    if not view.zones:
        return [(0, 0, width, height)]
    person, ground = person_px(view), ground_px(view)
    x1, y1, x2, y2 = _bounds_with_bodies(view)
    (x1, x2), (y1, y2) = _grown(x1, x2, ground, width), _grown(y1, y2, ground, height)
    side = max(person * INPUT_PX / LEAST_PERSON_PX, ground)
    rows = _count(y2 - y1, side, person)
    tall = max((y2 - y1 + (rows - 1) * person) / rows, ground)
    cols = _count(x2 - x1, min(side, MAX_ASPECT * tall), person)
    tiles = [(a, b, c, d) for b, d in _spans(y1, y2, rows, person) for a, c in _spans(x1, x2, cols, person)]
    bodies = body_area(view, person)
    return [tile for tile in tiles if bodies.intersects(shapely.box(*tile))][:MAX_TILES] or tiles[:MAX_TILES]


def ground_px(view: View) -> int:
    """How wide and high what enters the network is at least, pixels of the picture: larger people are missed.

    A tile that is smaller, because the picture is, is laid on a grey ground of this size.
    """
    return round(person_px(view, 95) * INPUT_PX / MOST_PERSON_PX)


def _grown(low: int, high: int, least: float, size: int) -> tuple[int, int]:
    """A span made at least so long, to both sides alike, as far as the picture goes."""
    more = max(0.0, min(least, size) - (high - low))
    start = min(max(low - more / 2, 0.0), size - (high - low) - more)
    return int(start), min(int(np.ceil(start + (high - low) + more)), size)


def body_area(view: View, person: float) -> BaseGeometry:
    """Where on the picture bodies of people in the zones can be: `person` is a standing one's height, pixels."""
    return shapely.union_all(
        [shapely.MultiPoint([*zone.polygon, *(zone.polygon - [0, 0.8 * person])]).convex_hull for zone in view.zones]
    )


def _bounds_with_bodies(view: View) -> Region:
    width, height = view.size
    boxes = np.array([zone.bounds() for zone in view.zones])
    x1, y1 = boxes[:, :2].min(axis=0)
    x2, y2 = boxes[:, 2:].max(axis=0)
    body = person_px(view, 75) * 1.3
    corners = np.array([x1 - body / 2, y1 - body, x2 + body / 2, y2 + body / 4])
    a, b, c, d = np.clip(corners, 0, [width, height, width, height]).astype(int)
    return (int(a), int(b), int(c), int(d)) if c - a > 32 and d - b > 32 else (0, 0, width, height)


def person_px(view: View, percentile: float = 50) -> float:
    """Height of a standing person in the zones, pixels: over a grid of places on the picture."""
    width, height = view.size
    heights: list[float] = []
    for zone in view.zones:
        x1, y1, x2, y2 = zone.bounds()
        grid = np.array(np.meshgrid(np.linspace(x1, x2, 7), np.linspace(y1, y2, 5))).reshape(2, -1).T
        inside = grid[(grid >= 0).all(axis=1) & (grid < [width, height]).all(axis=1)]
        heights.extend(view.person_height_px(place) for place in view.to_ground(inside))
    usable = [h for h in heights if np.isfinite(h) and h > 4]
    return float(np.percentile(usable, percentile)) if usable else height / 6.0


def _count(length: float, side: float, overlap: float) -> int:
    """How many tiles of at most `side` cover `length` with a person's overlap."""
    return 1 if length <= side else 1 + int(np.ceil((length - side) / max(side - overlap, side / 2)))


def _spans(low: int, high: int, count: int, overlap: float) -> list[tuple[int, int]]:
    """`count` equal spans over [low, high], each two neighbours sharing `overlap` pixels."""
    side = int(np.ceil((high - low + (count - 1) * overlap) / count))
    return [(int(start), int(start) + side) for start in np.linspace(low, high - side, count)]
