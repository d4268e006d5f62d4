"""The latest picture for whoever looks at a camera's incident now, from the frame that is in hand: no second decode."""

import logging
import time

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.fleet.places import live_place
from welfare.watch.people_log import joints_of
from welfare.watch.pipeline import Step
from welfare.watch.redact import blur_heads
from zones.live_picture import LivePicture

logger = logging.getLogger(__name__)
EVERY_S = 0.5
LARGEST = 1280  # pixels across
QUALITY = 80


class Showing:
    """One camera's live picture. What is shown is redacted as stills are: masks black, heads of everyone blurred."""

    def __init__(self, camera_id: int) -> None:
        self._place, self._camera_id = live_place(camera_id), camera_id
        self._next_at, self._shown = 0.0, True  # what another run left is old: the first look takes it away

    def offer(self, at_s: float, image: NDArray[np.uint8], step: Step) -> None:
        """A frame has been analysed; it is shown when somebody looks and the last one is half a second old.

        Args:
            at_s: UTC seconds.
            image: (h, w, 3) uint8, BGR, with its masks already covered.
            step: what was found in it.
        """
        now = time.monotonic()
        if now < self._next_at:
            return
        self._next_at = now + EVERY_S
        try:
            if not self._place.asked():
                self.end()
                return
            self._place.put(_picture(at_s, image, step))
            self._shown = True
        except (OSError, cv2.error):
            logger.exception("camera %s: no live picture; watching goes on", self._camera_id)

    def end(self) -> None:
        """Nobody looks, or the run is over: leave no picture behind."""
        if self._shown:
            self._place.clear()
            self._shown = False


def _picture(at_s: float, image: NDArray[np.uint8], step: Step) -> LivePicture:
    shown = blur_heads(image, [person.box_px for person in step.observations])
    height, width = image.shape[:2]
    if width > LARGEST:
        shown = np.asarray(cv2.resize(shown, (LARGEST, round(height * LARGEST / width))), dtype=np.uint8)
    done, encoded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OSError("the picture could not be encoded")
    people = [
        {"box": [round(v) for v in person.box_px], "joints": joints_of(person.pose)} for person in step.observations
    ]
    return LivePicture(at_s, (width, height), encoded.tobytes(), people)
