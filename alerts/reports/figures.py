"""What paging took, as figures: functions of values, with no database or clock inside. All times are seconds."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Told:
    """One try to reach one person.

    Attributes:
        code: the provider's error, or the word of a failure without one; empty where it did not fail.
        accepted_s: from the incident's opening until the provider took it; None: it never did.
        answered_s: from then until the person answered; None: not at all.
    """

    incident: int
    contact: str
    agency: str
    channel: str
    code: str
    accepted_s: float | None
    answered_s: float | None


@dataclass(frozen=True, slots=True)
class Case:
    """One incident that paged somebody.

    Attributes:
        hour: of its opening, by the site's clock.
        paged_s, acknowledged_s, responder_s: from its opening until the first page was taken by the provider, until a
            person took it on, until a partner did or was on the way; None: not at all.
    """

    number: int
    tier: int
    hour: int
    paged_s: float | None
    acknowledged_s: float | None
    responder_s: float | None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """How long it took: how often it happened at all, and the middle, the slow end (90 of 100) and the worst."""

    n: int
    median_s: float
    p90_s: float
    worst_s: float


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of some incidents; a spread is None where it never happened."""

    name: str
    incidents: int
    paged: Spread | None
    acknowledged: Spread | None
    responder: Spread | None


@dataclass(frozen=True, slots=True)
class Answers:
    """How soon one person answers."""

    contact: str
    paged: int
    answered: int
    median_s: float | None


def spread(values: Iterable[float | None]) -> Spread | None:
    """The spread of the values that are there; p90 is the nearest rank."""
    found = sorted(value for value in values if value is not None)
    if not found:
        return None
    return Spread(len(found), median(found), found[math.ceil(0.9 * len(found)) - 1], found[-1])


def row(name: str, cases: Sequence[Case]) -> Row:
    """The figures of some incidents."""
    return Row(
        name=name,
        incidents=len(cases),
        paged=spread(case.paged_s for case in cases),
        acknowledged=spread(case.acknowledged_s for case in cases),
        responder=spread(case.responder_s for case in cases),
    )


def by(cases: Sequence[Case], key: Callable[[Case], K]) -> dict[K, list[Case]]:
    """The incidents in groups; each stands in exactly one."""
    groups: dict[K, list[Case]] = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return dict(groups)


def by_agency(cases: Sequence[Case]) -> list[Row]:
    """One row an agency, over the incidents that it was paged for: its own first page and its own first answer."""
    names = sorted({told.agency for case in cases for told in case.told if told.agency})
    return [row(name, [_seen_by(name, case) for case in cases if _of(name, case)]) for name in names]


def _of(agency: str, case: Case) -> list[Told]:
    return [told for told in case.told if told.agency == agency]


def _seen_by(agency: str, case: Case) -> Case:
    told = _of(agency, case)
    paged = min((t.accepted_s for t in told if t.accepted_s is not None), default=None)
    answers = (t.accepted_s + t.answered_s for t in told if t.accepted_s is not None and t.answered_s is not None)
    answered = min(answers, default=None)
    return Case(case.number, case.tier, case.hour, paged, answered, answered, tuple(told))


def undelivered(cases: Sequence[Case]) -> list[tuple[str, str, int]]:
    """What failed: channel, error code, how often; the most frequent first."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for case in cases:
        for told in case.told:
            if told.code:
                counts[told.channel, told.code] += 1
    return sorted(((channel, code, n) for (channel, code), n in counts.items()), key=lambda line: (-line[2], line))


def answers(cases: Sequence[Case]) -> list[Answers]:
    """How soon each person answers, slowest first, those who never answered last: once for each incident."""
    first: dict[str, dict[int, float | None]] = defaultdict(dict)
    for case in cases:
        for told in case.told:
            if told.accepted_s is not None:
                before = first[told.contact].get(case.number)
                soonest = min((s for s in (before, told.answered_s) if s is not None), default=None)
                first[told.contact][case.number] = soonest
    found = [_answers(contact, list(times.values())) for contact, times in first.items()]
    return sorted(found, key=lambda a: (a.median_s is None, -(a.median_s or 0.0), a.contact))


def _answers(contact: str, times: list[float | None]) -> Answers:
    given = [time for time in times if time is not None]
    return Answers(contact, len(times), len(given), median(given) if given else None)
