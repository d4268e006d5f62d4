"""Which frames are analysed, by their own time."""

from dataclasses import dataclass

EARLY_S = 0.002  # a frame that comes so little before its time is not left for the next


@dataclass(slots=True)
class Pace:
    """Lets through at most `fps` frames a second, measured on the frames' presentation times.

    Attributes:
        fps: analysed frames a second.
    """

    fps: float
    _due_s: float = float("-inf")

    def due(self, t_s: float) -> bool:
        """Whether the frame of this time is wanted; times may jump back once when a stream begins anew."""
        if self._due_s - 2 / self.fps < t_s + EARLY_S < self._due_s:
            return False
        in_step = abs(t_s - self._due_s) < 1 / self.fps
        self._due_s = (self._due_s if in_step else t_s) + 1 / self.fps
        return True
