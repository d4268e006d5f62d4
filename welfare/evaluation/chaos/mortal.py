"""Processes that chaos may kill: an engine that dies by kill -9 at a boundary that a seed chooses, and a web process.

A boundary is the instant before or after a commit, or before or after a request to the provider: where a page could
fall between two writes. Everything between them is the engine as it is. They are forked from a parent that has loaded
everything, so that a round is not spent on loading Python again.
"""

import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SHORTEST, LONGEST = 3, 200  # boundaries: an idle engine passes some ten a second


class Fate:
    """Counts boundaries and ends the process at one of them."""

    def __init__(self, left: int) -> None:
        self._left = left
        self._lock = threading.Lock()

    def boundary(self) -> None:
        """Pass one, or die at it."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same function with a boundary before and after it."""

        def with_boundaries(*arguments: Any, **named: Any) -> Any:
            self.boundary()
            done = act(*arguments, **named)
            self.boundary()
            return done

        return with_boundaries


def engine(seed: int, log: Path, without_recovery: bool) -> None:
    """Run one engine until it dies or is told to stop."""
    _speak_into(log)
    import requests
    from django.core.management import call_command
    from django.db.backends.base.base import BaseDatabaseWrapper

    from alerts import reconciling

    dice = random.Random(seed)  # noqa: S311 - chance for a test, not for a secret
    fate = Fate(dice.randint(SHORTEST, LONGEST))
    BaseDatabaseWrapper._commit = fate.around(BaseDatabaseWrapper._commit)  # type: ignore[attr-defined]
    requests.Session.send = fate.around(requests.Session.send)  # type: ignore[method-assign]
    if without_recovery:
        reconciling.recover = lambda: 0
    call_command("engine")


def web(port: int, log: Path) -> None:
    """Run the web until it is killed: the provider's reports and people's answers come in here."""
    _speak_into(log)
    import uvicorn

    uvicorn.run("welfare.asgi:application", port=port, log_level="warning", access_log=False)


def _speak_into(log: Path) -> None:
    with log.open("ab") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
