"""A person's 33 landmarks: MediaPipe PoseLandmarker on a square crop around the box.

The network and its figures: `welfare/weights/README.md`. Under about 100 px of person a pose says little
(PCK@0.2 0.21 at 60 px, 0.69 at 120 px), so visibility is scaled down with the person's height.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.observation import Pose
from welfare.watch.detector import check_weights

logger = logging.getLogger(__name__)

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "pose_landmarker_full.task"
WEIGHTS_SHA256 = "b818edce06d2eaa41c4ec192ced3ba82784a6f6da88cceae827a1834e07e7398"
CROP_SCALE = 1.3  # of the box height, as measured on the card
CROP_PX = 256
MIN_CONFIDENCE = 0.3
MIN_PERSON_PX = 40.0  # assumed: smaller people are not worth the 40 ms
CLEAR_PERSON_PX = 100.0  # from here on a pose counts in full


class PoseLibraryError(RuntimeError):
    """MediaPipe cannot be loaded on this machine."""


def _landmarker() -> Any:
    try:
        from mediapipe.tasks import python as tasks
        from mediapipe.tasks.python import vision
    except (ImportError, OSError) as error:
        raise PoseLibraryError(
            f"the pose network cannot be loaded ({error}); on Debian: sudo apt-get install libegl1 libgles2"
        ) from error
    return vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=check_weights(WEIGHTS, WEIGHTS_SHA256)),
            running_mode=vision.RunningMode.IMAGE,
            num_poses=1,
            min_pose_detection_confidence=MIN_CONFIDENCE,
            min_pose_presence_confidence=MIN_CONFIDENCE,
        )
    )


@dataclass(slots=True)
class PoseEstimator:
    """Poses of people in a frame; not thread-safe, one in a process."""

    _landmarker: Any = None

    def estimate(self, image: NDArray[np.uint8], box: Sequence[float]) -> Pose | None:
        """Find the landmarks of the person in a box.

        Args:
            image: (h, w, 3) uint8, BGR, the whole frame.
            box: x1 y1 x2 y2, pixels.

        Returns:
            The pose in frame pixels, or None where none was found: unknown, never "fine".

        Raises:
            PoseLibraryError: MediaPipe cannot be loaded.
        """
        x1, y1, x2, y2 = box
        person_px = y2 - y1
        if person_px < MIN_PERSON_PX:
            return None
        if self._landmarker is None:
            self._landmarker = _landmarker()
        import mediapipe

        side = CROP_SCALE * max(person_px, x2 - x1)
        left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
        crop = _crop(image, left, top, side)
        found = self._landmarker.detect(mediapipe.Image(mediapipe.ImageFormat.SRGB, crop))
        if not found.pose_landmarks:
            return None
        marks = found.pose_landmarks[0]
        points = np.array([[m.x, m.y] for m in marks], dtype=np.float32) * side + [left, top]
        seen = np.array([m.visibility for m in marks], dtype=np.float32)
        return Pose(
            landmarks_px=points.astype(np.float32),
            visibility=seen * np.float32(min(1.0, person_px / CLEAR_PERSON_PX)),
            person_px=float(person_px),
        )

    def close(self) -> None:
        """Free the network; MediaPipe cannot do it by itself once the interpreter is going down."""
        if self._landmarker is not None:
            self._landmarker.close()
            self._landmarker = None


def _crop(image: NDArray[np.uint8], left: float, top: float, side: float) -> NDArray[np.uint8]:
    """A square of the frame as (256, 256, 3) RGB; grey beyond the border."""
    scale = CROP_PX / side
    move = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], dtype=np.float64)
    square = cv2.warpAffine(image, move, (CROP_PX, CROP_PX), flags=cv2.INTER_LINEAR, borderValue=(127, 127, 127))
    return np.ascontiguousarray(cv2.cvtColor(square, cv2.COLOR_BGR2RGB), dtype=np.uint8)
