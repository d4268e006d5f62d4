"""The part of a `track` worker that claims cameras: on the worker itself, so that it outlives the broker's connection.

Four times a second it claims as many cameras as the worker has free slots, takes over what others have on offer, and
sends each to the worker's own queue; every few seconds it offers one of its own where another worker carries less. A
run renews its lease itself: when its child dies the lease ends in 2.5 s. A child that lives and is only late, on a
machine that is overloaded, is spoken for here, or its camera would be thrown from worker to worker. Children load the
networks as they are born, so that one that takes over a camera sees at once, and they end with their worker.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

import psutil
from celery import bootsteps, signals
from celery.utils.nodenames import worker_direct

if TYPE_CHECKING:
    from welfare.fleet.leases import Lease

logger = logging.getLogger(__name__)

QUEUE = "track"
ROUND_S = 0.25
BALANCE_S = 5.0
HAND_OVER_S = 8.0  # assumed: a worker that stops waits so long for others to take its cameras over
BACK_S = 3.0  # after the database was away, runs renew before anybody claims what seems to be free


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
        signals.worker_process_init.connect(_begin_child)

    def start(self, _: Any) -> None:
        """Begin to claim."""
        self._thread.start()

    def stop(self, _: Any) -> None:
        """Claim no more, hand over what others can take, and end the children: the worker waits for them."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(2 * ROUND_S)
        try:
            self._hand_over()
        except Exception:
            logger.exception("the cameras were not handed over; others claim them")
        pool = getattr(self._worker.pool, "_pool", None)
        for child in getattr(pool, "_pool", ()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)

    terminate = stop

    def _hand_over(self) -> None:
        from welfare.fleet import handover

        handover.beat(self._owner, self._worker.concurrency, draining=True)
        until = time.monotonic() + HAND_OVER_S
        while handover.offer_all(self._owner) and time.monotonic() < until:
            if not any(w.load_with_one_more <= 1 for w in handover.fleet()):
                break  # nobody has room: ending at once is the shortest gap
            time.sleep(ROUND_S / 2)
        handover.leave(self._owner)

    def _run(self) -> None:
        from django.db import connection

        balance_at = time.monotonic() + BALANCE_S
        while not self._closing.wait(ROUND_S):
            try:
                self.round()
                if time.monotonic() >= balance_at:
                    balance_at = time.monotonic() + BALANCE_S
                    self._balance()
            except Exception:
                logger.exception("no camera could be claimed; trying again")
                connection.close()
                self._closing.wait(BACK_S)
        connection.close()

    def round(self) -> None:
        """Claim what fits, take over what is on offer, and send it to the own queue."""
        from celery.worker.state import reserved_requests

        from welfare.fleet import handover, leases

        handover.beat(self._owner, self._worker.concurrency)
        leases.extend(self._owner, _children())
        # A child that hangs has lost its lease and still takes up its slot.
        room = self._worker.concurrency - max(leases.held(self._owner), len(reserved_requests))
        for lease in leases.claim(self._owner, room):
            try:
                self._send(lease)
            except Exception:
                leases.release(lease)
                raise
            room -= 1
            logger.warning("camera %s is watched here, epoch %s", lease.camera_id, lease.epoch)
        for lease in handover.bid(self._owner, room):
            self._send(lease, self._owner)

    def _send(self, lease: "Lease", heir: str = "") -> None:
        from welfare.fleet.tasks import track_camera

        track_camera.apply_async(
            (lease.camera_id, lease.epoch, heir), queue=worker_direct(self._worker.hostname), retry=False
        )

    def _balance(self) -> None:
        from welfare.fleet import handover

        offered = handover.balance(self._owner)
        if offered is not None:
            logger.warning("camera %s is on offer: another worker carries less", offered)


def _children() -> list[int]:
    """The children of this process that live."""
    living = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE:
                living.append(child.pid)
    return living


def _begin_child(**_: Any) -> None:
    """End with the worker, also one that is killed, and load the networks before the first camera."""
    from welfare.fleet.tasks import models
    from welfare.fleet.tether import end_with_parent

    end_with_parent()
    models()
