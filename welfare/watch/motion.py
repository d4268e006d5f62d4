"""Where to look in this frame: around everybody who is followed, where something moves, and everywhere once a second.

Stillness never hides a person: whoever is followed is looked at in every frame, moving or not, and every tile of the
zones once a second. People who stay near each other share one look.
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
MISSED_AGAIN_S = 0.4  # assumed: while somebody is looked for who was there
SLACK_S = 0.05  # five frames a second are never exactly 0.2 s apart
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
        self._size = np.array(view.size)
        self._scale = np.array(SIZE) / view.size
        self._bodies = _raster(view, self._scale)
        self._person_px = person_px(view)
        corners = np.array(self._tiles).reshape(-1, 4)
        self._largest = (corners[:, 2:] - corners[:, :2]).max(axis=0)
        height = person_px(view, 5)
        box = np.maximum(1, np.round(np.array([WIDTH_OF_HEIGHT * height, height]) * self._scale)).astype(int)
        self._box = (int(box[0]), int(box[1]))
        self._least = max(2.0, LEAST_SHARE * float(box.prod()))
        self._looked_s = [float("-inf")] * len(self._tiles)
        self._moved_s = [float("-inf")] * len(self._tiles)

    def due(self, t_s: float, image: NDArray[np.uint8], followed: ArrayLike, *, missing: bool) -> list[Region]:
        """The parts of the picture to look at now.

        Args:
            t_s: the frame's time, seconds.
            image: (h, w, 3) uint8, BGR.
            followed: (n, 4) boxes of all tracks, new and unseen ones too, pixels.
            missing: somebody's stay goes on who was not seen in the last frame.
        """
        moved = self._moved(t_s, image)
        people = self._with_room(np.asarray(followed, dtype=np.float64).reshape(-1, 4))
        window = self._window_around(people)
        if window is not None:
            moved[_coarse(*self._inner(window), self._scale)] = False
        again_s = (MISSED_AGAIN_S if missing else LOOK_AGAIN_S) - SLACK_S
        wanted = set() if window is not None else self._holders(people)
        due = []
        for i, tile in enumerate(self._tiles):
            if moved[_coarse(*tile, self._scale)].any():
                self._moved_s[i] = t_s
            if i in wanted or t_s - self._moved_s[i] < HOLD_S or t_s - self._looked_s[i] > again_s:
                self._looked_s[i] = t_s
                due.append(tile)
        if window is not None and not all(_holds(due, person) for person in people):
            due.append(window)
        return due

    def _moved(self, t_s: float, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        changed = (self.motion.changed(t_s, image) & self._bodies).astype(np.float32)
        counts = cv2.boxFilter(changed, -1, self._box, normalize=False, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(counts >= self._least)

    def _with_room(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Boxes with room for a step to each side, inside the picture."""
        room = AROUND * (boxes[:, 3:] - boxes[:, 1:2])
        grown = np.hstack([boxes[:, :2] - room, boxes[:, 2:] + room])
        return np.clip(grown, 0, [*self._size, *self._size])

    def _window_around(self, people: NDArray[np.float64]) -> Region | None:
        """One region of a tile's size that holds everybody who is followed, where there is one."""
        if not len(people):
            return None
        low, high = people[:, :2].min(axis=0), people[:, 2:].max(axis=0)
        if (high - low > self._largest).any():
            return None
        start = np.clip((low + high - self._largest) / 2, 0, self._size - self._largest).astype(int)
        x, y = start.tolist()
        return x, y, x + int(self._largest[0]), y + int(self._largest[1])

    def _inner(self, window: Region) -> tuple[float, float, float, float]:
        """The part of a window in which somebody would be seen whole."""
        room = AROUND * self._person_px
        x1, y1, x2, y2 = window
        width, height = self._size
        return (
            x1 + room * (x1 > 0),
            y1 + room * (y1 > 0),
            max(x2 - room * (x2 < width), x1 + room),
            max(y2 - room * (y2 < height), y1 + room),
        )

    def _holders(self, people: NDArray[np.float64]) -> set[int]:
        """Tiles that people need: for each one that holds the person whole, or else all that touch."""
        wanted: set[int] = set()
        for person in people:
            holders = [i for i, tile in enumerate(self._tiles) if _holds([tile], person)]
            if not holders:
                x1, y1, x2, y2 = person
                wanted |= {i for i, t in enumerate(self._tiles) if t[0] < x2 and t[1] < y2 and t[2] > x1 and t[3] > y1}
            elif not wanted & set(holders):
                wanted.add(holders[0])
        return wanted


def _holds(tiles: Sequence[Region], person: NDArray[np.float64]) -> bool:
    """Whether one of the tiles holds the person whole."""
    x1, y1, x2, y2 = person
    return any(t[0] <= x1 and t[1] <= y1 and t[2] >= x2 and t[3] >= y2 for t in tiles)


def _raster(view: View, scale: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(90, 160) where bodies of people in the zones can be."""
    mask = np.zeros(SIZE[::-1], dtype=np.uint8)
    area = body_area(view, person_px(view))
    for part in getattr(area, "geoms", [area]):
        points = np.round(np.asarray(part.exterior.coords) * scale).astype(np.int32)
        cv2.fillPoly(mask, [points], 1)
    return mask.astype(bool)


def _coarse(x1: float, y1: float, x2: float, y2: float, scale: NDArray[np.float64]) -> tuple[slice, slice]:
    """Rows and columns of the coarse picture that a region of the whole one covers."""
    sx, sy = scale
    return slice(int(y1 * sy), int(np.ceil(y2 * sy))), slice(int(x1 * sx), int(np.ceil(x2 * sx)))
