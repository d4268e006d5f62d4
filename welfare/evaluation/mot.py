"""MOTChallenge files: detections in, tracks out (motchallenge.net: frame, id, left, top, width, height, score, ...)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from welfare.watch.tracker import Track, Tracker

Frames = list[tuple[NDArray[np.float64], NDArray[np.float64]]]


class MotFileError(ValueError):
    """The file is not in MOTChallenge's form; the message says where."""


def read_detections(path: Path) -> Frames:
    """Detections by frame.

    Returns:
        One entry for each frame from 1 to the last that is named: (n, 4) x1 y1 x2 y2 in pixels, (n,) scores. Boxes
        without a size are left out.

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
        if not np.isfinite(values).all() or frame < 1:
            raise MotFileError(f"{path}, line {number}: frames count from 1 and every number is finite")
        if width > 0 and height > 0:
            by_frame.setdefault(int(frame), []).append([left, top, left + width, top + height, score])
    last = max(by_frame, default=0)
    rows = [np.array(by_frame.get(n, [])).reshape(-1, 5) for n in range(1, last + 1)]
    return [(found[:, :4], found[:, 4]) for found in rows]


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
