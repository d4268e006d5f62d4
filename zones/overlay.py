"""What shows over a picture that its metres are right: a grid on the ground, the rail's plane, lengths."""

from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from zones.drawing import Drawing, rounded
from zones.geometry import GeometryError, Points, View, WatchedZone
from zones.rail import rail_outline

STEPS = ((15.0, 1.0), (40.0, 2.0), (200.0, 10.0))  # up to this extent in metres, lines this far apart
LONGEST_M = 120.0
MUCH_OF_AREA, MUCH_OF_EDGE = 0.1, 0.3  # assumed: shares that deserve a word
FINE = 24  # pieces of a grid line: a straight line on the ground is straight on the picture, but may leave it


def overlay(view: View) -> dict[str, Any]:
    """Grid, rail planes and lengths of a drawing, JSON-able, image pixels and metres."""
    step, lines = _grid(view)
    return {
        "estimated": view.estimated,
        "grid_m": step,
        "grid": [rounded(line) for line in lines],
        "rails": [rounded(piece) for zone in view.zones for piece in rail_outline(view, zone)],
        "measures": {zone.name: _measures(view, zone) for zone in view.zones},
    }


def warnings(drawing: Drawing) -> list[str]:
    """What is allowed and may still be a mistake: masks and occluders that take much of a zone away."""
    found = []
    for zone in drawing.zones:
        area, edge = shapely.Polygon(zone.watched.polygon), shapely.LineString(zone.watched.edge)
        for mask in drawing.masks:
            share = area.intersection(shapely.Polygon(mask.polygon)).area / area.area
            if share > MUCH_OF_AREA:
                found.append(
                    f'mask "{mask.name}" covers {share:.0%} of zone "{zone.watched.name}": nobody is seen there'
                )
        for part in drawing.occluders:
            share = edge.intersection(shapely.Polygon(part.polygon)).length / edge.length
            if share > MUCH_OF_EDGE:
                found.append(
                    f'occluder "{part.name}" covers {share:.0%} of the edge of zone "{zone.watched.name}": whoever is '
                    "lost there raises no alarm; draw no more than what hides people"
                )
    if drawing.view.estimated and drawing.zones:
        found.append("the camera is not calibrated: every metre is an estimate")
    return found


def _grid(view: View) -> tuple[float, list[Points]]:
    """Metres between the lines, and each as (n, 2) image pixels: over the zones, or over the lower picture."""
    width, height = view.size
    corners = np.array([[0.0, height * 0.55], [width, height * 0.55], [width, height - 1.0], [0.0, height - 1.0]])
    places = [zone.polygon for zone in view.zones] or [corners]
    ground = view.to_ground(np.vstack(places))
    ground = ground[np.isfinite(ground).all(axis=1)]
    if len(ground) < 2:
        return 1.0, []
    middle = np.median(ground, axis=0)
    low = np.maximum(ground.min(axis=0) - 1.0, middle - LONGEST_M / 2)
    high = np.minimum(ground.max(axis=0) + 1.0, middle + LONGEST_M / 2)
    step = next(step for extent, step in STEPS if float((high - low).max()) <= extent)
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    share = np.linspace(0, 1, FINE)
    xs, ys = (np.arange(low[i], high[i] + step / 2, step) for i in (0, 1))
    along, across = low[1] + share * (high[1] - low[1]), low[0] + share * (high[0] - low[0])
    lines = [np.c_[np.full(FINE, x), along] for x in xs] + [np.c_[across, np.full(FINE, y)] for y in ys]
    shown = (_on_picture(view, line) for line in lines)
    return step, [line for line in shown if len(line) > 1]


def _on_picture(view: View, line: Points) -> Points:
    """The first and last point of a ground line that lie on or near the picture: it is straight there."""
    pixels = view.to_image(np.c_[line, np.zeros(len(line))])
    reach = np.array(view.size)
    seen = np.isfinite(pixels).all(axis=1) & (pixels > -reach).all(axis=1) & (pixels < 2 * reach).all(axis=1)
    return pixels[seen][[0, -1]] if seen.sum() > 1 else np.empty((0, 2))


def _measures(view: View, zone: WatchedZone) -> dict[str, Any]:
    """Lengths in metres; None where a part lies above the horizon."""
    ground = view.to_ground(zone.polygon)
    whole = bool(np.isfinite(ground).all())
    try:
        edge = float(shapely.LineString(view.edge_m(zone)).length)
    except GeometryError:
        edge = float("nan")
    inside = np.clip(zone.polygon, 0, np.array(view.size) - 1.0)
    tall = [view.person_height_px(place) for place in view.to_ground(inside)]
    tall = [height for height in tall if np.isfinite(height)]
    sides = [float(np.linalg.norm(b - a)) for a, b in pairwise(np.vstack([ground, ground[:1]]))]
    return {
        "area_m2": round(shapely.Polygon(ground).area, 1) if whole else None,
        "edge_m": round(edge, 1) if np.isfinite(edge) else None,
        "person_px": [round(min(tall)), round(max(tall))] if tall else None,
        "sides_m": [round(side, 1) for side in sides] if whole else None,
    }
