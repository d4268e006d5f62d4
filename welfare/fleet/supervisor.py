"""The part of a `track` worker that claims cameras: on the worker itself, so that it outlives the broker's connection.

Twice a second it claims as many cameras as the worker has free slots and sends each to the worker's own queue. The run
renews its lease itself: a child that dies or hangs loses it in three seconds. Children load the networks as they are
born, so that one that takes over a camera sees at once.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import uuid
from typing import Any

from celery import bootsteps, signals
from celery.utils.nodenames import worker_direct

logger = logging.getLogger(__name__)

QUEUE = "track"
ROUND_S = 0.5


class LeaseSupervisor(bootsteps.StartStopStep):  # type: ignore[misc]
    """Bootstep of the worker blueprint; only workers that consume the `track` queue have it."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._worker = worker
        self._owner = f"{worker.hostname}/{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-supervisor", daemon=True)

    def include_if(self, worker: Any) -> bool:
        """Whether this worker watches cameras."""
        return QUEUE in worker.app.amqp.queues.consume_from

    def create(self, _: Any) -> None:
        """Have every child of this worker's pool load the networks before its first camera."""
        signals.worker_process_init.connect(_load_networks)

    def start(self, _: Any) -> None:
        """Begin to claim."""
        self._thread.start()

    def stop(self, _: Any) -> None:
        """Claim no more, and tell the children to hand their cameras over: the worker waits for them."""
        self._closing.set()
        pool = getattr(self._worker.pool, "_pool", None)
        for child in getattr(pool, "_pool", ()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)

    terminate = stop

    def _run(self) -> None:
        from django.db import connection

        while not self._closing.wait(ROUND_S):
            try:
                self.round()
            except Exception:
                logger.exception("no camera could be claimed; trying again")
                connection.close()

    def round(self) -> None:
        """Claim what fits and send it to the own queue."""
        from welfare.fleet import leases
        from welfare.fleet.tasks import track_camera

        room = self._worker.concurrency - leases.held(self._owner)
        for lease in leases.claim(self._owner, room):
            try:
                track_camera.apply_async(
                    (lease.camera_id, lease.epoch), queue=worker_direct(self._worker.hostname), retry=False
                )
            except Exception:
                leases.release(lease)
                raise
            logger.warning("camera %s is watched here, epoch %s", lease.camera_id, lease.epoch)


def _load_networks(**_: Any) -> None:
    from welfare.fleet.tasks import models

    models()
