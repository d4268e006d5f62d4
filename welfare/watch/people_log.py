"""Where people were on the pictures of the last minutes: what the blurring of a clip and its overlay need, no more.

One JSON line for each analysed frame, one file a minute, beside the ring; boxes and joints, no appearance.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from welfare.behaviour.observation import Pose

Box = tuple[float, float, float, float]
Joints = list[tuple[int, int] | None]
MINUTE_S = 60
PREFIX = "people-"
KEPT = (0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""BlazePose landmarks of `Joints`, in order: nose, then left and right shoulder, elbow, wrist, hip, knee, ankle."""
VISIBLE = 0.5  # BlazePose: under this a landmark is a guess, and is not drawn


@dataclass(frozen=True, slots=True)
class Sight:
    """The people of one analysed frame.

    Attributes:
        at_s: UTC seconds.
        boxes: x1 y1 x2 y2, pixels.
        joints: a body's for each box, pixels; None where no pose was tried or a joint was not seen.
    """

    at_s: float
    boxes: list[Box]
    joints: list[Joints | None]


def joints_of(pose: Pose | None) -> Joints | None:
    """What is kept of a pose."""
    if pose is None:
        return None
    places = [(round(float(x)), round(float(y))) for x, y in pose.landmarks_px[list(KEPT)]]
    return [place if pose.visibility[k] >= VISIBLE else None for k, place in zip(KEPT, places, strict=True)]


class PeopleLog:
    """Appends for one camera; each line is flushed, so a killed process loses at most the last one.

    Args:
        folder: the camera's ring.
        max_age_s: older files are deleted.
    """

    def __init__(self, folder: Path, *, max_age_s: float = math.inf) -> None:
        self._folder, self._max_age_s = folder, max_age_s
        self._minute = -1

    def note(self, at_s: float, boxes: Sequence[Box], joints: Sequence[Joints | None] = ()) -> None:
        """Keep one frame's people; a disk that is full loses the line, not the watch.

        Args:
            at_s: UTC seconds.
            boxes: x1 y1 x2 y2, pixels.
            joints: of each box, or nothing where none is known of any.
        """
        seen: dict[str, Any] = {"t": round(at_s, 3), "boxes": [[round(v, 1) for v in box] for box in boxes]}
        if any(joints):
            seen["joints"] = list(joints)
        line = json.dumps(seen)
        minute = int(at_s // MINUTE_S)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{PREFIX}{minute}.jsonl").open("a") as file:
            file.write(line + "\n")
        if minute != self._minute:
            self._minute = minute
            self._prune(minute)

    def _prune(self, minute: int) -> None:
        for file in self._folder.glob(f"{PREFIX}*.jsonl"):
            if int(file.stem.removeprefix(PREFIX)) < minute - self._max_age_s / MINUTE_S:
                file.unlink(missing_ok=True)


def people_between(folder: Path, start_s: float, end_s: float) -> list[tuple[float, list[Box]]]:
    """(UTC seconds, boxes) of each analysed frame between two times, oldest first."""
    return [(sight.at_s, sight.boxes) for sight in sights_between(folder, start_s, end_s)]


def sights_between(folder: Path, start_s: float, end_s: float) -> list[Sight]:
    """The people of each analysed frame between two times, oldest first."""
    return sorted(_sights(folder, start_s, end_s), key=lambda sight: sight.at_s)


def _sights(folder: Path, start_s: float, end_s: float) -> Iterator[Sight]:
    for minute in range(int(start_s // MINUTE_S), int(end_s // MINUTE_S) + 1):
        file = folder / f"{PREFIX}{minute}.jsonl"
        if not file.exists():
            continue
        for text in file.read_text().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # cut off when the process was killed
            if start_s <= line["t"] <= end_s:
                boxes = [(b[0], b[1], b[2], b[3]) for b in line["boxes"]]
                joints = [_joints(each) for each in line.get("joints", [None] * len(boxes))]
                yield Sight(line["t"], boxes, joints)


def _joints(kept: Sequence[Sequence[int] | None] | None) -> Joints | None:
    return None if kept is None else [None if place is None else (place[0], place[1]) for place in kept]
