"""Motion in metres: where people who walk on will be on the picture of a calibrated camera.

On the picture somebody who walks away slows down and shrinks; on the deck they do neither. So a speed is read on
the ground at its feet, carried on there, and drawn back: place, speed and size follow from the calibration.
"""

import numpy as np
from numpy.typing import NDArray

from zones.geometry import View

Array = NDArray[np.float64]
STEP_S = 0.05  # over which a speed is carried from the picture to the ground and back
HEAD_M = 1.7  # mean of adults; assumed: only differences of places count
MOST_RESIZED = 2.0  # assumed: nobody grows or shrinks more than twofold before they are seen again


class GroundMotion:
    """Carries boxes on over the deck of one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        drawn = view.projection
        self._from_heads = np.linalg.inv(np.c_[drawn[:, :2], drawn[:, 3] + HEAD_M * drawn[:, 2]])

    def carry(self, boxes: Array, speed: Array, dt_s: float) -> tuple[Array, Array]:
        """Boxes and speeds after `dt_s` seconds of walking on at the same metres a second.

        Args:
            boxes: (n, 4) centre x, centre y, width, height, pixels.
            speed: (n, 2) of the centre, pixels a second.
            dt_s: seconds.

        Returns:
            The same of then, (n, 4) and (n, 2); NaN where the feet are not on the ground before the camera.
        """
        feet = boxes[:, :2] + boxes[:, 3:] * [0.0, 0.5]
        here = self.view.to_ground(feet)
        metres = (self.view.to_ground(feet + STEP_S * speed) - here) / STEP_S
        there = here + dt_s * metres
        after = self._drawn(there)
        speed_after = (self._drawn(there + STEP_S * metres) - after) / STEP_S
        resized = np.clip(self._size(there) / self._size(here), 1 / MOST_RESIZED, MOST_RESIZED)[:, None]
        size = boxes[:, 2:] * resized
        return np.hstack([after - size * [0.0, 0.5], size]), speed_after

    def apart_m(self, a: Array, b: Array) -> Array:
        """How far people would have to go from one box to the other.

        Read at the feet and at the head, whichever is nearer: a post before the legs moves the lower end of a box by
        metres, and a body that bends its upper one, but seldom both at once.

        Args:
            a: (n, 4) boxes, x1 y1 x2 y2, pixels.
            b: (m, 4) likewise.

        Returns:
            (n, m) metres; NaN where neither is on the ground before the camera.
        """
        feet = self._between(*(self.view.to_ground(np.c_[(c[:, 0] + c[:, 2]) / 2, c[:, 3]]) for c in (a, b)))
        head = self._between(*(self._below_heads(np.c_[(c[:, 0] + c[:, 2]) / 2, c[:, 1]]) for c in (a, b)))
        return np.asarray(np.fmin(feet, head))

    @staticmethod
    def _between(there: Array, here: Array) -> Array:
        return np.asarray(np.linalg.norm(there[:, None] - here, axis=2))

    def _below_heads(self, pixels: Array) -> Array:
        """(n, 2) metres on the deck below heads of HEAD_M, seen at (n, 2) pixels."""
        places = np.c_[pixels, np.ones(len(pixels))] @ self._from_heads.T
        with np.errstate(divide="ignore", invalid="ignore"):
            found = places[:, :2] / places[:, 2:]
        return np.where(places[:, 2:] > 0, found, np.nan)

    def _drawn(self, metres: Array) -> Array:
        return self.view.to_image(np.c_[metres, np.zeros(len(metres))])

    def _size(self, metres: Array) -> Array:
        """(n,) pixels of an upright metre."""
        head = self.view.to_image(np.c_[metres, np.ones(len(metres))])
        return np.asarray(np.linalg.norm(head - self._drawn(metres), axis=1))
