"""Places of a camera's zone where a drill puts its rendered person, each with a frame of reference of its own."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from welfare.evaluation.scenarios.camera import Camera, Floats
from zones.geometry import View, WatchedZone

STEP_M = 0.5
LEAST_PX = 40.0  # smaller people are not what a drill can tell anything about
MARGIN_PX = 12.0
BODY_M, WIDE_M = 2.3, 2.6  # a person on the railing, and their way to it, must be in the picture


class NoPlaceError(ValueError):
    """The zone has no place for a drill; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """A place at the edge of a zone.

    Attributes:
        number: from 1.
        edge_m: (2,) on the edge line, ground metres.
        along, outward: (2,) unit vectors on the ground: along the edge, and beyond it.
        along_m: from the edge line's first point.
        person_px: how tall somebody of 1.7 m is there.
    """

    number: int
    edge_m: Floats
    along: Floats
    outward: Floats
    along_m: float
    person_px: float

    def camera(self, view: View) -> Camera:
        """The view's camera in the place's own frame: x along the edge, y beyond it, z up, metres."""
        to_ground = np.eye(4)
        to_ground[:2, 0], to_ground[:2, 1], to_ground[:2, 3] = self.along, self.outward, self.edge_m
        return Camera.of_projection(view.projection @ to_ground, view.size)


def places(view: View, zone: WatchedZone, count: int) -> list[Place]:
    """So many places, spread over the part of the edge that shows whole people.

    Raises:
        NoPlaceError: no part of the edge does.
    """
    found = _candidates(view, zone)
    if not found:
        raise NoPlaceError(
            f'zone "{zone.name}": nowhere along its edge is a whole person of {LEAST_PX:.0f} pixels in the picture; '
            "check the calibration and the edge line"
        )
    chosen = sorted({round(i) for i in np.linspace(0, len(found) - 1, min(count, len(found)))})
    return [Place(n + 1, *found[i]) for n, i in enumerate(chosen)]


def _candidates(view: View, zone: WatchedZone) -> list[tuple[Floats, Floats, Floats, float, float]]:
    found = []
    start_m = 0.0
    for a, b in pairwise(view.edge_m(zone)):
        length = float(np.linalg.norm(b - a))
        along = (b - a) / length
        outward = np.array([-along[1], along[0]])
        if float(view.edge_offset(zone, [(a + b) / 2 + 0.1 * outward])[0]) > 0:
            outward = -outward
        for at in np.arange(STEP_M / 2, length, STEP_M):
            edge = a + at * along
            height = view.person_height_px(edge)
            if height >= LEAST_PX and _shown(view, edge, along, outward):
                found.append((edge, along, outward, start_m + float(at), height))
        start_m += length
    return found


def _shown(view: View, edge: Floats, along: Floats, outward: Floats) -> bool:
    """Whether a person there, and on the way there, is whole in the picture."""
    ground = [edge + side * WIDE_M * along - far * outward for side in (-1, 0, 1) for far in (0.0, 1.5)]
    points = [[x, y, z] for x, y in ground for z in (0.0, BODY_M)]
    pixels = view.to_image(points)
    width, height = view.size
    low, high = [MARGIN_PX, MARGIN_PX], [width - MARGIN_PX, height - MARGIN_PX]
    return bool(np.isfinite(pixels).all() and (pixels > low).all() and (pixels < high).all())
