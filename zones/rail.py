"""The rail of a camera's picture from three clicks: two on its top, one on the deck straight below it.

The deck's homography gives the camera (Hartley and Zisserman, ch. 8.8). The two clicks on the top are seen on a level
plane at the rail's unknown height; at the right height the line through them stands over the third click. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from zones.geometry import GeometryError, Points, View, WatchedZone

LOWEST_M, HIGHEST_M = 0.3, 3.0  # assumed: a kerb is no rail, and nobody leans over 3 m
STEPS = 28  # heights between which the sign may change
CLICK_PX = 2.0  # assumed: how well people click, one deviation
MOST_ERROR_M = 0.15  # assumed: a rail that is read worse cannot tell leaning from climbing
MOST_RESIDUAL_M = 0.5  # assumed: a rail so far from the drawn edge line is another one
LEAST_APART_M = 0.5  # of the two clicks


@dataclass(frozen=True, slots=True)
class RailFit:
    """The rail as calibrated.

    Attributes:
        height_m: of its top above the deck.
        error_m: of the height, one deviation, for clicks that stray 2 pixels.
        line_m: (2, 2) float64: the places on the deck under the two clicks, metres.
        residual_m: the farthest that this line lies from the zone's edge line there; NaN without a zone.
    """

    height_m: float
    error_m: float
    line_m: Points
    residual_m: float


def fit_rail(view: View, tops: ArrayLike, foot: ArrayLike, zone: WatchedZone | None = None) -> RailFit:
    """Height and line of the rail.

    Args:
        view: the calibrated picture.
        tops: (2, 2) image pixels, two places on the rail's top, well apart.
        foot: (2,) image pixels, a place on the deck straight below the rail.
        zone: whose edge line the rail stands on.

    Raises:
        GeometryError: hopeless; says what to click instead.
    """
    clicks = np.vstack([np.asarray(tops, dtype=np.float64).reshape(-1, 2), np.reshape(foot, (-1, 2))])
    if clicks.shape != (3, 2) or not np.isfinite(clicks).all():
        raise GeometryError("the rail: click two places on its top and one on the deck straight below it")
    if view.estimated:
        raise GeometryError("the rail: calibrate the deck first; without it every height would be a guess")
    height = _height(view, clicks)
    nudged = [_height(view, clicks + CLICK_PX * step) for step in _nudges()]
    error = float(np.sqrt(sum((each - height) ** 2 for each in nudged) / 2))
    if not error <= MOST_ERROR_M:
        raise GeometryError(
            f"the rail: its height comes out as {height:.2f} m, but two pixels change it by {error:.2f} m; click the "
            "two places on the top farther apart, nearer to the camera, with the foot between them"
        )
    line = _at_height(view, clicks[:2], height)
    residual = float("nan")
    if zone is not None:
        residual = float(np.abs(view.edge_offset(zone, line)).max())
        if residual > MOST_RESIDUAL_M:
            raise GeometryError(
                f'the rail: it stands {residual:.2f} m from the edge line of zone "{zone.name}"; '
                "draw the edge line along the foot of this rail, or click on the rail that stands on it"
            )
    return RailFit(height, error, line, residual)


def with_rail(view: View, fit: RailFit) -> View:
    """The view with the height that was calibrated: climbing and sitting are judged against it."""
    return replace(view, rail_height_m=round(fit.height_m, 3))


def rail_outline(view: View, zone: WatchedZone) -> list[Points]:
    """The plane of the rail as it is seen, to be drawn over the picture.

    Returns:
        For each piece of the edge line (4, 2) float64 image pixels: along the deck, and back along the rail's top. A
        piece that reaches behind the camera is left out; without a rail the list is empty.
    """
    if view.rail_height_m <= 0:
        return []
    plane = []
    for a, b in pairwise(view.edge_m(zone)):
        corners = [(*a, 0.0), (*b, 0.0), (*b, view.rail_height_m), (*a, view.rail_height_m)]
        pixels = view.to_image(corners)
        if np.isfinite(pixels).all():
            plane.append(pixels)
    return plane


def _nudges() -> Sequence[Points]:
    """Each click moved by one pixel, down and to the right in turn; (3, 2) each, both ways."""
    steps = np.eye(6).reshape(6, 3, 2)
    return [*steps, *-steps]


def _height(view: View, clicks: Points) -> float:
    ((gx, gy),) = view.to_ground(clicks[2:])
    if not np.isfinite([gx, gy]).all():
        raise GeometryError(
            "the rail: the place on the deck lies above the horizon; click where the rail's foot stands"
        )

    def beside(height: float) -> float:
        """How far beside the foot the line through the tops stands, metres, signed."""
        a, b = _at_height(view, clicks[:2], height)
        along = b - a
        length = float(np.linalg.norm(along))
        return float((along[0] * (gy - a[1]) - along[1] * (gx - a[0])) / length) if length > 0 else np.nan

    heights = np.linspace(LOWEST_M, min(HIGHEST_M, 0.95 * float(view.camera_m[2])), STEPS)
    values = [beside(float(h)) for h in heights]
    for (low, below), (high, above) in pairwise(zip(heights, values, strict=True)):
        if np.isfinite([below, above]).all() and below * above <= 0:
            height = float(brentq(beside, float(low), float(high)))
            a, b = _at_height(view, clicks[:2], height)
            if np.linalg.norm(b - a) < LEAST_APART_M:
                raise GeometryError("the rail: the two places on its top are the same; click them farther apart")
            return height
    raise GeometryError(
        f"the rail: at no height from {LOWEST_M:g} to {HIGHEST_M:g} m does its top stand over the place on the deck; "
        "click the foot of the same rail, straight below its top"
    )


def _at_height(view: View, pixels: Points, height_m: float) -> Points:
    """Where sight lines through (n, 2) pixels meet a level plane: (n, 2) metres; NaN at or above its horizon."""
    rays = np.c_[pixels, np.ones(len(pixels))] @ np.linalg.inv(view.projection[:, :3]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (height_m - view.camera_m[2]) / rays[:, 2]
    hit = view.camera_m[:2] + reach[:, None] * rays[:, :2]
    hit[~(reach > 0)] = np.nan
    return np.asarray(hit)
