"""Constant-velocity Kalman filters for all tracks at once: centre x y, width, height and their speeds.

Noise is scaled by the box height and by elapsed seconds, not frames (after SORT, Bewley 2016, and ByteTrack, Zhang
2022, whose deviations are per frame at about 25 frames a second). The four measured components are independent, so
each is a filter of two states and no matrix is inverted. Noises were chosen on the sequences of `bench tracker`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from welfare.watch.motion_in_metres import GroundMotion

Array = NDArray[np.float64]
POSITION_NOISE = 0.08  # of the height, a measurement
WALK_NOISE = 0.3  # of the height for each root of a second: steps, and how a box's outline wanders with them
ACCELERATION_NOISE = 3.0  # heights per second squared: a person starts or stops within half a second
SIZE_SHARE = np.array([1.0, 1.0, 0.1, 0.1])  # a size accelerates by a third of what a place does, as a deviation
SIZE_START = np.array([1.0, 1.0, 0.05, 0.05])
SIZE_SPEED_KEPT = 0.5  # of a size's speed: a box that shrinks behind a post must not go on shrinking
LEAST_PX = 2.0


@dataclass(slots=True)
class KalmanBank:
    """The filters of n tracks.

    Attributes:
        mean: (n, 4) measured components: centre x, centre y, width, height, pixels.
        speed: (n, 4) their speeds, pixels a second.
        p, c, s: (n, 4) variance of the component, covariance with its speed, variance of its speed.
    """

    mean: Array
    speed: Array
    p: Array
    c: Array
    s: Array

    @classmethod
    def empty(cls) -> "KalmanBank":
        """No tracks."""
        return cls(*(np.empty((0, 4)) for _ in range(5)))

    def add(self, boxes: Array) -> None:
        """Start filters at measured boxes (n, 4), x1 y1 x2 y2."""
        measured = to_centre(boxes)
        square = measured[:, 3:] ** 2
        zero = np.zeros_like(measured)
        start = (measured, zero, (2 * POSITION_NOISE) ** 2 * square + zero, zero, square * SIZE_START)
        for name, rows in zip(("mean", "speed", "p", "c", "s"), start, strict=True):
            setattr(self, name, np.concatenate([getattr(self, name), rows]))

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Drop the tracks that are not in `which` (n,)."""
        for name in ("mean", "speed", "p", "c", "s"):
            setattr(self, name, getattr(self, name)[which])

    def predict(self, dt_s: float, ground: GroundMotion | None = None) -> None:
        """Move all tracks on by `dt_s` seconds: over the ground where it is known, else on the picture."""
        if dt_s <= 0 or not len(self.mean):
            return
        mean, speed = self.mean, self.speed
        walked, pace = ground.carry(mean, speed[:, :2], dt_s) if ground is not None else (None, None)
        mean[:, :2] += speed[:, :2] * dt_s
        mean[:, 2:] += speed[:, 2:] * (SIZE_SPEED_KEPT * min(dt_s, 1.0))
        if walked is not None and pace is not None:
            known = np.isfinite(walked).all(axis=1) & np.isfinite(pace).all(axis=1)
            mean[known], speed[known, :2] = walked[known], pace[known]
        np.maximum(self.mean[:, 2:], LEAST_PX, out=self.mean[:, 2:])
        square = self.mean[:, 3:] ** 2
        noise = square * (ACCELERATION_NOISE**2 * SIZE_SHARE)
        self.p += 2 * dt_s * self.c + dt_s**2 * self.s + noise * (dt_s**4 / 4) + square * (WALK_NOISE**2 * dt_s)
        self.c += dt_s * self.s + noise * (dt_s**3 / 2)
        self.s += noise * dt_s**2

    def update(self, rows: NDArray[np.intp], boxes: Array, scores: Array) -> None:
        """Take in measured boxes for some tracks; a weak score counts less (NSA Kalman, Du 2021)."""
        measured = to_centre(boxes)
        noise = (POSITION_NOISE * measured[:, 3:]) ** 2 * (4.0 - 3.0 * scores[:, None])
        p, c, mean = self.p[rows], self.c[rows], self.mean[rows]
        total = p + noise
        error = measured - mean
        gain, gain_speed = p / total, c / total
        self.mean[rows] = mean + gain * error
        self.speed[rows] += gain_speed * error
        self.p[rows] = p * (1 - gain)
        self.s[rows] -= gain_speed * c
        self.c[rows] = c * (1 - gain)

    def boxes(self) -> Array:
        """(n, 4) x1 y1 x2 y2 of the present means."""
        half = self.mean[:, 2:] / 2
        boxes = np.empty_like(self.mean)
        boxes[:, :2] = self.mean[:, :2] - half
        boxes[:, 2:] = self.mean[:, :2] + half
        return boxes


def to_centre(boxes: Array) -> Array:
    """(n, 4) x1 y1 x2 y2 to centre x, centre y, width, height."""
    centre = np.empty_like(boxes)
    centre[:, :2] = (boxes[:, :2] + boxes[:, 2:]) / 2
    centre[:, 2:] = boxes[:, 2:] - boxes[:, :2]
    return centre
