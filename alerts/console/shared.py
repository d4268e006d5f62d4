"""What stands on every console alike is asked of the database once a second, not once for each console that is open."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from alerts.console.live import LISTENER

T = TypeVar("T")
FOR_S = 1.0  # what is shared is no incident: it may be a second old
PATIENCE_S = 2.0  # nobody stands in a row behind a database that does not answer


class Shared(Generic[T]):
    """One value for all consoles of this process. With one console, or none, it is asked for each time.

    Args:
        ask: gives the value, the same for everybody.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        """The value, at most a second old."""
        if LISTENER.consoles < 2:
            return self._ask()
        if not self._lock.acquire(timeout=PATIENCE_S):
            return self._ask()
        try:  # of many that ask at once, the first one asks the database
            now = time.monotonic()
            if self._kept is None or now - self._kept[0] > FOR_S:
                self._kept = (now, self._ask())
            return self._kept[1]
        finally:
            self._lock.release()
