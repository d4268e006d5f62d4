"""The loop that drives the escalation. Run two or more: each claims with SKIP LOCKED, on the database's clock.

One round, each second: 1. recover attempts of dead senders; 2. hurry where a step reached nobody; 3. pull in what a
clock that was set back left too far ahead; 4. run the steps of due incidents and send what waits; 5. write the
heartbeat. Beside it, in a thread of its own, the provider is asked after silent attempts. Then it links the audit chain
and, every few seconds, looks at the cameras. Between rounds it wakes for each notice from the database and does the
fourth alone.

What happens to a page if the process dies here: what was not committed is still due, what was claimed has a lease.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from alerts import anchors, audit, camera_faults, clock, database, planning, reconciling, sending
from alerts.deadman import Deadman
from alerts.heartbeat import beat
from alerts.senders import Senders

logger = logging.getLogger(__name__)

TICK_S = 1.0
GATHER_S = 0.02  # a burst of notices is one
HEARTBEAT = "engine"


class Every:
    """Says when something is due again, by the clock that nobody can set."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next = seconds, -1.0

    def due(self) -> bool:
        """Whether it is; then it is not for so many seconds."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


class Engine:
    """One engine process."""

    def __init__(self, senders: int | None = None) -> None:
        self._wanted, self._claiming = threading.Event(), threading.Lock()
        self._pool = Senders(senders or settings.SENDERS, "sender", freed=self._send)
        self._asker = Senders(1, "asker")
        self._cameras, self._clock, self._anchor = Every(5.0), Every(5.0), Every(60.0)
        self._deadman = Deadman(settings.DEADMAN_URL, settings.DEADMAN_EVERY_S)
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
                        self._rest(listener)
            except (DatabaseError, InterfaceError, psycopg.Error):
                logger.exception("the database is away; trying again in %s s", TICK_S)
                connection.close()
                self.stopping.wait(TICK_S)
        self.close()

    def close(self) -> None:
        """Wait for the answers that are still to come, and end."""
        for threads in (self._pool, self._asker):
            threads.shutdown(wait=True)

    def _rest(self, listener: psycopg.Connection[Any]) -> None:
        """Until the next round, wake for what changed."""
        until = time.monotonic() + TICK_S
        while not self.stopping.is_set() and (left := until - time.monotonic()) > 0:
            if any(True for _ in listener.notifies(timeout=left, stop_after=1)):
                self._stage("escalating", self._escalate)
                self.stopping.wait(GATHER_S)

    def round(self) -> None:
        """One round, as the module says; the heartbeat is written only if all of it went well."""
        well = self._stage("recovering", reconciling.recover)
        well &= self._stage("hurrying", reconciling.hurry)
        if self._clock.due():
            well &= self._stage("the clock", clock.steady)
        well &= self._stage("escalating", self._escalate)
        self._ask()
        if well:
            beat(HEARTBEAT)
        self._stage("the audit chain", audit.chain)
        if self._anchor.due():
            self._stage("the audit's anchor", _keep_anchor)
        if self._cameras.due():
            self._stage("the cameras", camera_faults.look)
        if well:
            self._deadman.may_ping()

    def _escalate(self) -> None:
        planned = planning.plan_some()
        self._send()
        while planned and planning.plan_some():
            self._send()

    def _stage(self, name: str, act: Callable[[], Any]) -> bool:
        """Do one part of a round; what goes wrong in it holds up no other part. False when it went wrong."""
        try:
            act()
        except Exception as error:
            if isinstance(error, (DatabaseError, InterfaceError)) and database.lost():
                raise
            logger.exception("%s went wrong; the rest goes on", name)
            return False
        return True

    def _send(self) -> None:
        """Claim for every sender that is free. One thread does it for all: a claim for eight costs as much as for one.

        Called after each planning and by each sender that has become free; who comes while another is at it leaves a
        word, and the other looks once more.
        """
        self._wanted.set()
        while self._wanted.is_set() and self._claiming.acquire(blocking=False):
            try:
                self._wanted.clear()
                free = self._pool.free
                for attempt in sending.claim_some(free) if free else ():
                    self._pool.submit(partial(sending.deliver, attempt))
            finally:
                self._claiming.release()

    def _ask(self) -> None:
        """Ask the provider beside the round: an answer may take seconds."""
        if self._asker.free:
            self._asker.submit(reconciling.poll)

    def drain(self) -> None:
        """Wait until what is being sent and asked has its answer."""
        self._pool.drain()
        self._asker.drain()


def _keep_anchor() -> None:
    head = audit.head()
    if head is not None:
        anchors.keep(settings.AUDIT_ANCHORS, head)


def _parameters() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    return {k: v for k, v in parameters.items() if k in ("dbname", "user", "password", "host", "port")}
