"""A recorded stay scored again under another profile: with the evidence, memory and hold of the live watch.

Weights, ramps, half-lives, tiers and the backstop can be tried so. What a measurement itself rests on (lengths, angles,
the rail) and the triggers stay as they were: no profile that is proposed touches them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from welfare.behaviour.cues import Measurement, share, weight
from welfare.behaviour.evidence import Evidence, TierHold
from welfare.behaviour.profile import CUES, Profile
from welfare.behaviour.record import Moment, StayRecord
from zones.tier import Tier

NOBODY = (Moment(0, {}),)
RESCORED = frozenset(
    f"{cue}_{part}"
    for cue, parts in {
        "stay": ("from_s", "to_s", "weight"),
        "pacing": ("from", "to", "weight"),
        "returns": ("from", "to", "weight"),
        "object": ("static_s", "weight"),
        "lean": ("from_deg", "to_deg", "weight"),
        "upper": ("from_s", "to_s", "weight"),
        "outlook": ("from", "to", "weight"),
        "low": ("hold_s", "weight"),
        "run": ("weight",),
        "alone": ("weight",),
        "companion": ("weight",),
        "backstop": ("s",),
    }.items()
    for part in parts
)
"""The values of the profile that a record can be scored again under."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a stay would have been.

    Attributes:
        first_s: when each tier, or a higher one, was first reached: seconds since the stay began.
    """

    first_s: Mapping[Tier, float]

    @property
    def tier(self) -> Tier | None:
        """The highest."""
        return max(self.first_s, default=None)


def rescored(record: StayRecord, profile: Profile) -> Rescored:
    """Score a stay again."""
    first: dict[Tier, float] = {}
    for rise in record.rises:
        if rise.trigger:
            first[rise.tier] = min(first.get(rise.tier, rise.at_s), rise.at_s)
    hold = TierHold(profile)
    for at_s, moment, score, _ in _scores(record, profile) if _might_rise(record, profile) else ():
        tiers = [hold.update(at_s, 1.0, score)]
        if moment.cues.get("stay", (0.0, 0.0))[0] >= profile.backstop_s:
            tiers.append(Tier.CONCERN)
        tier = max((tier for tier in tiers if tier is not None), default=None)
        if tier is not None:
            first[tier] = min(first.get(tier, at_s), at_s)
    return Rescored(_with_lower(first))


def peak(record: StayRecord, profile: Profile) -> dict[str, float]:
    """What each cue counted where the score was highest, as a share of its weight."""
    best, shares = float("-inf"), dict[str, float]()
    for _, _, score, evidence in _scores(record, profile):
        if score > best:
            counted = {cue: (nats, weight(profile, cue)) for cue, nats in evidence.parts().items()}
            best, shares = score, {cue: nats / full for cue, (nats, full) in counted.items() if full}
    return shares


def _might_rise(record: StayRecord, profile: Profile) -> bool:
    """Whether the score could reach a notice, had all been at its most at once: of most stays it could not."""
    most = dict.fromkeys(CUES, 0.0)
    for moment in record.moments:
        for cue, (x, q) in moment.cues.items():
            most[cue] = max(most[cue], weight(profile, cue) * q * share(profile, cue, x))
            if cue == "stay" and x >= profile.backstop_s:
                return True
    return max(_context(moment, profile) for moment in record.moments or NOBODY) + sum(most.values()) >= profile.notice


def _scores(record: StayRecord, profile: Profile) -> Iterator[tuple[float, Moment, float, Evidence]]:
    """Second by second: the moment that holds, and what it adds up to with what is remembered."""
    evidence = Evidence(profile)
    for at_s, moment in _seconds(record):
        if moment.cues.get("object", (1.0, 0.0))[0] == 0:
            evidence.forget("object")
        found = [
            Measurement(cue, "", x, "", q, share(profile, cue, x), at_s) for cue, (x, q) in moment.cues.items() if x > 0
        ]
        evidence.update(found, 1.0)
        yield at_s, moment, evidence.score(_context(moment, profile)), evidence


def _context(moment: Moment, profile: Profile) -> float:
    return {"alone": profile.alone_weight, "companion": profile.companion_weight}.get(moment.context, 0.0)


def _seconds(record: StayRecord) -> Iterator[tuple[float, Moment]]:
    """Each second of the stay with the moment that holds in it."""
    ends: Sequence[int] = [m.at_s for m in record.moments[1:]]
    last = max(int(record.ended_s - record.began_s), record.moments[-1].at_s + 1) if record.moments else 0
    for moment, end in zip(record.moments, [*ends, last] if record.moments else [], strict=True):
        for second in range(moment.at_s, end):
            yield float(second), moment


def _with_lower(first: Mapping[Tier, float]) -> dict[Tier, float]:
    """Who reaches a tier has reached those under it."""
    found: dict[Tier, float] = {}
    for tier in sorted(first, reverse=True):
        found |= {low: min(first[tier], found.get(low, first[tier])) for low in Tier if low <= tier}
    return found
