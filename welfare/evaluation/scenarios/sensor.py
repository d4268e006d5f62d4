"""The camera's sensor: linear light to an 8-bit picture with blur, noise, a tone curve, sharpening and a clock."""

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.scenarios.camera import Singles

Picture = NDArray[np.uint8]
LENS_BLUR_PX, SHARPEN_BLUR_PX, SHARPEN = 0.65, 1.1, 0.55
VIGNETTE = 0.14
NOISE_FLOOR, SHOT_SHARE = 0.04, 0.25  # read-out noise and photon noise: variance = floor + share x light
CHROMA_DARK, CHROMA_BRIGHT = 0.9, 0.45  # colour noise of a dark and of a bright place
POOL_PX = 256  # the noise is one field read at a random offset each time


class Sensor:
    """One camera's sensor.

    Args:
        size: width and height of the picture.
        noise: how noisy the light makes it.
        exposure: what linear light is multiplied with.
        rng: of the noise.
    """

    def __init__(self, size: tuple[int, int], noise: float, exposure: float, rng: np.random.Generator) -> None:
        width, height = size
        self._exposure, self._noise, self._rng = exposure, noise, rng
        field = (height + POOL_PX, width + POOL_PX)
        self._grain = rng.standard_normal(field, dtype=np.float32)
        fixed = 0.15 * rng.standard_normal((height, width), dtype=np.float32)
        coarse = rng.standard_normal((field[0] // 2, field[1] // 2, 3), dtype=np.float32)
        self._chroma = cv2.resize(coarse, field[::-1]) * (CHROMA_DARK if noise > 0.01 else CHROMA_BRIGHT)
        self._fixed = fixed
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        self._vignette = (1 - VIGNETTE * (x * x + y * y) / 2).astype(np.float32)[..., None]

    def develop(self, light: Singles, at: tuple[int, int] = (0, 0)) -> Picture:
        """A part of the picture.

        Args:
            light: (h, w, 3) float32 linear RGB.
            at: x, y of its corner in the whole picture, pixels.

        Returns:
            (h, w, 3) uint8 BGR.
        """
        (x, y), (height, width) = at, light.shape[:2]
        there = (slice(y, y + height), slice(x, x + width))
        dx, dy = self._rng.integers(0, POOL_PX, 2)
        moved = (slice(y + dy, y + dy + height), slice(x + dx, x + dx + width))
        picture = cv2.GaussianBlur(light * np.float32(self._exposure), (0, 0), LENS_BLUR_PX)
        grain = (self._grain[moved] + self._fixed[there])[..., None] + self._chroma[moved]
        picture += cv2.sqrt(picture * SHOT_SHARE + NOISE_FLOOR) * np.float32(self._noise) * grain
        picture = np.maximum(picture, 0)
        picture = picture * 1.18 / (1 + 0.18 * picture)
        picture = cv2.pow(np.minimum(picture, 1), 1 / 2.2) * self._vignette[there]
        picture += SHARPEN * (picture - cv2.GaussianBlur(picture, (0, 0), SHARPEN_BLUR_PX))
        return np.asarray(cv2.convertScaleAbs(np.clip(picture[..., ::-1], 0, 1), alpha=255), dtype=np.uint8)


def stamp_clock(picture: Picture, t_s: float) -> None:
    """Write the overlay that CCTV has, in place."""
    words = f"CAM SYNTH  2026-01-01 12:{int(t_s) // 60:02d}:{t_s % 60:04.1f}"
    picture[12:42, 12:400] //= 2  # a dark ground for the letters
    cv2.putText(picture, words, (18, 32), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (235, 235, 235), 1, cv2.LINE_AA)


def rain_on(picture: Picture, t_s: float, seed: int, drops: int = 260) -> None:
    """Draw streaks of rain, in place."""
    rng = np.random.default_rng((seed, round(t_s * 100)))
    height, width = picture.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    for x, y, length in zip(
        rng.integers(0, width, drops), rng.integers(-20, height, drops), rng.integers(8, 26, drops), strict=True
    ):
        cv2.line(layer, (int(x), int(y)), (int(x - length // 6), int(y + length)), 60, 1, cv2.LINE_AA)
    picture[...] = cv2.add(picture, cv2.cvtColor(layer, cv2.COLOR_GRAY2BGR))
