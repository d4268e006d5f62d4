"""Follow people from frame to frame: Kalman prediction and two-stage assignment by score, in seconds, not frames.

Reads as ByteTrack does (Zhang et al. 2022, arXiv:2110.06864): predict; match strong boxes; match what is left with
weak boxes; start, coast and end tracks. The cost is the overlap of boxes enlarged by a buffer, a second time with a
wider one (C-BIoU, Yang et al. 2023, arXiv:2211.14317), because at five frames a second people move by half a box. A
camera that sways in the wind moves everybody at once: that shift is taken out before the match. Where frames are far
apart, on a machine that is overloaded, boxes do not overlap any more, and the nearest one within a walk is taken. Where
the camera is calibrated, people move on in metres, and one who was hidden is taken up again within a walk in metres. No
appearance is kept.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from welfare.watch.kalman import Array, KalmanBank, to_centre
from welfare.watch.motion_in_metres import GroundMotion

Index = NDArray[np.intp]
NOBODY: Index = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """Defaults of the tracker, the same for every camera; chosen on the sequences of `bench tracker` at two rates.

    Attributes:
        strong_score: a box from here on is matched first and may start a track.
        buffer: how much boxes are enlarged at each side before overlap, share of their size.
        buffer_again: likewise for those that found nobody.
        buffer_growth: how much the buffer grows with each second unseen, share of itself.
        min_overlap: buffered overlap under which a box is somebody else.
        weak_overlap: plain overlap that a weak box needs.
        apart_s: frames that are further apart are matched by distance too.
        walk, stride: how far a person goes in a second, and at once, in their own heights.
        known_bonus: how much sooner a box goes to a confirmed track than to a new one.
        unseen_malus: how much later to a track for each second unseen.
        doubled: a box that overlaps a seen person by so much starts no track.
        sway: everybody's common shift is taken out from this share of a person's height on.
        confirm_hits, confirm_s: a track is told about after so many boxes and so long.
        tentative_s: an unconfirmed track ends after so long without a box; weak boxes continue only such fresh tracks.
        coast_s: a confirmed track goes on unseen for so long.
        lost_s: where the ground is known, it is remembered for so long after its last box, and taken up again by a box
            that its person can have walked to; told about only for coast_s.
        walk_m_s, stride_m: how far that is, in a second and at once.
    """

    strong_score: float = 0.45
    buffer: float = 0.3
    buffer_again: float = 0.5
    buffer_growth: float = 0.3
    min_overlap: float = 0.2
    weak_overlap: float = 0.5
    apart_s: float = 0.35
    walk: float = 0.8
    stride: float = 0.3
    known_bonus: float = 0.2
    unseen_malus: float = 0.1
    doubled: float = 0.5
    sway: float = 0.01
    confirm_hits: int = 2
    confirm_s: float = 0.1
    tentative_s: float = 0.25
    coast_s: float = 1.5
    lost_s: float = 6.0  # as long as a stay is taken up by place: `relink_s` of the profile
    walk_m_s: float = 1.4
    stride_m: float = 1.0


@dataclass(frozen=True, slots=True)
class Track:
    """One followed person now.

    Attributes:
        id: never used again for another track of the same tracker.
        box: (4,) float64, x1 y1 x2 y2, pixels, smoothed; the prediction while unseen.
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

    def __init__(self, settings: TrackerSettings | None = None, ground: GroundMotion | None = None) -> None:
        self.settings, self._ground = settings or TrackerSettings(), ground
        self._bank = KalmanBank.empty()
        self._id = np.empty(0, dtype=np.int64)
        self._hits = np.empty(0, dtype=np.int64)
        self._first, self._last, self._score = np.empty(0), np.empty(0), np.empty(0)
        self._box = np.empty((0, 4))
        self._next_id = 1
        self._t_s: float | None = None
        self._dt_s = 0.0
        self._gone: Array | None = None

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
        self._dt_s = 0.0 if self._t_s is None else t_s - self._t_s
        self._bank.predict(self._dt_s, self._ground)
        self._t_s = t_s
        self._gone = self._apart(found)
        strong = score >= self.settings.strong_score
        free_rows, free_boxes = np.ones(len(self._id), dtype=bool), strong.copy()
        for rows, cols in self._stages(found, strong, free_rows, free_boxes):
            if len(rows):
                self._bank.update(rows, found[cols], score[cols])
                self._hits[rows] += 1
                self._last[rows], self._score[rows], self._box[rows] = t_s, score[cols], found[cols]
                free_rows[rows], free_boxes[cols] = False, False
        self._start(np.flatnonzero(free_boxes), found, score)
        self._end()
        return self._tracks()

    @property
    def places(self) -> Array:
        """(n, 4) boxes of every track, unconfirmed and coasting ones too: where they were or should be now, pixels."""
        return self._bank.boxes()[self._now - self._last <= self.settings.coast_s]

    # --- association ------------------------------------------------------------------------------------------
    def _stages(  # type: ignore[no-untyped-def]
        self, found: Array, strong: NDArray[np.bool_], free_rows: NDArray[np.bool_], free_boxes: NDArray[np.bool_]
    ):
        """Matched rows and boxes of each stage; between stages the caller marks what is no longer free."""
        s = self.settings
        yield self._match_steadied(found, np.flatnonzero(free_boxes))
        if free_boxes.any():
            yield self._match(found, np.flatnonzero(free_boxes), np.flatnonzero(free_rows), s.buffer_again)
        if self._dt_s > s.apart_s and free_boxes.any():
            yield self._match_within_a_walk(found, np.flatnonzero(free_boxes), np.flatnonzero(free_rows))
        if self._gone is not None and free_boxes.any():
            known = free_rows & (self._hits >= s.confirm_hits)
            alone = self._alone(np.flatnonzero(free_boxes), found)
            yield self._match_on_the_ground(self._gone, alone, np.flatnonzero(known))
        if not strong.all():
            fresh = free_rows & (self._now - self._last <= s.tentative_s)
            yield self._match(found, np.flatnonzero(~strong), np.flatnonzero(fresh), None)

    def _match_steadied(self, found: Array, candidates: Index) -> tuple[Index, Index]:
        """Match the strong boxes; where everybody has moved alike, take that out and match again."""
        everyone = np.arange(len(self._id))
        rows, cols = self._match(found, candidates, everyone, self.settings.buffer)
        known = self._hits[rows] >= self.settings.confirm_hits
        if np.count_nonzero(known) < 4:
            return rows, cols
        seen = rows[known]
        error = to_centre(found[cols[known]])[:, :2] - self._bank.mean[seen, :2]
        shift = _middle(error)
        height = _middle(self._bank.mean[seen, 3:])[0]
        size = np.abs(shift).max() / height
        spread = _middle(np.abs(error - shift).max(axis=1, keepdims=True) / height)[0]
        if size <= self.settings.sway or spread >= 0.5 * size + 0.02:
            return rows, cols
        self._bank.mean[:, :2] += shift
        return self._match(found, candidates, everyone, self.settings.buffer)

    def _match(self, found: Array, candidates: Index, rows: Index, buffer: float | None) -> tuple[Index, Index]:
        """Assign candidate boxes to tracks; returns matched rows and boxes. Without a buffer, plain overlap counts."""
        if not len(candidates) or not len(rows):
            return NOBODY, NOBODY
        s = self.settings
        predicted, boxes = self._bank.boxes()[rows], found[candidates]
        ratio = (predicted[:, 3] - predicted[:, 1])[:, None] / (boxes[:, 3] - boxes[:, 1])
        unseen = np.minimum(self._now - self._last[rows], s.coast_s)
        if buffer is None:
            overlap, least = iou(predicted, boxes), s.weak_overlap
        else:
            grown = buffer * (1 + s.buffer_growth * unseen)
            overlap, least = iou(_enlarged(predicted, grown[:, None]), _enlarged(boxes, buffer)), s.min_overlap
        # A person does not change height by half from one frame to the next.
        possible = (overlap >= least) & (ratio > 0.5) & (ratio < 2.0)
        if self._gone is not None:
            possible &= ~(self._gone[np.ix_(rows, candidates)] > self._reach(rows))
        likelier = s.known_bonus * (self._hits[rows] >= s.confirm_hits) - s.unseen_malus * unseen
        i, j = linear_sum_assignment(np.where(possible, overlap + likelier[:, None], -1.0), maximize=True)
        good = possible[i, j]
        return rows[i[good]], candidates[j[good]]

    def _match_within_a_walk(self, found: Array, candidates: Index, rows: Index) -> tuple[Index, Index]:
        """Assign boxes to those who were last seen no further away than they can have walked since, nearest first."""
        s = self.settings
        was, now = to_centre(self._box[rows]), to_centre(found[candidates])
        tall = np.maximum(was[:, None, 3], now[:, 3])
        gone = np.linalg.norm(was[:, None, :2] - now[:, :2], axis=2) / tall
        reach = s.stride + s.walk * (self._now - self._last[rows])
        possible = (gone <= reach[:, None]) & (np.minimum(was[:, None, 3], now[:, 3]) > 0.5 * tall)
        i, j = linear_sum_assignment(np.where(possible, gone, 1e6))
        good = possible[i, j]
        return rows[i[good]], candidates[j[good]]

    def _match_on_the_ground(self, gone: Array, candidates: Index, rows: Index) -> tuple[Index, Index]:
        """Assign boxes to those who can have walked there since they were last seen, nearest first."""
        if not len(candidates) or not len(rows):
            return NOBODY, NOBODY
        metres = gone[np.ix_(rows, candidates)]
        possible = metres <= self._reach(rows)  # never for a place that is no ground: NaN
        i, j = linear_sum_assignment(np.where(possible, metres, 1e6))
        good = possible[i, j]
        return rows[i[good]], candidates[j[good]]

    def _apart(self, found: Array) -> Array | None:
        """(n, m) metres from each track to each box: from where it was last seen or where it should be, if nearer."""
        if self._ground is None:
            return None
        was, ahead = (self._ground.apart_m(places, found) for places in (self._box, self._bank.boxes()))
        return np.asarray(np.fmin(was, ahead))

    def _reach(self, rows: Index) -> Array:
        """(n, 1) metres that people can have walked since they were last seen."""
        s = self.settings
        return np.asarray(s.stride_m + s.walk_m_s * (self._now - self._last[rows]))[:, None]

    # --- life of a track --------------------------------------------------------------------------------------
    def _start(self, new: Index, found: Array, scores: Array) -> None:
        new = self._alone(new, found)
        count = len(new)
        if not count:
            return
        self._bank.add(found[new])
        self._id = np.concatenate([self._id, np.arange(self._next_id, self._next_id + count)])
        self._hits = np.concatenate([self._hits, np.ones(count, dtype=np.int64)])
        now = np.full(count, self._now)
        self._first, self._last = np.concatenate([self._first, now]), np.concatenate([self._last, now])
        self._score, self._box = np.concatenate([self._score, scores[new]]), np.concatenate([self._box, found[new]])
        self._next_id += count

    def _alone(self, candidates: Index, found: Array) -> Index:
        """Those of the boxes that are no second box of somebody who is seen."""
        seen = self._last == self._now
        if not len(candidates) or not seen.any():
            return candidates
        doubled = iou(found[candidates], self._box[seen]).max(axis=1) >= self.settings.doubled
        return np.asarray(candidates[~doubled])

    def _end(self) -> None:
        confirmed = self._hits >= self.settings.confirm_hits
        coast_s = self.settings.coast_s if self._ground is None else self.settings.lost_s
        limit = np.where(confirmed, coast_s, self.settings.tentative_s)
        keep = self._now - self._last <= limit
        if keep.all():
            return
        self._bank.keep(keep)
        for name in ("_id", "_hits", "_first", "_last", "_score", "_box"):
            setattr(self, name, getattr(self, name)[keep])

    def _tracks(self) -> list[Track]:
        s = self.settings
        known = (self._hits >= s.confirm_hits) & (self._now - self._first >= s.confirm_s)
        told = np.flatnonzero(known & (self._now - self._last <= s.coast_s))
        boxes = self._bank.boxes()[told]
        rows = zip(*(a[told].tolist() for a in (self._id, self._score, self._first, self._last)), strict=True)
        return [
            Track(number, box, score, last == self._now, first, last)
            for box, (number, score, first, last) in zip(boxes, rows, strict=True)
        ]

    @property
    def _now(self) -> float:
        return self._t_s if self._t_s is not None else 0.0


