"""A hard time limit round a call to somebody else's server, and a bound on how many such calls wait at once.

A socket's own time limit starts again with each byte: a receiver that drips would hold a sender for hours.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from alerts.channels.interface import Outcome, Refused, Unknown

BUSY = Refused("busy", "too many earlier tries still wait for an answer")


class Deadline:
    """Calls of one channel; those that hang take nothing from any other channel.

    Args:
        name: of the channel.
        at_once: how many may wait for an answer at the same time.
    """

    def __init__(self, name: str, at_once: int = 8) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=name)

    def ask(self, call: Callable[[], Outcome], limit_s: float) -> Outcome:
        """Make one call and say what became of it, `limit_s` seconds from now at the latest."""
        return self.ask_all([call], limit_s)[0]

    def ask_all(self, calls: Sequence[Callable[[], Outcome]], limit_s: float) -> list[Outcome]:
        """Make several calls side by side; each has its outcome within the same limit."""
        asked = [self._pool.submit(call) for call in calls]
        wait(asked, timeout=limit_s)
        outcomes: list[Outcome] = []
        for one in asked:
            if one.done():
                outcomes.append(one.result())
            elif one.cancel():  # it never began, so it cannot have gone out
                outcomes.append(BUSY)
            else:
                outcomes.append(Unknown("no answer in time"))
        return outcomes
