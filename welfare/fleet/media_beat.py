"""The part of a `media` worker that says that it lives, and forgets stays that have expired.

The console warns when none lives.
"""

import logging
import threading
import time
from typing import Any

from celery import bootsteps

logger = logging.getLogger(__name__)
QUEUE = "media"
EVERY_S = 10.0
FORGET_EVERY_S = 3600.0


class MediaBeat(bootsteps.StartStopStep):  # type: ignore[misc]
    """Bootstep of the worker blueprint; only workers that consume the `media` queue have it."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="media-beat", daemon=True)

    def include_if(self, worker: Any) -> bool:
        """Whether this worker makes stills and clips."""
        return QUEUE in worker.app.amqp.queues.consume_from

    def start(self, _: Any) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self, _: Any) -> None:
        """Beat no more."""
        self._closing.set()

    terminate = stop

    def _run(self) -> None:
        from django.db import connection

        from alerts import intake
        from welfare.calibration import keeping

        forgot_at = float("-inf")
        while not self._closing.wait(EVERY_S):
            try:
                intake.media_is_well()
                if time.monotonic() - forgot_at >= FORGET_EVERY_S:
                    forgot_at = time.monotonic()
                    keeping.forget_old()
            except Exception:
                logger.exception(
                    "the media worker could not say that it lives or forget what has expired; trying again"
                )
                connection.close()
