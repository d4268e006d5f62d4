"""What the provider has taken of a load: the first and the second page of each incident, and when."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

LATE_S = 10.0
LONGEST_WATCH_S = 300.0
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """What has to be paged.

    Attributes:
        mark: the word that its messages begin with.
        committed: when each incident was committed, seconds since the epoch, by its number.
        wait_s: from the first step to the second.
    """

    mark: str
    committed: dict[int, float]
    wait_s: int


@dataclass(slots=True)
class Seen:
    """The messages of a load.

    Attributes:
        accepted, left: of each (incident, step) when the provider took it, and when it leaves its queue; epoch seconds.
        count: how many messages there were with the same words to the same phone.
    """

    accepted: dict[tuple[int, str], float] = field(default_factory=dict)
    left: dict[tuple[int, str], float] = field(default_factory=dict)
    count: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Paged:
    """What one way did with a load.

    Attributes:
        way: engines or ETA tasks, and what happened.
        incidents: how many.
        p50_s, p99_s, worst_s: from the commit of the incident to its first page being accepted, seconds.
        sent_p50_s, sent_p99_s: until that page leaves the provider's queue.
        late: first or second pages that came more than LATE_S after they were due.
        lost: first or second pages that had not come when the watching ended.
        twice: messages beyond one for each person and step.
    """

    way: str
    incidents: int
    p50_s: float
    p99_s: float
    worst_s: float
    sent_p50_s: float
    sent_p99_s: float
    late: int
    lost: int
    twice: int


class Provider:
    """The Twilio fake of a run."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._read = 0

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            self._new_messages()
        except OSError:
            return False
        return True

    def watch(self, load: Load, half_way: Callable[[], None] | None) -> Seen:
        """Look until all pages were accepted, or none has come for longer than a step waits.

        Args:
            load: what has to be paged.
            half_way: what happens when half of the first pages are there.
        """
        seen, quiet_s = Seen(), load.wait_s + LATE_S
        began = news = time.monotonic()
        while len(seen.accepted) < 2 * len(load.committed) and time.monotonic() < min(
            news + quiet_s, began + LONGEST_WATCH_S
        ):
            for message in self._new_messages():
                _take(message, load, seen)
                news = time.monotonic()
            if half_way is not None and len(seen.accepted) >= len(load.committed) / 2:
                half_way()
                half_way = None
            time.sleep(LOOK_S)
        return seen

    def _new_messages(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self._address}/_fake/state?after={self._read}", timeout=10) as answer:  # noqa: S310
            messages: list[dict[str, Any]] = json.loads(answer.read())["messages"]
        self._read += len(messages)
        return messages


def _take(message: dict[str, Any], load: Load, seen: Seen) -> None:
    words, to = message["body"], message["to"]
    number = _number(words, load.mark)
    if number not in load.committed:
        return
    page = (number, words.split("step ")[-1] if load.mark == "ETA" else to)
    seen.accepted.setdefault(page, message["at_s"])
    seen.left.setdefault(page, message["leaves_at_s"])
    seen.count[to, words] += 1


def _number(words: str, mark: str) -> int:
    """The incident's number in a message that begins with the mark; 0 in any other."""
    if not words.lower().startswith(mark.lower()):
        return 0
    word = words.partition("#")[2].split(" ", 1)[0]
    return int(word) if word.isdecimal() else 0


def figures(way: str, load: Load, seen: Seen) -> Paged:
    """The figures of one way."""
    accepted, left = _of_each(seen.accepted), _of_each(seen.left)
    delays = np.array([accepted[number][0] - at for number, at in load.committed.items() if number in accepted])
    sent = np.array([left[number][0] - at for number, at in load.committed.items() if number in left])
    second = [
        accepted[number][1] - at - load.wait_s
        for number, at in load.committed.items()
        if len(accepted.get(number, ())) > 1
    ]
    p50, p99, worst = _percentiles(delays, 50, 99, 100)
    late = int((delays > LATE_S).sum()) + sum(delay > LATE_S for delay in second)
    lost = 2 * len(load.committed) - len(delays) - len(second)
    twice = sum(seen.count.values()) - len(seen.count)
    sent_p50, sent_p99 = _percentiles(sent, 50, 99)
    return Paged(way, len(load.committed), p50, p99, worst, sent_p50, sent_p99, late, lost, twice)


def _of_each(pages: dict[tuple[int, str], float]) -> dict[int, list[float]]:
    """When the pages of each incident came, in order."""
    found: dict[int, list[float]] = {}
    for (number, _), at in sorted(pages.items(), key=lambda page: page[1]):
        found.setdefault(number, []).append(at)
    return found


def _percentiles(values: Any, *which: float) -> tuple[float, ...]:
    return tuple(round(float(np.percentile(values, q)), 3) if len(values) else float("nan") for q in which)
