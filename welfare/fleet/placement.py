"""Who should watch how many cameras: by capacity, one move at a time, and never a move that makes nothing better."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """One worker.

    Attributes:
        owner: its name in leases.
        slots: cameras that it can watch at once.
        held: cameras that it watches or is about to.
        draining: it stops.
    """

    owner: str
    slots: int
    held: int
    draining: bool = False

    @property
    def load(self) -> float:
        """Share of its slots that are taken."""
        return self.held / self.slots if self.slots else float("inf")

    @property
    def load_with_one_more(self) -> float:
        """The same after one more camera; infinite where there is no room or it stops."""
        return (self.held + 1) / self.slots if self.held < self.slots and not self.draining else float("inf")


def heir_of(owner: str, fleet: Sequence[Standing]) -> str | None:
    """Who takes a camera that a worker has on offer: the other one with the lowest load, else itself if it has room."""
    others = [w for w in fleet if w.owner != owner and w.load_with_one_more <= 1]
    if others:
        return min(others, key=lambda w: (w.load_with_one_more, w.owner)).owner
    own = next((w for w in fleet if w.owner == owner), None)
    return own.owner if own is not None and own.load_with_one_more <= 1 else None


def should_offer(owner: str, fleet: Sequence[Standing]) -> bool:
    """Whether a worker should let one camera go: it has the highest load, and another stays lower after the move."""
    here = [w for w in fleet if not w.draining]
    own = next((w for w in here if w.owner == owner), None)
    if own is None or own != max(here, key=lambda w: (w.load, w.owner)):
        return False
    return any(w.load_with_one_more < own.load for w in here if w.owner != owner)
