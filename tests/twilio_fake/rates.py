"""How fast Twilio takes requests and sends messages, where the fake is told to keep to that.

Sources: Twilio's error dictionary, 30001 and 21611: a long code sends one message segment a second, what comes faster
waits in that number's queue, for up to 10 hours; 20429: too many requests at once are refused and were not processed.
Twilio names no figure for "too many at once"; ours is assumed.
"""

from collections import defaultdict
from dataclasses import dataclass, field


class TooManyAtOnceError(Exception):
    """More requests at once than the account may make."""


@dataclass
class Rates:
    """The queues of one account. The caller holds its lock.

    Attributes:
        segments_per_s: from each of its numbers.
        queue_s: the longest queue of a number; what would wait for longer is refused with 21611.
        requests_at_once: more are refused with 20429.
    """

    segments_per_s: float = 1.0
    queue_s: float = 36_000.0
    requests_at_once: int = 100
    open_requests: int = 0
    _free_at: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def is_full(self, sender: str, now: float) -> bool:
        """Whether the queue of a number takes no more."""
        return self._free_at[sender] - now > self.queue_s

    def wait_s(self, sender: str, body: str, now: float) -> float:
        """Put a message into its number's queue; returns the seconds until it leaves."""
        leaves = max(self._free_at[sender], now)
        self._free_at[sender] = leaves + segments(body) / self.segments_per_s
        return leaves - now


def segments(body: str) -> int:
    """How many SMS a text takes, were all of it in the GSM-7 alphabet."""
    return 1 if len(body) <= 160 else -(-len(body) // 153)
