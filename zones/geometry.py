"""The geometry of one camera's view: image pixels, metres on the ground, and the plane of the barrier.

Frames of reference:
    image   pixels, x right, y down, origin at the top left.
    ground  metres on the deck, z = 0 on the deck and up.
The pinhole model behind a homography is Hartley and Zisserman, Multiple View Geometry, 2nd ed., ch. 8.8:
square pixels and a principal point at the picture's centre are assumed, so one ground homography gives the
focal length and with it heights above the deck.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]

MIN_ZONE_AREA_PX = 100.0
MIN_EDGE_PX = 5.0
EDGE_PIECES = 40  # of each segment, where a part of the line lies above the horizon
FARTHEST_M = 300.0  # assumed: nobody is watched from farther away


class GeometryError(ValueError):
    """A calibration or a zone that cannot be used; the message says what, where and what to do."""


def _points(value: Any, least: int, what: str) -> Points:
    try:
        points = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise GeometryError(f"{what}: expected a list of [x, y] pixel pairs")
    if len(points) < least:
        noun = "point" if len(points) == 1 else "points"
        raise GeometryError(f"{what} has {len(points)} {noun}, it needs at least {least}")
    return points


def area_of(value: Any, what: str) -> Points:
    """Check an area drawn on a picture.

    Args:
        value: [[x, y], …] image pixels.
        what: begins the message, e.g. `mask "Windows"`.

    Returns:
        (n, 2) float64, image pixels, n >= 3.

    Raises:
        GeometryError: too few points, sides that cross, or too small; says where and what to do.
    """
    area = _points(value, 3, what)
    shape = shapely.Polygon(area)
    if not shape.is_valid:
        found = re.search(r"\[(\S+) (\S+)\]", shapely.is_valid_reason(shape))
        near = f" near ({float(found[1]):.0f}, {float(found[2]):.0f})" if found else ""
        raise GeometryError(f"{what}'s sides cross{near}; move or delete a point")
    if shape.area < MIN_ZONE_AREA_PX:
        raise GeometryError(f"{what} covers {shape.area:.0f} square pixels, too small to watch; draw it larger")
    return area


@dataclass(frozen=True, slots=True)
class WatchedZone:
    """One zone on a picture.

    Attributes:
        name: as people call it.
        polygon: (n, 2) float64, image pixels, n >= 3, a simple polygon: where feet count as in the zone.
        edge: (m, 2) float64, image pixels, m >= 2: the barrier's line on the deck.
        key: the zone's database key, None outside a database.
        silent: score people here, never page.
    """

    name: str
    polygon: Points = field(repr=False)
    edge: Points = field(repr=False)
    key: int | None = None
    silent: bool = False

    @classmethod
    def build(cls, name: str, polygon: Any, edge: Any, *, key: int | None = None, silent: bool = False) -> Self:
        """Check and make a zone.

        Raises:
            GeometryError: too few points, crossing sides, a zone or an edge too small to stand on.
        """
        label = f'zone "{name}"'
        line = _points(edge, 2, f"{label}: the edge line")
        area = area_of(polygon, f"{label}: the area")
        if shapely.LineString(line).length < MIN_EDGE_PX:
            raise GeometryError(f"{label}: the edge line is shorter than {MIN_EDGE_PX:.0f} pixels")
        return cls(name, area, line, key, silent)

    def bounds(self) -> tuple[float, float, float, float]:
        """The area's bounding box with the edge line: x1 y1 x2 y2, pixels."""
        both = np.vstack([self.polygon, self.edge])
        (x1, y1), (x2, y2) = both.min(axis=0), both.max(axis=0)
        return float(x1), float(y1), float(x2), float(y2)


