"""How long one run may go on, and how much its process may grow: a fresh process is cheaper than an unknown leak."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bounds:
    """Limits of one run; 0 is no limit.

    Attributes:
        hours: from its begin to its hand-over.
        memory_mb: resident memory of its process.
        began: monotonic seconds.
    """

    hours: float = 0.0
    memory_mb: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def passed(self, memory_bytes: int) -> str:
        """Why the camera should be handed over now, in words; empty where it need not be."""
        if self.hours and time.monotonic() - self.began > 3600 * self.hours:
            return f"watched for {self.hours:g} hours"
        if self.memory_mb and memory_bytes > self.memory_mb * 2**20:
            return f"the process holds {memory_bytes / 2**20:.0f} MB, more than {self.memory_mb:g}"
        return ""
