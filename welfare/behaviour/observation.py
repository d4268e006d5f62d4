"""What the watch tells the behaviour: people and things left, in one frame, as values."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]  # x1 y1 x2 y2, pixels


@dataclass(frozen=True, slots=True)
class Pose:
    """A body's 33 BlazePose landmarks on the picture.

    Attributes:
        landmarks_px: (33, 2) float32, image pixels of the whole frame.
        visibility: (33,) float32, 0 to 1; under 0.5 a landmark is unknown, never "fine".
        person_px: height of the person on the picture, pixels; under about 100 a pose says little.
        trunk_m: (3,) float32, from the hips' middle to the shoulders' as the network guesses it, metres: to the right,
            down, and away along the sight line through the person; None where it was not asked.
    """

    landmarks_px: NDArray[np.float32] = field(repr=False)
    visibility: NDArray[np.float32] = field(repr=False)
    person_px: float
    trunk_m: NDArray[np.float32] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Observation:
    """One tracked person at one moment.

    Attributes:
        t_s: the frame's presentation time, seconds; only differences count.
        track_id: the tracker's number; it may change for the same person.
        box_px: x1 y1 x2 y2, image pixels; NaN where there is no picture.
        feet_px: where the feet touch the ground on the picture.
        feet_m: the same on the deck, metres; NaN where the pixel lies above the horizon.
        score: the detector's score, 0 to 1.
        seen: found in this frame; False while the tracker coasts on its prediction.
        pose: None where no pose was tried or found: unknown, never safe.
    """

    t_s: float
    track_id: int
    box_px: Box
    feet_px: tuple[float, float]
    feet_m: tuple[float, float]
    score: float
    seen: bool = True
    pose: Pose | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that was not there before somebody came, and does not move.

    Attributes:
        id: its number on this camera.
        box_px: x1 y1 x2 y2, image pixels.
        at_m: where it stands on the deck, metres.
        since_s: since when it stands there, seconds on the frame clock.
        owners: tracks of the people who were at the place when it appeared.
        confidence: 0 to 1, how clearly it stands out.
    """

    id: int
    box_px: Box
    at_m: tuple[float, float]
    since_s: float
    owners: frozenset[int]
    confidence: float


def covered(box: Box, by: Box) -> float:
    """Share of one box that another covers, 0 to 1; 0 where there is no picture."""
    width = min(box[2], by[2]) - max(box[0], by[0])
    height = min(box[3], by[3]) - max(box[1], by[1])
    size = (box[2] - box[0]) * (box[3] - box[1])
    return width * height / size if width > 0 and height > 0 and size > 0 else 0.0
