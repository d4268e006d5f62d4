"""Where to look in this frame: tiles in which something moves, somebody is followed, or nobody has looked for a second.

Stillness never hides a person: a tile with a live track is looked at in every frame, and every tile once a second
whether anything moves there or not.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from welfare.watch.detector import Region
from welfare.watch.tiles import body_area, person_px
from zones.geometry import View

SIZE = (160, 90)
LOOK_AGAIN_S = 1.0  # the safety rule of the watch
HOLD_S = 0.6  # assumed: after a movement, so that a new person gets the frames that confirm a track
MEMORY_S = 4.0  # assumed: how fast the background follows
LEAST_LEVELS = 6.0  # assumed: grey levels; less is compression
DEVIATIONS = 4.0  # assumed: of the noise that a point has shown
LEAST_SHARE = 0.12  # assumed: of a small person's area that has to change
AROUND = 0.35  # of a person's height, around a followed person
WIDTH_OF_HEIGHT = 0.35  # assumed: how wide a standing person is


class Motion:
    """Points of a coarse picture that differ from their running mean by more than their running noise."""

    def __init__(self) -> None:
        self._mean: NDArray[np.float32] | None = None
        self._variance = np.zeros(SIZE[::-1], dtype=np.float32)
        self._t_s = 0.0

    def changed(self, t_s: float, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Take in a frame.

        Args:
            t_s: its time, seconds.
            image: (h, w, 3) uint8, BGR.

        Returns:
            (90, 160) which points have changed; all of them in the first frame.
        """
        level = cv2.resize(np.ascontiguousarray(image[::2, ::2, 1]), SIZE, interpolation=cv2.INTER_AREA)
        grey = np.asarray(level, dtype=np.float32)
        if self._mean is None:
            self._mean, self._t_s = grey, t_s
            return np.ones(SIZE[::-1], dtype=bool)
        away = grey - self._mean
        away -= np.float32(np.median(away[::2, ::2]))  # exposure changes everywhere at once
        square = away * away
        changed = square > np.maximum(LEAST_LEVELS**2, DEVIATIONS**2 * self._variance)
        share = np.float32(1 - np.exp(-(t_s - self._t_s) / MEMORY_S))
        self._mean += share * (grey - self._mean)
        self._variance += share * (np.minimum(square, 4 * LEAST_LEVELS**2) - self._variance)
        self._t_s = t_s
        return np.asarray(changed)


class Gate:
    """Which tiles are due.

    Args:
        view: says where bodies can be and how small they are.
        tiles: of the whole zone.
        motion: shared with the gate before, when metres were learned anew.
    """

    def __init__(self, view: View, tiles: Sequence[Region], motion: Motion | None = None) -> None:
        self.motion = motion or Motion()
        self._tiles = list(tiles)
        self._size = view.size
        scale = np.array(SIZE) / view.size
        self._bodies = _raster(view, scale)
        self._windows = [_window(tile, scale) for tile in tiles]
        height = person_px(view, 5)
        box = np.maximum(1, np.round(np.array([WIDTH_OF_HEIGHT * height, height]) * scale)).astype(int)
        self._box = (int(box[0]), int(box[1]))
        self._least = max(2.0, LEAST_SHARE * float(box.prod()))
        self._looked_s = [float("-inf")] * len(self._tiles)
        self._moved_s = [float("-inf")] * len(self._tiles)

    def due(self, t_s: float, image: NDArray[np.uint8], followed: ArrayLike, *, everywhere: bool) -> list[Region]:
        """The tiles to look at now.

        Args:
            t_s: the frame's time, seconds.
            image: (h, w, 3) uint8, BGR.
            followed: (n, 4) boxes of all tracks, new and unseen ones too, pixels.
            everywhere: somebody is missed, so look at all of them.
        """
        moved = self._moved(t_s, image)
        for i, (rows, cols) in enumerate(self._windows):
            if moved[rows, cols].any():
                self._moved_s[i] = t_s
        wanted = self._around(np.asarray(followed, dtype=np.float64).reshape(-1, 4))
        due = []
        for i, tile in enumerate(self._tiles):
            fresh = t_s - self._moved_s[i] < HOLD_S
            if everywhere or fresh or i in wanted or t_s - self._looked_s[i] > LOOK_AGAIN_S - 0.05:
                self._looked_s[i] = t_s
                due.append(tile)
        return due

    def _moved(self, t_s: float, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        changed = (self.motion.changed(t_s, image) & self._bodies).astype(np.float32)
        counts = cv2.boxFilter(changed, -1, self._box, normalize=False, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(counts >= self._least)

    def _around(self, boxes: NDArray[np.float64]) -> set[int]:
        """Tiles that followed people need: one that holds a person whole, or else all that touch them."""
        wanted: set[int] = set()
        tiles = np.array(self._tiles, dtype=np.float64).reshape(-1, 4)
        for box in boxes:
            margin = AROUND * (box[3] - box[1])
            low = np.maximum(box[:2] - margin, 0)
            high = np.minimum(box[2:] + margin, self._size)
            whole = (tiles[:, :2] <= low).all(axis=1) & (tiles[:, 2:] >= high).all(axis=1)
            touched = (tiles[:, :2] < high).all(axis=1) & (tiles[:, 2:] > low).all(axis=1)
            holders = set(np.flatnonzero(whole).tolist())
            if holders and not holders & wanted:
                wanted.add(min(holders))
            elif not holders:
                wanted.update(np.flatnonzero(touched).tolist())
        return wanted


def _raster(view: View, scale: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(90, 160) where bodies of people in the zones can be."""
    mask = np.zeros(SIZE[::-1], dtype=np.uint8)
    area = body_area(view, person_px(view))
    for part in getattr(area, "geoms", [area]):
        points = np.round(np.asarray(part.exterior.coords) * scale).astype(np.int32)
        cv2.fillPoly(mask, [points], 1)
    return mask.astype(bool)


def _window(tile: Region, scale: NDArray[np.float64]) -> tuple[slice, slice]:
    x1, y1 = np.floor(np.array(tile[:2]) * scale).astype(int)
    x2, y2 = np.ceil(np.array(tile[2:]) * scale).astype(int)
    return slice(int(y1), int(y2)), slice(int(x1), int(x2))
