"""A few threads that ask the provider, each with a database connection of its own for as long as it lives."""

import logging
import queue
import threading
from collections.abc import Callable

from django.db import connection

from alerts import database

logger = logging.getLogger(__name__)
Work = Callable[[], None]


class Senders:
    """Does pieces of work, several at once. Work that fails is logged: what it had claimed has a lease.

    Args:
        threads: how many.
        name: of the threads.
        freed: what a thread does when it has become free, before it rests; it may submit more.
    """

    def __init__(self, threads: int, name: str, freed: Work | None = None) -> None:
        self.threads, self._freed = threads, freed
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._open = self._ending = 0
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def free(self) -> int:
        """How many could begin something at once."""
        return max(self.threads - self._open, 0)

    def submit(self, work: Work) -> None:
        """Have a piece of work done by the next free thread."""
        with self._changed:
            self._open += 1
        self._work.put(work)

    def drain(self) -> None:
        """Wait until all that was submitted is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._open == self._ending == 0)

    def shutdown(self, *, wait: bool = True) -> None:
        """Take no more work; the threads end when they have done theirs."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            self._try(database.refresh, work)
            with self._changed:
                self._open -= 1
                self._ending += 1
            if self._freed is not None:
                self._try(self._freed)
            with self._changed:
                self._ending -= 1
                self._changed.notify_all()
        connection.close()

    def _try(self, *parts: Work) -> None:
        try:
            for part in parts:
                part()
        except Exception:
            logger.exception("a sender failed; the lease brings its work back")
            connection.close()
