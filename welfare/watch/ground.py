"""Metres for a camera that nobody calibrated: a level ground plane estimated from people's heights.

For a camera without roll a person's height on the picture grows linearly with the row of the feet below the
horizon: h = (H / C) * (y - y0), with H the person's height and C the camera's (Hoiem, Efros and Hebert 2008,
Putting Objects in Perspective). Fitting many people gives the horizon y0 and C; every metre stays rough.
"""

from collections import deque

import numpy as np

from welfare.behaviour.observation import Observation
from zones.geometry import GeometryError, Points, View, level_homography

ASSUMED_HEIGHT_M = 1.7  # mean of adults; assumed
MIN_SIGHTINGS = 40  # assumed
REFIT_EVERY = 25  # sightings
MIN_SPREAD = 0.08  # of the picture height: rows of feet must differ by so much for the slope to mean anything


class HeightCalibration:
    """Learns from sightings of people; `learn` gives a new view each time the estimate has improved."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._sightings: deque[tuple[float, float]] = deque(maxlen=600)
        self._since_fit = 0

    def learn(self, observations: tuple[Observation, ...]) -> View | None:
        """Take in one frame's people; the recalibrated view, or None while nothing changed."""
        width, height = self._view.size
        for person in observations:
            x1, y1, x2, y2 = person.box_px
            whole = x1 > 2 and y1 > 2 and x2 < width - 2 and y2 < height - 2
            if person.seen and whole and 1.8 < (y2 - y1) / (x2 - x1) < 4.5:
                self._sightings.append((y2, y2 - y1))
                self._since_fit += 1
        if len(self._sightings) < MIN_SIGHTINGS or self._since_fit < REFIT_EVERY:
            return None
        self._since_fit = 0
        homography = self._fit()
        if homography is None:
            return None
        better = self._view.recalibrated(homography)
        try:
            better.check_edges()
        except GeometryError:
            return None  # a horizon below the zone's edge cannot be right
        self._view = better
        return better

    def _fit(self) -> Points | None:
        rows, heights = np.array(self._sightings).T
        picture = self._view.size[1]
        if np.percentile(rows, 90) - np.percentile(rows, 10) < MIN_SPREAD * picture:
            # All at one distance: only the scale there is known; keep an assumed horizon.
            horizon, slope = 0.1 * picture, float(np.median(heights / (rows - 0.1 * picture)))
        else:
            slope, offset = _robust_line(rows, heights)
            horizon = -offset / slope if slope > 0 else np.nan
        if not np.isfinite(horizon) or slope <= 0.02 or horizon > rows.min() - 10:
            return None
        return level_homography(self._view.size, camera_height_m=ASSUMED_HEIGHT_M / slope, horizon_px=horizon)


def _robust_line(x: Points, y: Points) -> tuple[float, float]:
    """Slope and offset by least squares with Huber weights, ten rounds."""
    weight = np.ones_like(x)
    slope, offset = 0.0, 0.0
    for _ in range(10):
        slope, offset = np.polyfit(x, y, 1, w=np.sqrt(weight))
        error = np.abs(y - slope * x - offset)
        scale = max(1.5 * float(np.median(error)), 1e-6)
        weight = np.minimum(1.0, scale / np.maximum(error, 1e-9))
    return float(slope), float(offset)
