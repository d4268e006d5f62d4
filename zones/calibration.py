"""From clicks on a picture to metres: known points, or a walk of somebody of known height (the rail: zones/rail.py).

Known points: homography by the normalised direct linear transform (Hartley and Zisserman, Multiple View Geometry, 2nd
ed., algorithm 4.2), refined by least squares on the distances on the ground. A walk: tilt, height and focal length of
a camera without roll over level ground, so that every sighting is as tall as the person (the idea of Lv, Zhao and
Nevatia 2006, Camera calibration from video of a walking human). What cannot be trusted is refused with the reason.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

from zones.geometry import GeometryError, Points, View

WORST_M = 1.0  # assumed: a point further off was clicked or measured wrongly
MEAN_M = 0.5  # assumed: root mean square over all points
LEAST_SPREAD = 0.02  # of the picture's width: points closer to one line than this say nothing across it
HEIGHTS_M = (1.0, 150.0)  # assumed: cameras hang in this range above the deck
WALK_SIGHTINGS = 20  # assumed
WALK_SPREAD = 0.08  # of the picture's height: how far the feet must move up or down the picture
BORDER = 0.015  # of the picture: a box that ends so near its border may be cut by it
APART = 0.004  # of the picture's width: sightings closer to each other count once
WALK_RESIDUAL_M = 0.15  # assumed: of a person's height
WALK_NOISE_M = 0.05  # how far a detector's box strays from a person's height, one deviation (3 % on the demo clips)
WALK_SCALE = 0.15  # assumed: rougher metres are no calibration
FOCAL_SPREAD = 0.4  # assumed: one deviation of the logarithm of the focal length around 1.2 picture widths


@dataclass(frozen=True, slots=True)
class Calibration:
    """A usable calibration.

    Attributes:
        homography: (3, 3) float64, image pixels to ground metres.
        residual_m: root mean square error, metres: of places on the ground, or of a person's height for a walk.
        errors_m: (n,) of each point or sighting.
        checked: whether the residual says anything: four points always fit.
        scale_error: by what share every metre may be wrong, one standard deviation; 0 where it was measured.
    """

    homography: Points = field(repr=False)
    residual_m: float
    errors_m: tuple[float, ...] = field(repr=False)
    checked: bool
    scale_error: float = 0.0


def from_points(pixels: ArrayLike, metres: ArrayLike, size: tuple[int, int]) -> Calibration:
    """Calibrate from four or more places whose ground coordinates are known.

    Args:
        pixels: (n, 2) image pixels.
        metres: (n, 2) metres on the deck; x to the right where y goes away from you, any origin.
        size: picture width and height, pixels.

    Raises:
        GeometryError: too few, in one line, swapped, mirrored, or too far off; says what to do.
    """
    image, ground = np.asarray(pixels, dtype=np.float64), np.asarray(metres, dtype=np.float64)
    if image.shape != ground.shape or image.ndim != 2 or image.shape[1] != 2 or not np.isfinite([image, ground]).all():
        raise GeometryError("calibration: every point needs two pixels and two metres")
    if len(image) < 4:
        raise GeometryError(f"calibration: {len(image)} of at least 4 known points are given; add more")
    _check_spread(image, size[0] * LEAST_SPREAD, "on the picture")
    _check_spread(ground, max(0.05, 0.01 * float(np.ptp(ground, axis=0).max())), "in metres")
    matrix = _refined(_direct(image, ground), image, ground)
    scale = np.c_[image, np.ones(len(image))] @ matrix[2]
    if not (np.all(scale > 0) or np.all(scale < 0)):
        raise GeometryError("calibration: two of the points seem to be swapped, the ground would be folded; check them")
    matrix = matrix / np.linalg.norm(matrix[2]) * np.sign(scale[0])
    _check_not_mirrored(matrix, image)
    off = np.linalg.norm(_apply(matrix, image) - ground, axis=1)
    residual = float(np.sqrt(np.mean(off**2)))
    worst = int(off.argmax())
    if off[worst] > WORST_M or residual > MEAN_M:
        raise GeometryError(
            f"calibration: point {worst + 1} is {off[worst]:.2f} m off (all together {residual:.2f} m); "
            "click it again or check its metres"
        )
    _check_camera(matrix, size)
    return Calibration(matrix, residual, tuple(off.tolist()), checked=len(image) > 4)


def from_walk(feet: ArrayLike, heads: ArrayLike, height_m: float, size: tuple[int, int]) -> Calibration:
    """Calibrate from sightings of one upright person of known height who walked over level ground.

    The ground's origin is under the camera, y goes away from it, x to the right.

    Args:
        feet: (n, 2) image pixels.
        heads: (n, 2) image pixels.
        height_m: of the person, metres.
        size: picture width and height, pixels.

    Raises:
        GeometryError: too few sightings, no walk towards or away from the camera, or they do not agree.
    """
    low, high = np.asarray(feet, dtype=np.float64), np.asarray(heads, dtype=np.float64)
    if not 1.0 <= height_m <= 2.3:
        raise GeometryError(
            f"walk: {height_m:g} m is no height of a walking adult; give it in metres, for example 1.75"
        )
    if low.shape != high.shape or low.ndim != 2:
        raise GeometryError("walk: every sighting needs feet and head, two pixels each")
    low, high = _whole_and_apart(low, high, size)
    if len(low) < WALK_SIGHTINGS:
        raise GeometryError(
            f"walk: {len(low)} different whole sightings of one person, at least {WALK_SIGHTINGS} are needed; "
            "walk alone, longer, and away from the picture's border"
        )
    if np.percentile(low[:, 1], 95) - np.percentile(low[:, 1], 5) < WALK_SPREAD * size[1]:
        raise GeometryError(
            "walk: the feet stayed at one height of the picture; walk towards the camera and away from it as well"
        )
    usual = 1.2 * max(size)
    slope, offset = np.polyfit(low[:, 1], low[:, 1] - high[:, 1], 1)
    horizon = -offset / slope if slope > 0.02 else size[1] * -0.25
    start = [np.arctan2(size[1] / 2 - horizon, usual), np.log(height_m / max(slope, 0.05)), 0.0]

    def wrong(values: NDArray[np.float64]) -> NDArray[np.float64]:
        seen = _heads_at(_level_camera(values, size, usual), low, height_m)
        # Boxes stand upright whatever the camera's tilt: only how tall they are says something.
        off = (seen - high)[:, 1] / np.maximum(low[:, 1] - high[:, 1], 1.0) * height_m
        return np.append(np.nan_to_num(off, nan=10.0).clip(-10, 10) / WALK_NOISE_M, values[2] / FOCAL_SPREAD)

    found = least_squares(wrong, start, loss="soft_l1")
    matrix = np.linalg.inv(_level_camera(found.x, size, usual)[:, [0, 1, 3]])
    scale = np.c_[low, np.ones(len(low))] @ matrix[2]
    matrix = matrix / np.linalg.norm(matrix[2]) * (1.0 if np.median(scale) > 0 else -1.0)
    errors = np.abs(wrong(found.x)[:-1]) * WALK_NOISE_M
    residual = float(np.sqrt(np.mean(np.sort(errors)[: max(1, int(0.9 * len(errors)))] ** 2)))
    if residual > WALK_RESIDUAL_M:
        raise GeometryError(
            f"walk: the person's height comes out {residual:.2f} m wrong on average; the ground is not level there, "
            "the person bent or was hidden, or somebody else was seen: walk again, or use known points"
        )
    slopes = np.asarray(found.jac, dtype=np.float64)
    spread = float(np.sqrt(np.linalg.inv(slopes.T @ slopes)[1, 1])) * max(1.0, residual / WALK_NOISE_M)
    if spread > WALK_SCALE:
        raise GeometryError(
            f"walk: every metre could be {spread:.0%} wrong; walk farther towards the camera and away from it"
        )
    _check_camera(matrix, size)
    return Calibration(matrix, residual, tuple(errors.tolist()), checked=True, scale_error=spread)


def _whole_and_apart(low: Points, high: Points, size: tuple[int, int]) -> tuple[Points, Points]:
    """Without people whom the border cuts, and without the many sightings of somebody who stands still."""
    inside = (high[:, 1] > BORDER * size[1]) & (low[:, 1] < (1 - BORDER) * size[1])
    low, high = low[inside], high[inside]
    cells = np.unique(np.round(low / (APART * size[0])), axis=0, return_index=True)[1]
    return low[np.sort(cells)], high[np.sort(cells)]


def _check_spread(points: Points, least: float, where: str) -> None:
    """Refuse points of which all, or all but one, lie in one line: across it nothing is known."""
    for left_out in range(len(points)):
        rest = np.delete(points, left_out, axis=0)
        across = np.linalg.svd(rest - rest.mean(axis=0), compute_uv=False)[1] / np.sqrt(len(rest))
        if across < least:
            raise GeometryError(
                f"calibration: the points lie (nearly) in one line {where}; choose four that span an area of the deck"
            )


def _normaliser(points: Points) -> Points:
    centre = points.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(points - centre, axis=1).mean()
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1.0]])


def _direct(image: Points, ground: Points) -> Points:
    from_image, from_ground = _normaliser(image), _normaliser(ground)
    a, b = _apply(from_image, image), _apply(from_ground, ground)
    rows = []
    for (x, y), (u, v) in zip(a, b, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    matrix = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    return np.asarray(np.linalg.inv(from_ground) @ matrix @ from_image)


def _refined(matrix: Points, image: Points, ground: Points) -> Points:
    if len(image) == 4:
        return matrix
    from_image = _normaliser(image)
    scaled = _apply(from_image, image)
    start = matrix @ np.linalg.inv(from_image)
    start = start / np.linalg.norm(start)

    def wrong(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.nan_to_num(_apply(values.reshape(3, 3), scaled) - ground, nan=1e3).ravel()

    return np.asarray(least_squares(wrong, start.ravel()).x.reshape(3, 3) @ from_image)


def _apply(matrix: NDArray[Any], points: NDArray[Any]) -> Points:
    homogeneous = np.c_[points, np.ones(len(points))] @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def _check_not_mirrored(matrix: Points, image: Points) -> None:
    centre = image.mean(axis=0)
    at, right, down = _apply(matrix, centre + np.eye(3, 2, -1))
    if np.cross(np.append(right - at, 0), np.append(down - at, 0))[2] > 0:
        raise GeometryError(
            "calibration: the metres are a mirror image of the picture; give all y the other sign, or all x"
        )


def _check_camera(matrix: Points, size: tuple[int, int]) -> None:
    view = View(size, matrix, 0.0, ())
    low, high = HEIGHTS_M
    height = float(view.camera_m[2])
    if not low <= height <= high:
        raise GeometryError(
            f"calibration: the camera would hang {height:.1f} m above the deck; check the metres (not feet or cm?)"
        )


def _level_camera(values: NDArray[np.float64], size: tuple[int, int], usual: float) -> Points:
    """(3, 4) projection of a camera at [0, 0, C] without roll that looks along y: tilt, log C, log focal over usual."""
    tilt, log_height, log_focal = values
    focal, height = usual * np.exp(log_focal), np.exp(log_height)
    rotation = np.array([[1, 0, 0], [0, -np.sin(tilt), -np.cos(tilt)], [0, np.cos(tilt), -np.sin(tilt)]])
    intrinsics = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])
    return np.asarray(intrinsics @ np.c_[rotation, -rotation @ [0.0, 0.0, height]])


def _heads_at(projection: Points, feet: Points, height_m: float) -> Points:
    """(n, 2) where the heads of people of one height would be, whose feet are at these pixels."""
    ground = _apply(np.linalg.inv(projection[:, [0, 1, 3]]), feet)
    tops = np.c_[ground, np.full(len(ground), height_m), np.ones(len(ground))] @ projection.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(tops[:, :2] / tops[:, 2:])
