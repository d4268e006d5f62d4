"""When somebody has to wait before the next try at a log-in: a function of the failures so far.

Nobody can lock another out. A browser in which a person has logged in before (a signed cookie says so) is held only
by its own failures; every other browser is held by the failures of its address with that name, of its address, and, far
later, of all strangers with that name, which makes guessing from many addresses slow.
Source of the idea: OWASP, "Slow down online guessing attacks with device cookies".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
OF_BROWSER = 10  # tries in a window, of a browser that is known for this name; assumed, as the others
OF_NAME_AND_ADDRESS = 5
OF_ADDRESS = 50  # a control room is behind one address
OF_NAME = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """A log-in that failed.

    Attributes:
        name: as it was typed, small letters; whether somebody is called so plays no part.
        address: where it came from.
        browser: the known browser's number; empty for a stranger's.
        at: when.
    """

    name: str
    address: str
    browser: str
    at: datetime


def wait(failures: Iterable[Failure], name: str, address: str, browser: str, now: datetime) -> timedelta:
    """How long a try has to wait; zero to go on.

    Args:
        failures: those of the last WINDOW that have the name or the address.
        name: who wants to log in.
        address: from where.
        browser: the number of a browser that is known for the name, else empty.
        now: the present.
    """
    recent = sorted((f for f in failures if now - WINDOW < f.at <= now), key=lambda f: f.at)
    if browser:
        return _until([f for f in recent if f.name == name and f.browser == browser], OF_BROWSER, now)
    strangers = [f for f in recent if not f.browser]
    return max(
        _until([f for f in strangers if f.name == name and f.address == address], OF_NAME_AND_ADDRESS, now),
        _until([f for f in strangers if f.address == address], OF_ADDRESS, now),
        _until([f for f in strangers if f.name == name], OF_NAME, now),
    )


def _until(failures: list[Failure], most: int, now: datetime) -> timedelta:
    """Until so many of them are old that another try is free."""
    return failures[-most].at + WINDOW - now if len(failures) >= most else timedelta()
