"""What one camera's run last did: written by the analysis, read by the reporter's thread."""

import time
from dataclasses import dataclass, field
from typing import Any

from welfare.fleet.figures import Figures
from zones.models import CameraStatus

HUNG_S = 30.0  # assumed: no frame and no connection takes so long; the process ends and its lease passes on
SILENT_S = 15.0  # assumed: a live source that gives no frame for so long hangs; one that stalls says so after 5 s


@dataclass(slots=True)
class Progress:
    """The state of one run.

    Attributes:
        state: value of `CameraStatus.State`.
        detail: words for the operator.
        frame_at_s: UTC seconds of the last analysed frame.
        fps: analysed frames a second, lately.
        dropped: due frames that were never analysed.
        reconnects: since the run began.
        stays: snapshot of the stays at `frame_at_s`.
        faults: what is wrong with the camera, and since when (ISO 8601).
        learned: outlines of the scene to be kept with the camera, once.
        figures: counts for `/metrics` and the fleet page.
        busy_since: monotonic time at which the frame in hand was begun, None between frames.
        sign_at: monotonic time of the last frame or change of state.
    """

    state: str = CameraStatus.State.CONNECTING.value
    detail: str = ""
    frame_at_s: float | None = None
    fps: float = 0.0
    dropped: int = 0
    reconnects: int = 0
    stays: dict[str, Any] | None = None
    faults: dict[str, str] = field(default_factory=dict)
    learned: bytes | None = None
    figures: Figures = field(default_factory=Figures)
    busy_since: float | None = None
    sign_at: float = field(default_factory=time.monotonic)

    def tell(self, state: str, words: str) -> None:
        """The source has another state."""
        self.state, self.detail, self.sign_at = state, words, time.monotonic()

    def tell_faults(self, faults: dict[str, str]) -> None:
        """What is wrong now; what was not before is counted."""
        self.figures.note_faults(self.faults, faults)
        self.faults = faults

    def hangs(self, now: float) -> str:
        """Why this process cannot be trusted to watch any more, in words; empty where it can.

        A camera that is honestly dead says so, again and again, and is left where it is: no worker could do better.

        Args:
            now: monotonic seconds.
        """
        if self.busy_since is not None and now - self.busy_since > HUNG_S:
            return f"one frame took over {HUNG_S:.0f} s"
        limit = {CameraStatus.State.LIVE.value: SILENT_S, CameraStatus.State.CONNECTING.value: HUNG_S}.get(self.state)
        if self.busy_since is None and limit is not None and now - self.sign_at > limit:
            return f"{self.state}, and no sign of the source for over {limit:.0f} s"
        return ""
