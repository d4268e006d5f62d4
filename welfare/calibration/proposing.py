"""From a zone's history to other values of its profile, or to the words that say what is missing.

Two things are learned, and nothing else: where the ramps of long stays, pacing and returns begin, from what ordinary
people do here; and weights, from what people found. A value moves only as far as its 95 % interval is sure, no ramp
ever begins under its default, and whatever would tell a stay in which somebody may have been at risk less or later is
taken back. Triggers, tiers and the backstop of an edge stay as they are.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from welfare.behaviour.profile import CUES, Profile, ProfileError
from welfare.behaviour.rescoring import peak
from welfare.calibration.comparing import Effect, compare, loses
from welfare.calibration.history import KEPT, History, Stay, Verdict
from welfare.calibration.quantiles import Quantile, quantile
from welfare.calibration.weights import Weight, fit

LEAST_DAYS = 14  # behaviour table: 14 days give local percentiles
LEAST_STAYS = 200  # assumed: at the edge
LEAST_OF_A_PART = 50  # assumed: by night, and by day
LEAST_AT_RISK, LEAST_BENIGN = 5, 20  # assumed: fewer judged stays say nothing of a weight
PARTS_OF_A_STEP = (1.0, 0.5, 0.25)  # assumed: what would lose somebody is tried again smaller
LONGEST_BACKSTOP_S = 900.0  # assumed: three times the default, at a viewpoint


@dataclass(frozen=True, slots=True)
class Local:
    """A value that follows what ordinary people do at a place.

    Attributes:
        name: of the profile.
        share: of ordinary stays that lie under it.
        ceiling: it never goes above.
        measure: a stay's own figure.
    """

    name: str
    share: float
    ceiling: float
    measure: Callable[[Stay], float]


def most(stay: Stay, cue: str) -> float:
    """The most that a cue measured in a stay."""
    return max((m.cues[cue][0] for m in stay.record.moments if cue in m.cues), default=0.0)


def longest(stay: Stay) -> float:
    """The longest time at the edge, seconds."""
    return stay.record.edge_stay_s


LOCAL = (
    Local("stay_from_s", 0.95, 150.0, longest),
    Local("pacing_to", 0.999, 8.0, lambda stay: most(stay, "pacing")),
    Local("pacing_from", 0.99, 4.0, lambda stay: most(stay, "pacing")),
    Local("returns_to", 0.999, 6.0, lambda stay: most(stay, "returns")),
    Local("returns_from", 0.99, 3.0, lambda stay: most(stay, "returns")),
)
"""The ends of ramps first, so that a ramp's beginning finds room under them. Ceilings are assumed: half the 300 s of
the backstop, and twice or less the table's counts."""
VIEWPOINT = Local("backstop_s", 0.995, LONGEST_BACKSTOP_S, longest)
"""A viewpoint uses its own 99.5th percentile instead of 300 s."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that should differ, and why."""

    name: str
    before: float
    after: float
    why: str

    def as_json(self) -> dict[str, Any]:
        """For the page of the proposal."""
        return {"name": self.name, "before": self.before, "after": self.after, "why": self.why}


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a history gives.

    Attributes:
        changes: none where it gives no reason to change anything.
        overrides: the zone's overrides with the changes.
        effect: on the history; None where nothing is proposed.
        words: what is missing, and what was taken back.
    """

    changes: tuple[Change, ...]
    overrides: Mapping[str, float]
    effect: Effect | None
    words: tuple[str, ...]


def propose(
    history: History,
    overrides: Mapping[str, float],
    *,
    viewpoint: bool = False,
    in_force: Mapping[str, Profile] | None = None,
) -> Proposed:
    """Other values for a zone, if its history is sure of them.

    Args:
        history: of the zone.
        overrides: in force.
        viewpoint: people stay there to look.
        in_force: by episode, the profile of its time.
    """
    present = Profile().with_overrides(overrides)
    words = list(_about(history))
    wanted: list[Change] = []
    missing = missing_for_ramps(history)
    words += missing
    if not missing:
        wanted += _ramps(history, present, viewpoint=viewpoint)
    missing = missing_for_weights(history)
    words += missing
    if not missing:
        wanted += _weights(history, present)
    kept: list[Change] = []
    now = dict(overrides)
    for change in wanted:
        taken = _without_loss(change, history, present, now)
        if taken is None:
            words.append(f"{change.name} stays as it is: {change.after:g} would tell somebody less or later")
            continue
        kept.append(taken)
        now[taken.name] = taken.after
    if not kept:
        return Proposed((), dict(overrides), None, (*words, "nothing is proposed"))
    effect = compare(history, present, Profile().with_overrides(now), in_force)
    if not effect.changed:
        return Proposed(
            (), dict(overrides), None, (*words, "no stay would have been told otherwise: nothing is proposed")
        )
    return Proposed(tuple(kept), now, effect, tuple(words))


def missing_for_ramps(history: History) -> list[str]:
    """What a history lacks to say what ordinary people do; empty where it is enough."""
    found = []
    if history.days < LEAST_DAYS:
        found.append(
            f"ramps: {history.days} days with somebody in the zone, {LEAST_DAYS - history.days} more are needed"
        )
    near = len(_ordinary(history))
    if near < LEAST_STAYS:
        found.append(f"ramps: {near} ordinary stays at the edge, {LEAST_STAYS - near} more are needed")
    return found


def missing_for_weights(history: History) -> list[str]:
    """What a history lacks to say anything of weights; empty where it is enough."""
    found = []
    for verdict, least in ((Verdict.AT_RISK, LEAST_AT_RISK), (Verdict.BENIGN, LEAST_BENIGN)):
        n = len(history.of(verdict))
        if n < least:
            found.append(f'weights: {n} stays were found "{verdict.value}", {least - n} more are needed')
    return found


def _about(history: History) -> Sequence[str]:
    kept = len(history.of(*KEPT))
    words = [f"{len(history.stays)} stays over {history.span_days:.0f} days"]
    if history.left_out:
        words.append(f"{history.left_out} stays were not recorded from beginning to end and are left out")
    if not kept:
        words.append("in none of them was anybody found at risk: this history cannot show that nobody would be lost")
    return words


def _ordinary(history: History) -> tuple[Stay, ...]:
    return tuple(s for s in history.of(Verdict.BENIGN, Verdict.UNJUDGED) if s.record.edge_stay_s > 0)


def _ramps(history: History, present: Profile, *, viewpoint: bool) -> list[Change]:
    stays, standard = _ordinary(history), Profile()
    found = []
    for local in (*LOCAL, *([VIEWPOINT] if viewpoint else [])):
        before = getattr(present, local.name)
        sure = _surest(stays, local)
        if sure is None:
            continue
        whole = isinstance(getattr(standard, local.name), int)
        after = float(math.floor(min(max(sure.low, getattr(standard, local.name)), local.ceiling)))
        if after == before:
            continue
        why = (
            f"{local.share:.1%} of ordinary stays here lie under {sure.value:g} "
            f"(95 % interval from {sure.low:g}, {sure.n} stays)"
        )
        found.append(Change(local.name, before, int(after) if whole else after, why))
    return found


def _surest(stays: Sequence[Stay], local: Local) -> Quantile | None:
    """The lower of the quantiles by night and by day; None where one of them is too little known."""
    parts = [[local.measure(s) for s in stays if s.by_night == night] for night in (True, False)]
    if any(len(part) < LEAST_OF_A_PART for part in parts):
        return None
    found = [q for q in (quantile(part, local.share) for part in parts) if q is not None]
    return min(found, key=lambda q: q.low)


def _weights(history: History, present: Profile) -> list[Change]:
    judged = history.of(Verdict.AT_RISK, Verdict.BENIGN)
    shares = [peak(stay.record, present) for stay in judged]
    told = fit(
        shares, [s.verdict is Verdict.AT_RISK for s in judged], {c: getattr(present, f"{c}_weight") for c in CUES}
    )
    return [_weight(cue, getattr(present, f"{cue}_weight"), w) for cue, w in told.items() if _sure(w, present, cue)]


def _sure(weight: Weight, present: Profile, cue: str) -> bool:
    return weight.differs(getattr(present, f"{cue}_weight"))


def _weight(cue: str, before: float, said: Weight) -> Change:
    after = round(min(max(said.value, 0.0), 5.0), 1)
    low, high = (said.value + side * 1.96 * said.sd for side in (-1, 1))
    return Change(f"{cue}_weight", before, after, f"what people found speaks for {low:.1f} to {high:.1f} nats")


def _without_loss(change: Change, history: History, present: Profile, now: Mapping[str, float]) -> Change | None:
    """The change, or a part of it, under which no stay that may not be lost is told less or later."""
    protected = history.of(*KEPT)
    whole = isinstance(getattr(present, change.name), int)
    for part in PARTS_OF_A_STEP:
        value = change.before + part * (change.after - change.before)
        value = int(value) if whole else round(value, 1)
        if value == change.before:
            continue
        try:
            after = Profile().with_overrides({**now, change.name: value})
        except ProfileError:
            continue  # a ramp would end before it begins
        if not loses(protected, present, after):
            return Change(change.name, change.before, value, change.why)
    return None
