"""What another profile would have changed: every recorded stay scored again under both."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from welfare.behaviour.profile import Profile
from welfare.behaviour.rescoring import Rescored, rescored
from welfare.calibration.history import KEPT, History, Stay, Verdict
from welfare.evaluation.intervals import Estimate, rate
from zones.tier import Tier

LATER_S = 5.0  # assumed: a stay that somebody was found in may be told so much later at most
SAME_S = 2.0  # records hold whole seconds
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Changed:
    """A stay that would have been told otherwise."""

    stay: Stay
    before: Rescored
    after: Rescored

    @property
    def lost(self) -> bool:
        """It would be told less, or later, at a tier that it reached."""
        return any(
            self.after.first_s.get(tier, float("inf")) > at_s + LATER_S for tier, at_s in self.before.first_s.items()
        )

    @property
    def differs(self) -> bool:
        """Its highest tier differs, or when it was reached."""
        if self.before.tier is not self.after.tier:
            return True
        tier = self.before.tier
        return tier is not None and abs(self.before.first_s[tier] - self.after.first_s[tier]) > SAME_S

    def as_json(self) -> dict[str, Any]:
        """For the page of the proposal."""
        return {
            "began_at": self.stay.began_at.isoformat(timespec="seconds"),
            "verdict": self.stay.verdict.value,
            "edge_stay_s": round(self.stay.record.edge_stay_s),
            "before": _words(self.before),
            "after": _words(self.after),
            "lost": self.stay.verdict in KEPT and self.lost,
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """History under two profiles.

    Attributes:
        before, after: stays by the tier that they reach and their verdict.
        days: that the history spans.
        changed: stays that differ.
        lost: of the stays that may not be lost, how many would be told less or later.
        agreement: share of stays for which scoring again under the values of their time gives the tier that was raised.
    """

    before: Mapping[tuple[Tier, Verdict], int]
    after: Mapping[tuple[Tier, Verdict], int]
    days: float
    changed: tuple[Changed, ...]
    lost: int
    agreement: float | None

    def false_a_day(self, counts: Mapping[tuple[Tier, Verdict], int], least: Tier) -> Estimate | None:
        """Stays a day that reach a tier, and in which nobody was found at risk; with the Poisson interval."""
        events = sum(n for (tier, verdict), n in counts.items() if tier >= least and verdict not in KEPT)
        return rate(events, self.days)

    def as_json(self) -> dict[str, Any]:
        """Everything that a person needs to decide."""
        return {
            "days": round(self.days, 1),
            "agreement": None if self.agreement is None else round(self.agreement, 3),
            "lost": self.lost,
            "tiers": [self._row(tier) for tier in sorted(Tier, reverse=True)],
            "changed": [changed.as_json() for changed in self.changed[:SHOWN]],
            "changed_in_all": len(self.changed),
        }

    def _row(self, tier: Tier) -> dict[str, Any]:
        sides: dict[str, Any] = {"tier": tier.word}
        for name, counts in (("before", self.before), ("after", self.after)):
            a_day = self.false_a_day(counts, tier)
            sides[name] = {
                "at_risk": sum(counts.get((tier, verdict), 0) for verdict in KEPT),
                "benign": counts.get((tier, Verdict.BENIGN), 0),
                "unjudged": counts.get((tier, Verdict.UNJUDGED), 0),
                "false_a_day_at_least": a_day.as_json() if a_day else None,
            }
        return sides


def compare(history: History, before: Profile, after: Profile, in_force: Mapping[str, Profile] | None = None) -> Effect:
    """Score a history again under two profiles.

    Args:
        history: of one zone.
        before: the profile in force.
        after: another one.
        in_force: by episode, the profile of its time, where it is known.
    """
    pairs = [Changed(stay, rescored(stay.record, before), rescored(stay.record, after)) for stay in history.stays]
    return Effect(
        before=_counts((pair.stay, pair.before) for pair in pairs),
        after=_counts((pair.stay, pair.after) for pair in pairs),
        days=history.span_days,
        changed=tuple(pair for pair in pairs if pair.differs),
        lost=sum(pair.lost for pair in pairs if pair.stay.verdict in KEPT),
        agreement=_agreement(pairs, before, in_force or {}),
    )


def loses(stays: Iterable[Stay], before: Profile, after: Profile) -> int:
    """How many of some stays would be told less or later."""
    return sum(Changed(stay, rescored(stay.record, before), rescored(stay.record, after)).lost for stay in stays)


def _counts(scored: Iterable[tuple[Stay, Rescored]]) -> dict[tuple[Tier, Verdict], int]:
    return dict(Counter((found.tier, stay.verdict) for stay, found in scored if found.tier is not None))


def _agreement(pairs: Sequence[Changed], before: Profile, in_force: Mapping[str, Profile]) -> float | None:
    same = []
    for pair in pairs:
        record = pair.stay.record
        profile = in_force.get(record.episode)
        if profile is not None:
            again = pair.before if profile == before else rescored(record, profile)
            same.append(again.tier is record.tier)
    return sum(same) / len(same) if same else None


def _words(found: Rescored) -> str:
    return f"{found.tier.word} after {found.first_s[found.tier]:.0f} s" if found.tier is not None else "nothing"