@dataclass(frozen=True)
class View:
    """One camera's calibrated picture with its zones.

    Attributes:
        size: picture width and height, pixels.
        homography: (3, 3) float64, image pixels to ground metres, homogeneous.
        rail_height_m: height of the barrier's top above the deck; 0 where there is no rail.
        zones: what is watched.
        estimated: the homography was estimated from people's heights, not measured; every metre is rough.
        masks: areas that are never looked at, each (n, 2) float64, image pixels.
        occluders: what people can pass behind, likewise: a pillar, a sign, a parked van.
    """

    size: tuple[int, int]
    homography: Points = field(repr=False)
    rail_height_m: float
    zones: tuple[WatchedZone, ...]
    estimated: bool = False
    masks: tuple[Points, ...] = field(default=(), repr=False)
    occluders: tuple[Points, ...] = field(default=(), repr=False)

    @classmethod
    def build(
        cls,
        *,
        homography: ArrayLike | None,
        size: tuple[int, int],
        rail_height_m: float,
        zones: Sequence[WatchedZone],
        masks: Sequence[Points] = (),
        occluders: Sequence[Points] = (),
    ) -> Self:
        """Check and make a view; without a homography a rough one is assumed and marked `estimated`.

        Raises:
            GeometryError: not a usable 3 x 3 homography, or an impossible rail height.
        """
        if not 0.0 <= rail_height_m <= 5.0:
            raise GeometryError(f"rail height {rail_height_m} m: give a height from 0 to 5 metres")
        if homography is None:
            matrix = level_homography(size)
            view = cls(size, matrix, rail_height_m, tuple(zones), True, tuple(masks), tuple(occluders))
            view.check_edges()
            return view
        try:
            matrix = np.asarray(homography, dtype=np.float64)
        except (TypeError, ValueError):
            matrix = np.empty(0)
        if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
            raise GeometryError("homography: expected 3 rows of 3 numbers, image pixels to metres")
        if not matrix.any() or abs(np.linalg.det(matrix / np.linalg.norm(matrix))) < 1e-12:
            raise GeometryError("homography: the matrix is singular; calibrate with four points not in one line")
        view = cls(size, matrix, rail_height_m, tuple(zones), False, tuple(masks), tuple(occluders))
        view.check_edges()
        return view

    def recalibrated(self, homography: Points) -> Self:
        """The same view with a better estimated homography."""
        return replace(self, homography=homography, estimated=True)

    def check_edges(self) -> None:
        """Refuse a view in which an edge line does not lie on the ground.

        Raises:
            GeometryError: names the zone and what to do.
        """
        for zone in self.zones:
            self.edge_m(zone)

    def check_seen(self, zone: WatchedZone) -> None:
        """Refuse a zone of which the picture shows nothing.

        Raises:
            GeometryError: says whether it is the area or the edge line.
        """
        picture = shapely.box(0, 0, *self.size)
        parts = {"the area": shapely.Polygon(zone.polygon), "the edge line": shapely.LineString(zone.edge)}
        for what, shape in parts.items():
            if not picture.intersects(shape):
                raise GeometryError(
                    f'zone "{zone.name}": {what} lies outside the picture; draw it where it can be seen'
                )

    # --- what is not seen -------------------------------------------------------------------------------------
    def masked(self, pixels: ArrayLike) -> NDArray[np.bool_]:
        """(n,) which of the image pixels (n, 2) lie in a mask."""
        x, y = np.asarray(pixels, dtype=np.float64).reshape(-1, 2).T
        covered = [shapely.contains_xy(shapely.Polygon(mask), x, y) for mask in self.masks]
        return np.any(covered, axis=0) if covered else np.zeros(len(x), dtype=bool)

    def may_hide(self, box_px: tuple[float, float, float, float]) -> bool:
        """Whether somebody with this box (x1 y1 x2 y2, pixels) may have stepped behind an occluder or into a mask."""
        x1, y1, x2, y2 = box_px
        reach = x2 - x1  # a step to either side
        around = shapely.box(x1 - reach, y1, x2 + reach, y2)
        return any(shapely.Polygon(part).intersects(around) for part in (*self.occluders, *self.masks))

    # --- image and ground -----------------------------------------------------------------------------------
    def to_ground(self, pixels: ArrayLike) -> Points:
        """(n, 2) image pixels to (n, 2) metres on the deck; a pixel on or above the horizon gives NaN."""
        points = np.atleast_2d(np.asarray(pixels, dtype=np.float64))
        homogeneous = np.c_[points, np.ones(len(points))] @ self.homography.T
        scale = homogeneous[:, 2] * self._ground_sign
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(scale[:, None] > 1e-12, homogeneous[:, :2] / homogeneous[:, 2:], np.nan)

    def to_image(self, metres: ArrayLike) -> Points:
        """(n, 3) metres, x y on the deck and z up, to (n, 2) pixels; behind the camera gives NaN."""
        points = np.atleast_2d(np.asarray(metres, dtype=np.float64))
        homogeneous = np.c_[points, np.ones(len(points))] @ self.projection.T
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(homogeneous[:, 2:] > 1e-9, homogeneous[:, :2] / homogeneous[:, 2:], np.nan)

    @cached_property
    def _ground_sign(self) -> float:
        """Sign of the homogeneous scale for pixels that lie on the deck: taken at the zones' lowest points."""
        lowest = [zone.polygon[zone.polygon[:, 1].argmax()] for zone in self.zones]
        points = np.array(lowest or [[self.size[0] / 2, self.size[1] - 1.0]])
        scale = np.c_[points, np.ones(len(points))] @ self.homography[2]
        return 1.0 if np.median(scale) > 0 else -1.0

    @cached_property
    def projection(self) -> Points:
        """(3, 4) float64: homogeneous world metres to image pixels, depth positive before the camera."""
        width, height = self.size
        centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
        ground = centre @ np.linalg.inv(self.homography)
        focal = _focal_length(ground, default=1.2 * max(width, height))
        columns = np.diag([1 / focal, 1 / focal, 1.0]) @ ground
        columns /= np.sqrt(np.linalg.norm(columns[:, 0]) * np.linalg.norm(columns[:, 1]))
        foot = self.homography @ np.array([width / 2, height - 1.0, 1.0])
        if self.zones:
            corner = self.zones[0].polygon[self.zones[0].polygon[:, 1].argmax()]
            foot = self.homography @ np.array([corner[0], corner[1], 1.0])
        if columns[2] @ (foot / foot[2]) < 0:
            columns = -columns
        r1, r2, t = columns.T
        up = np.cross(r1, r2)
        up /= np.linalg.norm(up)
        rotation = np.c_[r1, r2, up]
        if (-np.linalg.inv(rotation) @ t)[2] < 0:  # the camera hangs above the deck: a mirrored ground frame
            up = -up
        intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
        return np.asarray(intrinsics @ np.c_[r1, r2, up, t])

    @cached_property
    def camera_m(self) -> Points:
        """(3,) float64: where the camera hangs, metres."""
        return np.asarray(-np.linalg.solve(self.projection[:, :3], self.projection[:, 3]))

    def rays(self, pixels: ArrayLike) -> Points:
        """(n, 3) the directions in metres, of no particular length, of the sight lines through (n, 2) pixels."""
        points = np.asarray(pixels)
        return np.asarray(np.c_[points, np.ones(len(points))] @ self._to_rays, dtype=np.float64)

    @cached_property
    def _to_rays(self) -> Points:
        return np.asarray(np.linalg.inv(self.projection[:, :3]).T)

    def person_height_px(self, at_m: ArrayLike, height_m: float = 1.7) -> float:
        """How tall a standing person is on the picture at a ground place, pixels."""
        x, y = np.asarray(at_m, dtype=np.float64)
        foot, head = self.to_image([[x, y, 0.0], [x, y, height_m]])
        return float(np.linalg.norm(head - foot))

    # --- the barrier ----------------------------------------------------------------------------------------
    def edge_m(self, zone: WatchedZone) -> Points:
        """(m, 2) float64: the zone's edge line in ground metres; the part at or above the horizon is left out.

        Raises:
            GeometryError: no part of the line lies on the ground.
        """
        if id(zone) not in self._known:
            self._known[id(zone)] = _Known(zone, self._edge_m(zone))
        return self._known[id(zone)].edge_m

    def _edge_m(self, zone: WatchedZone) -> Points:
        ground = self.to_ground(zone.edge)
        if np.isfinite(ground).all():
            return ground
        shares = np.linspace(0.0, 1.0, EDGE_PIECES, endpoint=False)[:, None]
        pixels = np.vstack([*(a + shares * (b - a) for a, b in pairwise(zone.edge)), zone.edge[-1:]])
        ground = self.to_ground(pixels)
        away = np.linalg.norm(ground - self.camera_m[:2], axis=1)
        near: Points = ground[np.isfinite(away) & (away < FARTHEST_M)]
        if len(near) < 2:
            raise GeometryError(
                f'zone "{zone.name}": its edge line lies above the horizon; draw it along the feet of the barrier'
            )
        return near

    def inside_sign(self, zone: WatchedZone) -> float:
        """+1 or -1: the side of the edge line, as `edge_offset` signs it, on which people may stand."""
        line = self.edge_m(zone)
        known = self._known[id(zone)]
        if known.inside_sign is None:
            deck = self.to_ground(zone.polygon)
            known.inside_sign = 1.0 if np.nanmean(_signed_offset(line, deck)) > 0 else -1.0
        return known.inside_sign

    @cached_property
    def _known(self) -> "dict[int, _Known]":
        """What was worked out of each zone, which never changes; asked for thousands of times a second."""
        return {}

    def edge_offset(self, zone: WatchedZone, ground: ArrayLike) -> NDArray[np.float64]:
        """(n,) metres from ground places (n, 2) to the edge: positive on the deck, negative beyond."""
        return self.inside_sign(zone) * _signed_offset(self.edge_m(zone), np.atleast_2d(np.asarray(ground)))

    def along_edge(self, zone: WatchedZone, ground: ArrayLike) -> NDArray[np.float64]:
        """(n,) metres along the edge line from its first point, of the nearest point to each place (n, 2)."""
        line = shapely.LineString(self.edge_m(zone))
        return np.asarray(shapely.line_locate_point(line, shapely.points(np.atleast_2d(np.asarray(ground)))))

    def on_rail_plane(self, zone: WatchedZone, pixels: ArrayLike) -> Points:
        """Where the sight lines through pixels meet the vertical plane of the edge line.

        The plane is that of the edge's nearest segment. For a point of a body before the barrier the height
        read there is at most its true height, and below 0 for feet on the deck.

        Args:
            zone: whose edge line.
            pixels: (n, 2) image pixels.

        Returns:
            (n, 2) float64: metres along the edge line from its first point, metres above the deck.
        """
        points = np.atleast_2d(np.asarray(pixels, dtype=np.float64))
        line, rays = self.edge_m(zone), self.rays(points)
        best = np.full((len(points), 2), np.nan)
        miss = np.full(len(points), np.inf)
        start_m = 0.0
        for a, b in pairwise(line):
            length = float(np.linalg.norm(b - a))
            along = (b - a) / length
            across = np.array([-along[1], along[0]])
            with np.errstate(divide="ignore", invalid="ignore"):
                reach = ((a - self.camera_m[:2]) @ across) / (rays[:, :2] @ across)
            hit = self.camera_m + reach[:, None] * rays
            s = (hit[:, :2] - a) @ along
            off = np.where(reach > 0, np.maximum(np.maximum(-s, s - length), 0.0), np.inf)
            nearer = off < miss
            best[nearer] = np.c_[start_m + s, hit[:, 2]][nearer]
            miss = np.minimum(miss, off)
            start_m += length
        return best


