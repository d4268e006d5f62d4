"""Whether a camera's picture can be trusted: frozen, blind, moved, looked at too seldom, or with a clock that jumps.

Looks at a coarse copy of each analysed frame. No person is kept: the reference of a scene is an outline picture of
160 x 90 points, the median of a minute, in which whoever walks by is gone.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from zones.fault import Fault

SIZE = (160, 90)
FROZEN_S = 20.0  # assumed: sensor noise changes every living picture long before
BLIND_S = 30.0  # assumed
BLIND_CONTRAST = 4.0  # assumed: grey levels of deviation under which nothing can be told apart
MOVED_S = 30.0  # assumed
MOVED_SHARE = 0.02  # assumed: of the picture's width; 25 px at 1280
MOVED_RESPONSE = 0.12  # assumed: a weaker peak says nothing, for instance at night
LOOK_EVERY_S = 2.0
REFERENCE_LOOKS = 30  # a minute
SELDOM_FPS = 2.5  # assumed: five sights of somebody on a railing within 2 s
SELDOM_S = 60.0  # assumed: a load that passes sooner is no fault of the camera
PACE_FRAMES = 25  # their median distance is the pace: one stall does not change it
CLOCK_JUMPS = 3  # in the window: one may be a hiccup
CLOCK_WINDOW_S = 300.0

Outline = NDArray[np.float32]


@dataclass(slots=True)
class PictureHealth:
    """Faults of one camera; call `look` with every analysed frame.

    Attributes:
        reference: outlines of the calibrated scene, (90, 160) uint8; learned in a minute where there is none.
        faults: what is wrong now, and since when in UTC seconds.
    """

    reference: NDArray[np.uint8] | None = None
    faults: dict[Fault, float] = field(default_factory=dict)
    _last: NDArray[np.uint8] | None = None
    _changed_s: float = 0.0
    _clear_s: float = 0.0
    _in_place_s: float = 0.0
    _looked_s: float = float("-inf")
    _often_s: float = 0.0
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=PACE_FRAMES + 1))
    _jumps: int = 0
    _jumped: deque[float] = field(default_factory=deque)
    _outlines: list[Outline] = field(default_factory=list)

    def look(self, at_s: float, image: NDArray[np.uint8], clock_jumps: int) -> None:
        """Take in one frame.

        Args:
            at_s: its UTC seconds.
            image: (h, w, 3) uint8, BGR.
            clock_jumps: how often the stream's time was mapped anew because it jumped, since the run began.
        """
        coarse = image[::4, ::4]
        if self._last is None:
            self._changed_s = self._clear_s = self._in_place_s = self._often_s = at_s
        if self._last is None or not np.array_equal(coarse, self._last):
            self._changed_s = at_s
        self._last = coarse.copy()
        self._set(Fault.FROZEN, at_s, since_s=self._changed_s, after_s=FROZEN_S)
        self._watch_pace(at_s)
        self._watch_clock(at_s, clock_jumps)
        if at_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = at_s
            self._look_closely(at_s, coarse)

    def since(self) -> dict[str, str]:
        """The faults as they are stored: name to ISO 8601 time."""
        return {fault.value: datetime.fromtimestamp(at_s, UTC).isoformat() for fault, at_s in self.faults.items()}

    def _set(self, fault: Fault, at_s: float, *, since_s: float, after_s: float) -> None:
        if at_s - since_s > after_s:
            self.faults.setdefault(fault, since_s)
        else:
            self.faults.pop(fault, None)

    def _watch_pace(self, at_s: float) -> None:
        self._times.append(at_s)
        if len(self._times) == 1 or float(np.median(np.diff(self._times))) <= 1 / SELDOM_FPS:
            self._often_s = at_s
        self._set(Fault.SELDOM, at_s, since_s=self._often_s, after_s=SELDOM_S)

    def _watch_clock(self, at_s: float, jumps: int) -> None:
        self._jumped.extend([at_s] * (jumps - self._jumps))
        self._jumps = jumps
        while self._jumped and self._jumped[0] < at_s - CLOCK_WINDOW_S:
            self._jumped.popleft()
        if len(self._jumped) >= CLOCK_JUMPS:
            self.faults.setdefault(Fault.CLOCK, self._jumped[0])
        elif not self._jumped:
            self.faults.pop(Fault.CLOCK, None)

    def _look_closely(self, at_s: float, coarse: NDArray[np.uint8]) -> None:
        small = cv2.resize(cv2.cvtColor(coarse, cv2.COLOR_BGR2GRAY), SIZE, interpolation=cv2.INTER_AREA)
        grey = np.asarray(small, dtype=np.uint8)
        if float(grey.std()) >= BLIND_CONTRAST:
            self._clear_s = at_s
        self._set(Fault.BLIND, at_s, since_s=self._clear_s, after_s=BLIND_S)
        if self.faults.keys() & {Fault.BLIND, Fault.FROZEN} or float(grey.std()) < BLIND_CONTRAST:
            return
        outline = outlines(grey)
        if self.reference is None:
            self._learn(outline)
            self._in_place_s = at_s
        elif not moved(self.reference.astype(np.float32), outline):
            self._in_place_s = at_s
        self._set(Fault.MOVED, at_s, since_s=self._in_place_s, after_s=MOVED_S)

    def _learn(self, outline: Outline) -> None:
        self._outlines.append(outline)
        if len(self._outlines) >= REFERENCE_LOOKS:
            self.reference = np.median(self._outlines, axis=0).astype(np.uint8)
            self._outlines.clear()


def outlines(grey: NDArray[np.uint8]) -> Outline:
    """(90, 160) float32: how strong the edges are, without the light: each point against its surroundings, 0 to 255."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down)
    return np.asarray(255.0 * strength / (strength + strength.mean() * 2 + 1.0), dtype=np.float32)


def moved(reference: Outline, outline: Outline) -> bool:
    """Whether the scene has shifted by more than MOVED_SHARE of its width, and that is clear to see."""
    window = cv2.createHanningWindow(SIZE, cv2.CV_32F)
    here = float(np.corrcoef(reference.ravel(), outline.ravel())[0, 1])
    (dx, dy), response = cv2.phaseCorrelate(reference - reference.mean(), outline - outline.mean(), window)
    if np.hypot(dx, dy) < MOVED_SHARE * SIZE[0] or response < MOVED_RESPONSE:
        return False
    back = np.array([[1, 0, -dx], [0, 1, -dy]])
    shifted = cv2.warpAffine(outline, back, SIZE, borderMode=cv2.BORDER_REPLICATE)
    return float(np.corrcoef(reference.ravel(), shifted.ravel())[0, 1]) > here + 0.1
