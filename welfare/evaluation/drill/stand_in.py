"""A rendered person in a camera's own picture: its geometry, its light, its noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.drill.places import Place
from welfare.evaluation.scenarios.actor import OUTWARD
from welfare.evaluation.scenarios.camera import FAR_M, Canvas, Singles, bounds
from welfare.evaluation.scenarios.cast import Part, Player, Shown
from welfare.evaluation.scenarios.look import LOOKS
from welfare.evaluation.scenarios.script import do, walk
from zones.geometry import View

Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]

OVERSAMPLE = 2
MARGIN_PX = 20  # more than the blurs reach
DECK_ALBEDO = 0.3  # assumed: worn concrete; what the deck's brightness says about the light
FROM_ABOVE = 0.45  # assumed: share of the light that a surface turned away from the sky lacks
SOFT_PX = 0.65  # assumed: the blur of a lens
NOISE_FLOOR = 0.5  # of 255: what is lost in compression comes back at least so much
SHADOW, SHADOW_SHARE = 5, 0.25  # under the feet: blur in pixels, share of the light
WAY_M, SECONDS_UP = 2.4, 12.0
LOW_RAIL_M = 0.3
CLIMB = "on_the_barrier"


class StandIn:
    """One drill person at one place.

    Args:
        view: of the camera.
        place: where.
        seed: which look, and the small movements.
    """

    def __init__(self, view: View, place: Place, seed: int = 0) -> None:
        up = do("step_up" if view.rail_height_m >= LOW_RAIL_M else "sit_edge", SECONDS_UP, CLIMB)
        script = (walk((0.0, -0.5), speed=1.0), do("stand", 2.0, yaw=OUTWARD), up)
        part = Part(script, (-WAY_M, -1.3, 0.0))
        self._player = Player(part, 0, LOOKS[seed % len(LOOKS)], seed)
        self._camera = place.camera(view)
        self._rng = np.random.default_rng(seed)
        self.duration_s = self._player.ends_s
        self.climbs_s = self.duration_s - SECONDS_UP

    def draw(self, picture: Picture, t_s: float, noise: float) -> tuple[Picture, Box | None]:
        """The picture with the person in it, and where.

        Args:
            picture: (h, w, 3) uint8 BGR, the camera's own; it is not changed.
            t_s: seconds since the drill began at this place.
            noise: of the camera, one deviation, of 255.

        Returns:
            A new picture and x1 y1 x2 y2, or the same picture and None before and after the script.
        """
        shown = self._player.at(t_s)
        if shown is None:
            return picture, None
        pixels, depth = self._camera.project(shown.body.vertices)
        x1, y1, x2, y2 = bounds(pixels)
        width, height = self._camera.size
        left, top = max(int(x1) - MARGIN_PX, 0), max(int(y1) - MARGIN_PX, 0)
        right, low = min(int(x2) + MARGIN_PX, width), min(int(y2) + MARGIN_PX, height)
        if depth.min() <= 0 or right - left < 4 or low - top < 4:
            return picture, None
        result = picture.copy()
        part = result[top:low, left:right]
        self._shade_ground(part, shown, (left, top))
        light = _light_at(picture, (left, top, right, low))
        colour, share = self._drawn(shown, (left, top, right, low), light)
        mixed = part * (1 - share) + colour * share
        mixed += self._rng.normal(0, max(noise, NOISE_FLOOR), mixed.shape) * share
        result[top:low, left:right] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
        return result, (x1, y1, x2, y2)

    def _drawn(self, shown: Shown, window: tuple[int, int, int, int], light: Singles) -> tuple[Singles, Singles]:
        """(h, w, 3) BGR 0 to 255 and (h, w, 1) coverage 0 to 1."""
        canvas = Canvas.empty(self._camera.window(window, OVERSAMPLE))
        up = (1 - FROM_ABOVE) + FROM_ABOVE * (0.5 + 0.5 * shown.body.normals[:, 2:3])
        shaded = (shown.body.colours * up * light).astype(np.float32)
        canvas.draw(shown.body.vertices, shown.body.triangles, shaded)
        covered = (canvas.depth < FAR_M / 2).astype(np.float32)
        size = (window[2] - window[0], window[3] - window[1])
        linear = cv2.GaussianBlur(cv2.resize(canvas.colour, size, interpolation=cv2.INTER_AREA), (0, 0), SOFT_PX)
        share = cv2.GaussianBlur(cv2.resize(covered, size, interpolation=cv2.INTER_AREA), (0, 0), SOFT_PX)
        linear = np.asarray(linear) / np.maximum(share, 1e-3)[..., None]
        gamma = 255 * np.clip(linear, 0, 1) ** (1 / 2.2)
        return np.asarray(gamma[..., ::-1], dtype=np.float32), np.asarray(share, dtype=np.float32)[..., None]

    def _shade_ground(self, part: Picture, shown: Shown, corner: tuple[int, int]) -> None:
        """Darken the deck under the feet, in place."""
        dark = np.zeros(part.shape[:2], np.float32)
        for foot in shown.keypoints[15:17]:
            (pixel,), _ = self._camera.project(np.array([[foot[0], foot[1], 0.0]]))
            reach = self._camera.focal_px * 0.16 / float(np.linalg.norm(self._camera.position_m - foot))
            centre = (int(pixel[0]) - corner[0], int(pixel[1]) - corner[1])
            axes = (max(int(reach), 1), max(int(reach * 0.5), 1))
            cv2.ellipse(dark, centre, axes, 0, 0, 360, SHADOW_SHARE, -1)
        soft = cv2.GaussianBlur(dark, (0, 0), SHADOW)[..., None]
        part[...] = np.clip(part * (1 - np.asarray(soft)), 0, 255).astype(np.uint8)


def _light_at(picture: Picture, window: tuple[int, int, int, int]) -> Singles:
    """(3,) linear RGB light on the scene around a window, read from the ground at its lower border."""
    x1, y1, x2, y2 = window
    height, width = picture.shape[:2]
    wide = x2 - x1
    ground = picture[max(y2 - (y2 - y1) // 5, 0) : min(y2 + 10, height), max(x1 - wide, 0) : min(x2 + wide, width)]
    bgr = np.median(ground.reshape(-1, 3), axis=0)
    return np.asarray((bgr[::-1] / 255) ** 2.2 / DECK_ALBEDO, dtype=np.float32)


class NoiseMeter:
    """The camera's noise from the change between pictures: the median, so that what moves does not count."""

    def __init__(self) -> None:
        self._last: NDArray[np.int16] | None = None
        self.deviation = NOISE_FLOOR

    def look(self, picture: Picture) -> None:
        """Take in one picture."""
        grey = cv2.cvtColor(picture[::4, ::4], cv2.COLOR_BGR2GRAY).astype(np.int16)
        if self._last is not None:
            self.deviation = 0.9 * self.deviation + 0.1 * float(np.abs(grey - self._last).mean() * 0.886)
        self._last = grey
