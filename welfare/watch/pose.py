"""A person's 33 landmarks: MediaPipe PoseLandmarker on a square crop around the box.

A followed person has a landmarker of their own in VIDEO mode: it starts from the last pose instead of searching, takes
60 % of the time and finds 94 % of 60 px people instead of 62 %. Where its pose does not fit the box, or stands on its
head, it is made to search anew, and IMAGE mode looks meanwhile. Under about 100 px of person a pose says little, so
visibility is scaled down with the person's height. The network and its figures: `welfare/weights/README.md`.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.observation import Pose
from welfare.watch.networks import POSE

CROP_SCALE = 1.3  # of the box height, as measured on the card
CROP_PX = 256
MIN_CONFIDENCE = 0.3
MIN_PERSON_PX = 40.0  # assumed: smaller people are not worth the time
CLEAR_PERSON_PX = 100.0  # from here on a pose counts in full
FOLLOWERS = 3  # landmarkers in VIDEO mode in a process
IDLE_S = 2.0  # assumed: a follower that was not asked for so long may be given to somebody else
FITS = 0.7  # assumed: share of the landmarks that lie in the box, or the pose is of somebody else
FITS_MARGIN = 0.15  # assumed: of the box, around it
ON_ITS_HEAD = 0.1  # assumed: share of the box's height by which the head is under the ankles
HEAD, SHOULDERS, HIPS, ANKLES = list(range(11)), [11, 12], [23, 24], [27, 28]  # BlazePose landmark numbers
NOTHING_THERE = np.full((CROP_PX, CROP_PX, 3), 127, dtype=np.uint8)


class PoseLibraryError(RuntimeError):
    """MediaPipe cannot be loaded on this machine."""


def _landmarker(mode: str) -> Any:
    try:
        from mediapipe.tasks import python as tasks
        from mediapipe.tasks.python import vision
    except (ImportError, OSError) as error:
        raise PoseLibraryError(
            f"the pose network cannot be loaded ({error}); on Debian: sudo apt-get install libegl1 libgles2"
        ) from error
    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=POSE.read()),
            running_mode=vision.RunningMode[mode],
            num_poses=1,
            min_pose_detection_confidence=MIN_CONFIDENCE,
            min_pose_presence_confidence=MIN_CONFIDENCE,
            min_tracking_confidence=MIN_CONFIDENCE,
        )
    )


@dataclass(slots=True)
class _Follower:
    """One person's landmarker, and the milliseconds that it was last given: they must rise."""

    landmarker: Any
    ms: int

    def follow(self, ms: int, picture: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """The landmarks in the next picture, by where they were in the last one."""
        self.ms = max(ms, self.ms + 1)
        return _first(self.landmarker.detect_for_video(_image(picture), self.ms))

    def let_go(self) -> None:
        """Lose the body: after a picture without one it searches anew."""
        self.follow(self.ms, NOTHING_THERE)


@dataclass(slots=True)
class PoseEstimator:
    """Poses of people in frames; not thread-safe, one in a process."""

    _searcher: Any = None
    _followers: OrderedDict[Hashable, _Follower] = field(default_factory=OrderedDict)

    def estimate(self, t_s: float, who: Hashable | None, image: NDArray[np.uint8], box: Sequence[float]) -> Pose | None:
        """Find the landmarks of the person in a box.

        Args:
            t_s: the frame's time, seconds.
            who: the followed person, a track of a camera; None searches anew.
            image: (h, w, 3) uint8, BGR, the whole frame.
            box: x1 y1 x2 y2, pixels.

        Returns:
            The pose in frame pixels, or None where none was found that fits the box: unknown, never "fine".

        Raises:
            PoseLibraryError: MediaPipe cannot be loaded.
        """
        x1, y1, x2, y2 = box
        person_px = y2 - y1
        if person_px < MIN_PERSON_PX:
            return None
        side = CROP_SCALE * max(person_px, x2 - x1)
        left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
        marks = self._marks(int(1000 * t_s), who, _crop(image, left, top, side), (x2 - x1) / side, person_px / side)
        if marks is None:
            return None
        return Pose(
            landmarks_px=(marks[:, :2] * side + [left, top]).astype(np.float32),
            visibility=marks[:, 2] * np.float32(min(1.0, person_px / CLEAR_PERSON_PX)),
            person_px=float(person_px),
            trunk_m=marks[SHOULDERS, 3:].mean(axis=0) - marks[HIPS, 3:].mean(axis=0),
        )

    def preload(self) -> None:
        """Load the network before the first person is there.

        Raises:
            PoseLibraryError: MediaPipe cannot be loaded.
        """
        if self._searcher is None:
            self._searcher = _landmarker("IMAGE")

    def close(self) -> None:
        """Free the network; MediaPipe cannot do it by itself once the interpreter is going down."""
        while self._followers:
            self._followers.popitem()[1].landmarker.close()
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None

    def _marks(
        self, ms: int, who: Hashable | None, crop: NDArray[np.uint8], width: float, height: float
    ) -> NDArray[np.float32] | None:
        """(33, 6) x, y in shares of the crop, visibility, and x, y, z in metres from the hips."""
        self.preload()
        follower = None if who is None else self._follower(ms, who)
        if follower is not None:
            marks = follower.follow(ms, crop)
            if marks is not None and _fits(marks, width, height):
                return marks
            if marks is not None:
                follower.let_go()
        marks = _first(self._searcher.detect(_image(crop)))
        return marks if marks is not None and _fits(marks, width, height) else None

    def _follower(self, ms: int, who: Hashable) -> _Follower | None:
        """The person's own, else a new one, else one that is idle, else none.

        An idle one is passed on, not made anew: each holds 110 MB, and MediaPipe frees all but 8 of them when it is
        closed. It keeps nothing of the person before.
        """
        found = self._followers.get(who)
        if found is None:
            if len(self._followers) < FOLLOWERS:
                found = _Follower(_landmarker("VIDEO"), ms - 1)
            else:
                longest = next(iter(self._followers))
                if abs(ms - self._followers[longest].ms) < 1000 * IDLE_S:
                    return None
                found = self._followers.pop(longest)
                found.let_go()
            self._followers[who] = found
        self._followers.move_to_end(who)
        return found


def _image(picture: NDArray[np.uint8]) -> Any:
    import mediapipe

    return mediapipe.Image(mediapipe.ImageFormat.SRGB, picture)


def _first(found: Any) -> NDArray[np.float32] | None:
    if not found.pose_landmarks:
        return None
    both = zip(found.pose_landmarks[0], found.pose_world_landmarks[0], strict=True)
    return np.array([[m.x, m.y, m.visibility, w.x, w.y, w.z] for m, w in both], dtype=np.float32)


def _fits(marks: NDArray[np.float32], width: float, height: float) -> bool:
    """Whether the landmarks are of the person in the middle of the crop, whose box has that width and height in it.

    At night a pose may stand on its head, and is followed so. Nobody's head is far under their ankles but where they
    lie with it towards the camera: their pose is unknown then, and that they lie is read off the box.
    """
    reach = np.array([width, height]) * (0.5 + FITS_MARGIN)
    inside = (np.abs(marks[:, :2] - 0.5) <= reach).all(axis=1).mean() >= FITS
    sinks = marks[HEAD, 1].mean() - marks[ANKLES, 1].mean()
    return bool(inside and sinks <= ON_ITS_HEAD * height)


def _crop(image: NDArray[np.uint8], left: float, top: float, side: float) -> NDArray[np.uint8]:
    """A square of the frame as (256, 256, 3) RGB; grey beyond the border."""
    scale = CROP_PX / side
    move = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], dtype=np.float64)
    square = cv2.warpAffine(image, move, (CROP_PX, CROP_PX), flags=cv2.INTER_LINEAR, borderValue=(127, 127, 127))
    return np.ascontiguousarray(cv2.cvtColor(square, cv2.COLOR_BGR2RGB), dtype=np.uint8)
