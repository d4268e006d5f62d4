"""The loop that drives the escalation. Run two or more: each claims with SKIP LOCKED, on the database's clock.

One round: 1. run the steps of due incidents; 2. recover attempts of dead senders; 3. send what waits, several at once;
4. ask after silent attempts; 5. write the heartbeat; 6. every few seconds, look at the cameras. Then wait for a notice
from the database, a second at most.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models.functions import Now

from alerts import camera_faults, planning, reconciling, sending
from alerts.models import Heartbeat

logger = logging.getLogger(__name__)

SENDERS = 8  # at once in one engine; the provider takes 5 s at most each
TICK_S = 1.0
CAMERAS_S = 5.0
HEARTBEAT = "engine"


class Engine:
    """One engine process."""

    def __init__(self, senders: int = SENDERS) -> None:
        self._pool = ThreadPoolExecutor(senders, thread_name_prefix="sender")
        self._senders = senders
        self._sending: set[Future[None]] = set()
        self._looked_at = -CAMERAS_S
        self.stopping = threading.Event()

    def run(self) -> None:
        """Go on until told to stop; a database that is away is waited for, and nothing is lost meanwhile."""
        while not self.stopping.is_set():
            try:
                close_old_connections()
                with psycopg.connect(**_parameters(), autocommit=True) as listener:
                    listener.execute("LISTEN handrail")
                    while not self.stopping.is_set():
                        self.round()
                        for _ in listener.notifies(timeout=TICK_S, stop_after=1):
                            pass
            except (DatabaseError, InterfaceError, psycopg.Error):
                logger.exception("the database is away; trying again in %s s", TICK_S)
                connection.close()
                self.stopping.wait(TICK_S)
        self._pool.shutdown(wait=True)

    def round(self) -> None:
        """One round, as the module says."""
        planning.plan_due()
        reconciling.recover()
        reconciling.hurry()
        self._send()
        reconciling.poll()
        beat(HEARTBEAT)
        self._look_at_cameras()

    def _look_at_cameras(self) -> None:
        if time.monotonic() - self._looked_at < CAMERAS_S:
            return
        self._looked_at = time.monotonic()
        try:
            camera_faults.look()
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            logger.exception("the cameras could not be looked at; paging goes on")

    def _send(self) -> None:
        self._sending = {future for future in self._sending if not future.done()}
        while len(self._sending) < self._senders and (attempt := sending.claim()) is not None:
            self._sending.add(self._pool.submit(_deliver, attempt))

    def drain(self) -> None:
        """Wait until what is being sent has its answer."""
        for future in list(self._sending):
            future.result()


def _deliver(attempt: int) -> None:
    try:
        sending.deliver(attempt)
        # While more waits, this sender goes on without waiting for the next round.
        while (following := sending.claim()) is not None:
            sending.deliver(following)
    except Exception:
        logger.exception("attempt %s: sending failed", attempt)
    finally:
        connection.close()


def _parameters() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    return {k: v for k, v in parameters.items() if k in ("dbname", "user", "password", "host", "port")}


def beat(name: str) -> None:
    """Say that a part has just finished a healthy round."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": Now()})