@dataclass(slots=True)
class _Known:
    """A zone's edge in metres and which side is deck; holds the zone so that its id stays its own."""

    zone: WatchedZone
    edge_m: Points
    inside_sign: float | None = None


def _focal_length(ground: Points, default: float) -> float:
    """Focal length in pixels from a centred ground-to-image homography (orthogonal, equally long axes)."""
    (a, b), (c, d), (e, f) = ground[0, :2], ground[1, :2], ground[2, :2]
    coefficients = np.array([a * b + c * d, a * a + c * c - b * b - d * d])
    constants = -np.array([e * f, e * e - f * f])
    weight = float(coefficients @ coefficients)
    inverse_square = float(coefficients @ constants) / weight if weight > 0 else 0.0
    if not 1 / (20 * default) ** 2 < inverse_square < 1 / (0.1 * default) ** 2:
        return default
    return float(inverse_square**-0.5)


def _signed_offset(line: Points, places: Points) -> NDArray[np.float64]:
    """(n,) signed distance of places (n, 2) to a polyline (m, 2): positive to its left."""
    best = np.full(len(places), np.inf)
    for a, b in pairwise(line):
        along = (b - a) / np.linalg.norm(b - a)
        rel = places - a
        s = np.clip(rel @ along, 0, np.linalg.norm(b - a))
        distance = np.linalg.norm(rel - s[:, None] * along, axis=1)
        side = np.sign(along[0] * rel[:, 1] - along[1] * rel[:, 0])
        nearer = distance < np.abs(best) - 1e-9
        best[nearer] = (np.where(side == 0, 1.0, side) * distance)[nearer]
    return best


def level_homography(size: tuple[int, int], *, camera_height_m: float = 5.0, horizon_px: float | None = None) -> Points:
    """A rough image-to-ground homography of a level camera: assumed where nothing is calibrated.

    Args:
        size: picture width and height, pixels.
        camera_height_m: assumed 5 m, a low pole.
        horizon_px: image row of the horizon; assumed a quarter of the height above the picture's centre.
    """
    width, height = size
    focal = 1.2 * max(width, height)  # assumed: about 45 degrees across
    horizon = height * 0.25 if horizon_px is None else horizon_px
    # depth = focal * h / (y - horizon); x = (u - cx) * depth / focal
    return np.array(
        [
            [camera_height_m, 0.0, -camera_height_m * width / 2],
            [0.0, 0.0, focal * camera_height_m],
            [0.0, 1.0, -horizon],
        ]
    )
