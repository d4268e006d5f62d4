"""Presentation time to UTC, mapped once for each connection."""

import time
from collections.abc import Callable
from dataclasses import dataclass

JUMP_S = 5.0  # assumed: a presentation time this far from the wall clock means that one of them jumped
STEP_S = 0.001


@dataclass(slots=True)
class StreamClock:
    """Gives each packet and frame of one connection its UTC time.

    A clock that was mapped again after a jump never goes back: a stay is never counted twice.

    Attributes:
        now: seconds since the epoch, UTC.
        latest_s: the latest time given so far; carried from one connection to the next.
        jumps: how often a time was mapped anew in the middle of a connection.
    """

    now: Callable[[], float] = time.time
    latest_s: float = float("-inf")
    jumps: int = 0
    _offset_s: float | None = None

    def begin(self) -> None:
        """A new connection: the next time maps anew."""
        self._offset_s = None

    def at(self, presentation_s: float | None) -> float:
        """UTC seconds of a presentation time; of now where the stream gives none."""
        now = self.now()
        if presentation_s is None:
            at_s = now
        else:
            if self._offset_s is None or abs(self._offset_s + presentation_s - now) > JUMP_S:
                self.jumps += self._offset_s is not None
                self._offset_s = max(now, self.latest_s + STEP_S) - presentation_s
            at_s = self._offset_s + presentation_s
        self.latest_s = max(self.latest_s, at_s)
        return at_s
