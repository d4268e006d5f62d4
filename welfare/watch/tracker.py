"""Follow people from frame to frame: Kalman prediction and two-stage assignment by score, in seconds, not frames.

Reads as ByteTrack does (Zhang et al. 2022, arXiv:2110.06864): predict; match strong boxes; match what is left with
weak boxes; start, coast and end tracks. The cost is the overlap of boxes enlarged by a buffer (C-BIoU, Yang et al.
2023, arXiv:2211.14317), because at five frames a second people move by half a box. No appearance is kept.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from welfare.watch.kalman import Array, KalmanBank


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """Defaults of the tracker; all are assumed and the same for every camera.

    Attributes:
        strong_score: a box from here on is matched first and may start a track.
        buffer: how much boxes are enlarged at each side before overlap, share of their size; grows while unseen.
        min_overlap: buffered overlap under which a box is somebody else.
        weak_overlap: plain overlap that a weak box needs.
        confirm_hits: a track is told about after so many boxes.
        tentative_s: an unconfirmed track ends after so long without a box.
        coast_s: a confirmed track goes on unseen for so long.
    """

    strong_score: float = 0.45
    buffer: float = 0.3
    min_overlap: float = 0.15
    weak_overlap: float = 0.3
    confirm_hits: int = 2
    tentative_s: float = 0.5
    coast_s: float = 2.5


@dataclass(frozen=True, slots=True)
class Track:
    """One followed person now.

    Attributes:
        id: never used again for another track of the same tracker.
        box: (4,) float64, x1 y1 x2 y2, pixels; the prediction while unseen.
        score: of the last box.
        seen: in this frame.
        first_s: when it began.
        last_seen_s: when it was last seen.
    """

    id: int
    box: Array = field(repr=False)
    score: float
    seen: bool
    first_s: float
    last_seen_s: float


class Tracker:
    """Tracks of one camera. The rows of the arrays belong together: row i of each is track i."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self.settings = settings or TrackerSettings()
        self._bank = KalmanBank.empty()
        self._id = np.empty(0, dtype=np.int64)
        self._hits = np.empty(0, dtype=np.int64)
        self._first = np.empty(0)
        self._last = np.empty(0)
        self._score = np.empty(0)
        self._next_id = 1
        self._t_s: float | None = None

    def update(self, t_s: float, boxes: ArrayLike, scores: ArrayLike) -> list[Track]:
        """Take in the boxes of one frame.

        Args:
            t_s: the frame's time, seconds; not before the last one.
            boxes: (n, 4) x1 y1 x2 y2, pixels.
            scores: (n,) 0 to 1.

        Returns:
            Confirmed tracks: seen ones and those that coast.

        Raises:
            ValueError: a box is not finite or has no size, or time went backwards.
        """
        found, score = _checked(boxes, scores)
        if self._t_s is not None and t_s < self._t_s:
            raise ValueError(f"frame time went back from {self._t_s:.3f} s to {t_s:.3f} s")
        self._bank.predict(0.0 if self._t_s is None else t_s - self._t_s)
        self._t_s = t_s
        strong = score >= self.settings.strong_score
        rows, cols = self._match(found, np.flatnonzero(strong), np.arange(len(self._id)), buffered=True)
        self._take(rows, found[cols], score[cols], t_s)
        left = np.setdiff1d(np.arange(len(self._id)), rows)
        recent = left[t_s - self._last[left] <= self.settings.tentative_s]
        rows2, cols2 = self._match(found, np.flatnonzero(~strong), recent, buffered=False)
        self._take(rows2, found[cols2], score[cols2], t_s)
        self._start(np.setdiff1d(np.flatnonzero(strong), cols), found, score, t_s)
        self._end(t_s)
        return self._tracks(t_s)

    def _match(
        self, found: Array, candidates: NDArray[np.intp], rows: NDArray[np.intp], *, buffered: bool
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Assign candidate boxes to tracks; returns matched rows and boxes."""
        nobody = np.empty(0, dtype=np.intp)
        if not len(candidates) or not len(rows) or self._t_s is None:
            return nobody, nobody
        predicted = self._bank.boxes()[rows]
        if buffered:
            unseen = np.clip(self._t_s - self._last[rows], 0, self.settings.coast_s)
            buffer = self.settings.buffer * (1 + 0.5 * unseen)
            overlap = _overlap(_enlarged(predicted, buffer), _enlarged(found[candidates], self.settings.buffer))
            least = self.settings.min_overlap
        else:
            overlap = _overlap(predicted, found[candidates])
            least = self.settings.weak_overlap
        # A person does not change height by half from one frame to the next.
        height = (predicted[:, 3] - predicted[:, 1])[:, None]
        ratio = height / (found[candidates, 3] - found[candidates, 1])[None]
        overlap = np.where((ratio > 0.5) & (ratio < 2.0), overlap, 0.0)
        confirmed = 0.05 * (self._hits[rows] >= self.settings.confirm_hits)[:, None]
        i, j = linear_sum_assignment(-(overlap + confirmed))
        good = overlap[i, j] >= least
        return rows[i[good]], candidates[j[good]]

    def _take(self, rows: NDArray[np.intp], boxes: Array, scores: Array, t_s: float) -> None:
        if len(rows):
            self._bank.update(rows, boxes, scores)
            self._hits[rows] += 1
            self._last[rows] = t_s
            self._score[rows] = scores

    def _start(self, new: NDArray[np.intp], found: Array, scores: Array, t_s: float) -> None:
        count = len(new)
        if not count:
            return
        self._bank.add(found[new])
        self._id = np.append(self._id, np.arange(self._next_id, self._next_id + count))
        self._hits = np.append(self._hits, np.ones(count, dtype=np.int64))
        self._first = np.append(self._first, np.full(count, t_s))
        self._last = np.append(self._last, np.full(count, t_s))
        self._score = np.append(self._score, scores[new])
        self._next_id += count

    def _end(self, t_s: float) -> None:
        confirmed = self._hits >= self.settings.confirm_hits
        limit = np.where(confirmed, self.settings.coast_s, self.settings.tentative_s)
        keep = t_s - self._last <= limit
        if keep.all():
            return
        self._bank.keep(keep)
        for name in ("_id", "_hits", "_first", "_last", "_score"):
            setattr(self, name, getattr(self, name)[keep])

    def _tracks(self, t_s: float) -> list[Track]:
        boxes = self._bank.boxes()
        return [
            Track(
                id=int(self._id[i]),
                box=boxes[i],
                score=float(self._score[i]),
                seen=bool(self._last[i] == t_s),
                first_s=float(self._first[i]),
                last_seen_s=float(self._last[i]),
            )
            for i in np.flatnonzero(self._hits >= self.settings.confirm_hits)
        ]


def _checked(boxes: ArrayLike, scores: ArrayLike) -> tuple[Array, Array]:
    found = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    score = np.asarray(scores, dtype=np.float64).ravel()
    if len(found) != len(score):
        raise ValueError(f"{len(found)} boxes came with {len(score)} scores")
    if not np.isfinite(found).all() or (found[:, 2:] <= found[:, :2]).any():
        raise ValueError("a box is not finite or has no size")
    return found, score


def _enlarged(boxes: Array, share: float | Array) -> Array:
    margin = (boxes[:, 2:] - boxes[:, :2]) * np.reshape(share, (-1, 1))
    return np.hstack([boxes[:, :2] - margin, boxes[:, 2:] + margin])


def _overlap(a: Array, b: Array) -> Array:
    """(n, m) intersection over union of (n, 4) and (m, 4) boxes."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(high - low, 0, None).prod(axis=2)
    area_a = (a[:, 2:] - a[:, :2]).prod(axis=1)
    area_b = (b[:, 2:] - b[:, :2]).prod(axis=1)
    return np.asarray(inter / (area_a[:, None] + area_b[None] - inter))
