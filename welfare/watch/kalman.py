"""Constant-velocity Kalman filters for all tracks at once: state (n, 8) is centre x y, width, height and their speeds.

Noise is scaled by the box height and by elapsed seconds, not frames (after SORT, Bewley 2016, and ByteTrack, Zhang
2022, whose deviations are per frame at about 25 frames a second). The four measured components are independent, so
each is a filter of two states and no matrix is inverted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
POSITION_NOISE = 0.05  # of the height, a measurement; ByteTrack's 1/20
ACCELERATION_NOISE = 1.2  # heights per second squared; assumed: a person starts or stops within a second


@dataclass(slots=True)
class KalmanBank:
    """The filters of n tracks.

    Attributes:
        mean: (n, 4) measured components: centre x, centre y, width, height, pixels.
        speed: (n, 4) their speeds, pixels a second.
        variance: (n, 4, 3) of each component: position, covariance, speed.
    """

    mean: Array
    speed: Array
    variance: Array

    @classmethod
    def empty(cls) -> "KalmanBank":
        """No tracks."""
        return cls(np.empty((0, 4)), np.empty((0, 4)), np.empty((0, 4, 3)))

    def add(self, boxes: Array) -> None:
        """Start filters at measured boxes (n, 4), x1 y1 x2 y2."""
        measured = to_centre(boxes)
        scale = measured[:, 3:4]
        start = np.stack(
            [
                np.broadcast_to((2 * POSITION_NOISE * scale) ** 2, measured.shape),
                np.zeros_like(measured),
                np.broadcast_to((1.0 * scale) ** 2, measured.shape) * [1, 1, 0.05, 0.05],
            ],
            axis=2,
        )
        self.mean = np.vstack([self.mean, measured])
        self.speed = np.vstack([self.speed, np.zeros_like(measured)])
        self.variance = np.concatenate([self.variance, start])

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Drop the tracks that are not in `which` (n,)."""
        self.mean, self.speed, self.variance = self.mean[which], self.speed[which], self.variance[which]

    def predict(self, dt_s: float) -> None:
        """Move all tracks on by `dt_s` seconds."""
        if dt_s <= 0 or not len(self.mean):
            return
        self.mean[:, :2] += self.speed[:, :2] * dt_s
        self.mean[:, 2:] += self.speed[:, 2:] * min(dt_s, 0.5)  # a size does not go on growing unseen
        self.mean[:, 2:] = np.maximum(self.mean[:, 2:], 2.0)
        p, c, s = np.moveaxis(self.variance, 2, 0)
        noise = (ACCELERATION_NOISE * self.mean[:, 3:4]) ** 2 * np.array([1, 1, 0.1, 0.1])
        p = p + 2 * dt_s * c + dt_s**2 * s + noise * dt_s**4 / 4
        c = c + dt_s * s + noise * dt_s**3 / 2
        self.variance = np.stack([p, c, s + noise * dt_s**2], axis=2)

    def update(self, rows: NDArray[np.intp], boxes: Array, scores: Array) -> None:
        """Take in measured boxes for some tracks; a weak score counts less (NSA Kalman, Du 2021)."""
        measured = to_centre(boxes)
        noise = (POSITION_NOISE * measured[:, 3:4]) ** 2 * (1.0 + 3.0 * (1.0 - scores[:, None]))
        p, c, s = np.moveaxis(self.variance[rows], 2, 0)
        total = p + noise
        error = measured - self.mean[rows]
        gain, gain_speed = p / total, c / total
        self.mean[rows] += gain * error
        self.speed[rows] += gain_speed * error
        self.variance[rows] = np.stack([p * (1 - gain), c * (1 - gain), s - gain_speed * c], axis=2)

    def boxes(self) -> Array:
        """(n, 4) x1 y1 x2 y2 of the present means."""
        half = self.mean[:, 2:] / 2
        return np.hstack([self.mean[:, :2] - half, self.mean[:, :2] + half])


def to_centre(boxes: Array) -> Array:
    """(n, 4) x1 y1 x2 y2 to centre x, centre y, width, height."""
    return np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])
