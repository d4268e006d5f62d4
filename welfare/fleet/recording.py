"""Which of a camera's streams is recorded, and whether it is: the full-size one where the camera has two.

The analysed stream is small, so that it costs little to decode; the other one is written as it comes and never decoded.
"""

import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from welfare.fleet.places import camera_address, ring_age_s
from welfare.watch.recorder import Recorder
from welfare.watch.source import Source, SourceState
from zones.fault import Fault
from zones.models import Camera

logger = logging.getLogger(__name__)

PATIENCE_S = 30.0  # assumed: a main stream that is away for so long is a fault; a reconnect takes at most 10 s


class Recording:
    """Fills one camera's ring.

    Args:
        camera: whose.
        folder: of the ring.
    """

    def __init__(self, camera: Camera, folder: Path) -> None:
        self._recorder = Recorder(
            folder, max_bytes=settings.RECORDING_MAX_MB * 2**20, max_age_s=ring_age_s(), on_fault=self._stopped
        )
        self._camera, self._fault_s, self._away_s = camera, 0.0, 0.0
        self._main: Source | None = None
        if camera.main_source:
            self._main = Source(
                camera_address(camera.main_source),
                loop=camera.loop,
                username=camera.username,
                password=camera.password,
                on_state=self._main_is,
                on_packet=self._recorder.packet,
                pictures=False,
            )

    @property
    def written_bytes(self) -> int:
        """Since the run began."""
        return self._recorder.written_bytes

    def start(self) -> None:
        """Connect to the main stream where there is one."""
        if self._main is not None:
            self._away_s = time.time()
            self._main.start()

    def analysed(self, packet: Any, at_s: float) -> None:
        """A packet of the analysed stream: recorded where it is the only one."""
        if self._main is None:
            self._recorder.packet(packet, at_s)

    def fault_since(self) -> dict[str, str]:
        """The fault as it is stored, or nothing: the disk refuses, or the main stream does not come."""
        away = self._away_s and time.time() - self._away_s > PATIENCE_S
        since_s = self._fault_s or (self._away_s if away else 0.0)
        return {Fault.RECORDING.value: datetime.fromtimestamp(since_s, UTC).isoformat()} if since_s else {}

    def close(self) -> None:
        """Stop, and finish the open segment."""
        if self._main is not None:
            self._main.close()
        self._recorder.close()

    def _stopped(self, words: str) -> None:
        self._fault_s = time.time() if words else 0.0

    def _main_is(self, state: str, words: str) -> None:
        if state == SourceState.LIVE.value:
            self._away_s = 0.0
        elif not self._away_s:
            self._away_s = time.time()
        if words:
            logger.warning("camera %s, main stream: %s: %s", self._camera.pk, state, words)
