"""A pinhole camera on a pole, and the rasteriser that draws triangles as it sees them.

World: x along the bridge, y across it (the edge is y = 0, the water beyond at y > 0), z up, metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Triangles = NDArray[np.int32]

NEAR_M, FAR_M = 0.3, 8000.0  # nothing nearer or farther is drawn
NEAREST_M = 0.5  # a person or thing nearer to the camera is left out
BASE_PERSON_M = 1.72  # whose height in pixels a clip's size names


@dataclass(frozen=True)
class Camera:
    """Square pixels, the principal point at (cx, cy).

    Attributes:
        position_m: (3,) where it hangs.
        rotation: (3, 3) rows: image right, down and forward, in the world.
        focal_px: focal length, pixels.
        size: picture width and height, pixels.
        centre_px: principal point, pixels.
    """

    position_m: Floats
    rotation: Floats
    focal_px: float
    size: tuple[int, int]
    centre_px: tuple[float, float]

    @classmethod
    def aimed(
        cls, position_m: tuple[float, ...], at_m: tuple[float, ...], person_px: float, size: tuple[int, int]
    ) -> Self:
        """A camera that shows a person of 1.72 m `person_px` pixels tall at the point it looks at."""
        position = np.array(position_m, dtype=float)
        forward = np.array(at_m, dtype=float) - position
        distance = float(np.linalg.norm(forward))
        forward /= distance
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        tilt = np.arcsin(-forward[2])
        focal = person_px * distance / (BASE_PERSON_M * np.cos(tilt))
        rotation = np.stack([right, np.cross(forward, right), forward])
        return cls(position, rotation, float(focal), size, (size[0] / 2, size[1] / 2))

    @classmethod
    def of_projection(cls, projection: Floats, size: tuple[int, int]) -> Self:
        """The camera behind a (3, 4) projection of world metres to pixels (`zones.geometry.View.projection`).

        A view whose ground frame is mirrored gives a mirrored rotation; its pixels are the same.
        """
        inner = np.linalg.inv(projection[:, :3])
        position = -inner @ projection[:, 3]
        centre = (size[0] / 2, size[1] / 2)
        rows = projection[:, :3] / np.linalg.norm(projection[2, :3])
        forward = rows[2]
        right, down = rows[0] - centre[0] * forward, rows[1] - centre[1] * forward
        focal = float(np.sqrt(np.linalg.norm(right) * np.linalg.norm(down)))
        return cls(position, np.stack([right / focal, down / focal, forward]), focal, size, centre)

    def window(self, box: tuple[int, int, int, int], oversample: int) -> Self:
        """The camera that sees only a part of the picture (x1 y1 x2 y2, pixels), in finer pixels."""
        x1, y1, x2, y2 = box
        return replace(
            self,
            focal_px=self.focal_px * oversample,
            size=((x2 - x1) * oversample, (y2 - y1) * oversample),
            centre_px=((self.centre_px[0] - x1) * oversample, (self.centre_px[1] - y1) * oversample),
        )

    def project(self, metres: Floats | Singles) -> tuple[Floats, Floats]:
        """(..., 3) metres to (..., 2) pixels and (...,) depth in metres."""
        seen = (np.asarray(metres, dtype=np.float64) - self.position_m) @ self.rotation.T
        depth = seen[..., 2]
        return np.asarray(self.focal_px * seen[..., :2] / depth[..., None] + self.centre_px), np.asarray(depth)

    @cached_property
    def rays(self) -> Singles:
        """(h, w, 3) float32: world = position + depth * ray, at the pixels' centres."""
        width, height = self.size
        x = (np.arange(width, dtype=np.float32) + 0.5 - self.centre_px[0]) / self.focal_px
        y = (np.arange(height, dtype=np.float32) + 0.5 - self.centre_px[1]) / self.focal_px
        across, down = np.meshgrid(x, y)
        rays = np.stack([across, down, np.ones_like(across)], axis=-1).astype(np.float32)
        return np.asarray(rays @ self.rotation.astype(np.float32), dtype=np.float32)

    def meta(self) -> dict[str, Any]:
        """The camera as a label file says it."""
        return {
            "position_m": self.position_m.tolist(),
            "R_world_to_cam": self.rotation.tolist(),
            "f_px": self.focal_px,
            "cx": self.centre_px[0],
            "cy": self.centre_px[1],
            "width": self.size[0],
            "height": self.size[1],
        }


def bounds(pixels: Floats) -> tuple[float, float, float, float]:
    """x1 y1 x2 y2 around (n, 2) pixels."""
    x, y = pixels[:, 0], pixels[:, 1]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


class Canvas:
    """Colour and depth of a picture under way; triangles nearer than what is there cover it.

    Attributes:
        colour: (h, w, 3) float32, linear light.
        depth: (h, w) float32, metres along the camera's axis.
    """

    def __init__(self, camera: Camera, colour: Singles, depth: Singles) -> None:
        self._camera = camera
        self.colour, self.depth = np.ascontiguousarray(colour), np.ascontiguousarray(depth)
        # The rasteriser looks along -z with its principal point in the middle: shear the difference away.
        width, height = camera.size
        shift = (np.array(camera.centre_px) - np.array([width, height]) / 2) / camera.focal_px
        shear = np.array([[1, 0, shift[0]], [0, -1, -shift[1]], [0, 0, -1.0]])
        turn = shear @ camera.rotation
        self._to_camera = np.eye(4)
        self._to_camera[:3, :3], self._to_camera[:3, 3] = turn, -turn @ camera.position_m
        self._field = float(2 * np.arctan(height / 2 / camera.focal_px))

    @classmethod
    def empty(cls, camera: Camera) -> "Canvas":
        """Nothing in sight."""
        width, height = camera.size
        return cls(camera, np.zeros((height, width, 3), np.float32), np.full((height, width), FAR_M, np.float32))

    def cover(self, vertices: Floats | Singles, triangles: Triangles) -> None:
        """Cover with triangles in the depth alone."""
        corners = np.ascontiguousarray(vertices, dtype=np.float32)
        view = (self._to_camera, self._field, NEAR_M, FAR_M, _settings(flat=False))
        cv2.triangleRasterizeDepth(corners, triangles, self.depth, *view)

    def draw(self, vertices: Floats | Singles, triangles: Triangles, colours: Singles, *, flat: bool = False) -> None:
        """Cover with triangles.

        Args:
            vertices: (n, 3) metres, in the world.
            triangles: (m, 3) vertex numbers.
            colours: (n, 3) linear light of each vertex; a flat triangle takes its first vertex' colour.
            flat: one colour a triangle.
        """
        corners, tints = (np.ascontiguousarray(array, dtype=np.float32) for array in (vertices, colours))
        view = (self._to_camera, self._field, NEAR_M, FAR_M, _settings(flat=flat))
        cv2.triangleRasterize(corners, triangles, tints, self.colour, self.depth, *view)


def _settings(*, flat: bool) -> "cv2.TriangleRasterizeSettings":
    settings = cv2.TriangleRasterizeSettings()
    settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
    settings.setShadingType(cv2.RASTERIZE_SHADING_FLAT if flat else cv2.RASTERIZE_SHADING_SHADED)
    return settings


def depth_of(camera: Camera, meshes: Sequence[tuple[Floats | Singles, Triangles]]) -> Singles:
    """(h, w) float32 depth in metres of meshes alone, each (n, 3) metres and (m, 3) triangles; FAR_M beside them."""
    canvas = Canvas.empty(camera)
    for vertices, triangles in meshes:
        canvas.cover(vertices, triangles)
    return canvas.depth