def _checked(boxes: ArrayLike, scores: ArrayLike) -> tuple[Array, Array]:
    found = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    score = np.asarray(scores, dtype=np.float64).ravel()
    if len(found) != len(score):
        raise ValueError(f"{len(found)} boxes came with {len(score)} scores")
    if not np.isfinite(found).all() or (found[:, 2:] <= found[:, :2]).any():
        raise ValueError("a box is not finite or has no size")
    return found, score


def _middle(values: Array) -> Array:
    """(k,) the median of each column of (n, k); several times faster than numpy's on a dozen rows."""
    ordered, n = np.sort(values, axis=0), len(values)
    return np.asarray((ordered[(n - 1) // 2] + ordered[n // 2]) / 2)


def _enlarged(boxes: Array, share: float | Array) -> Array:
    margin = (boxes[:, 2:] - boxes[:, :2]) * share
    enlarged = np.empty_like(boxes)
    enlarged[:, :2], enlarged[:, 2:] = boxes[:, :2] - margin, boxes[:, 2:] + margin
    return enlarged


def iou(a: Array, b: Array) -> Array:
    """(n, m) intersection over union of (n, 4) and (m, 4) boxes."""
    ax1, ay1, ax2, ay2 = a.T[:, :, None]
    bx1, by1, bx2, by2 = b.T
    width = np.minimum(ax2, bx2) - np.maximum(ax1, bx1)
    height = np.minimum(ay2, by2) - np.maximum(ay1, by1)
    inter = np.maximum(width, 0) * np.maximum(height, 0)
    area_a, area_b = (ax2 - ax1) * (ay2 - ay1), (bx2 - bx1) * (by2 - by1)
    return np.asarray(inter / (area_a + area_b - inter))
