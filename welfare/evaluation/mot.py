"""MOTChallenge files: detections in, tracks out (motchallenge.net: frame, id, left, top, width, height, score, ...)."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from welfare.watch.tracker import Track, Tracker

LAST_FRAME = 10_000_000  # four days at 25 frames a second: a larger number is a mistake, not a sequence

Frames = list[tuple[NDArray[np.float64], NDArray[np.float64]]]


class MotFileError(ValueError):
    """The file is not in MOTChallenge's form; the message says where."""


def read_detections(path: Path) -> Frames:
    """Detections by frame.

    Returns:
        One entry for each frame from 1 to the last that is named: (n, 4) x1 y1 x2 y2 in pixels, (n,) scores. Boxes
        without a size are left out. Scores that are no probabilities (margins, as DPM gives) are squashed into 0 to 1.

    Raises:
        MotFileError: no such file, or a line that is not at least seven numbers.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MotFileError(f"{path} cannot be read: {error}") from error
    by_frame: dict[int, list[list[float]]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            frame, _, left, top, width, height, score = (float(word) for word in line.split(",")[:7])
        except ValueError as error:
            raise MotFileError(f"{path}, line {number}: expected seven numbers separated by commas") from error
        values = np.array([frame, left, top, width, height, score])
        if not np.isfinite(values).all() or not 1 <= frame <= LAST_FRAME:
            raise MotFileError(f"{path}, line {number}: frames count from 1 to {LAST_FRAME}, all numbers are finite")
        if width > 0 and height > 0:
            by_frame.setdefault(int(frame), []).append([left, top, left + width, top + height, score])
    last = max(by_frame, default=0)
    rows = [np.array(by_frame.get(n, [])).reshape(-1, 5) for n in range(1, last + 1)]
    squash = _as_probabilities(np.concatenate([found[:, 4] for found in rows]) if rows else np.empty(0))
    return [(found[:, :4], squash(found[:, 4])) for found in rows]


def _as_probabilities(scores: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """What makes probabilities of the scores of a file."""
    if not len(scores) or (scores.min() >= 0 and scores.max() <= 1):
        return lambda found: found
    if scores.min() == scores.max():
        return np.ones_like  # one value for all, often -1, says nothing of any
    return lambda found: 1 / (1 + np.exp(-found))  # a margin, as Platt 1999 reads it


def follow(frames: Frames, fps: float) -> list[tuple[int, Sequence[Track]]]:
    """The tracker over all frames: frame number from 1, and the people it follows there."""
    tracker = Tracker()
    return [(n, tracker.update(n / fps, boxes, scores)) for n, (boxes, scores) in enumerate(frames, 1)]


def result_lines(followed: Iterable[tuple[int, Sequence[Track]]]) -> Iterable[str]:
    """One line for each person seen in a frame."""
    for frame, tracks in followed:
        for track in tracks:
            if track.seen:
                x1, y1, x2, y2 = track.box
                yield f"{frame},{track.id},{x1:.2f},{y1:.2f},{x2 - x1:.2f},{y2 - y1:.2f},{track.score:.3f},-1,-1,-1"
