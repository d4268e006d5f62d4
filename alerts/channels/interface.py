"""What a channel is: one try, one time limit, one outcome. It never raises for the other side's faults.

What happens to a page if the process dies inside `send`: its lease runs out, it is `unknown`, the next channel goes.
"""

from dataclasses import dataclass
from typing import Protocol

from alerts.models import Attempt, Contact


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took it.

    Attributes:
        sid: its name for it; what comes back later may carry it.
        delivered: the other side is the receiver itself, so there is nothing more to come.
    """

    sid: str = ""
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side did not take it: its code and words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was taken: the answer was late, or the line broke after the request."""

    words: str


Outcome = Accepted | Refused | Unknown


class Channel(Protocol):
    """One way to reach a person; each module of this package that is listed in `registry` is one."""

    def missing(self) -> list[str]:
        """Names of the settings without which it is switched off; empty when it is on."""

    def address(self, contact: Contact) -> str:
        """Where it reaches this person, at most 120 characters; empty when it cannot."""

    def send(self, attempt: Attempt) -> Outcome:
        """Make one try, within the time limit."""
