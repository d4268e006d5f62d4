"""Additive evidence in log-odds, its memory, and the tier that it holds: the formulas of the behaviour table.

e = w * q * g          weight, quality of the sight, ramp
h(t) = max(e, h(t - dt) * 2^(-dt / T))
G = max(h in group) + 0.35 * sum(other h in group)
L = context + sum G

What was not seen is unknown, never safe: beside L stands the most that L could be had everything been seen.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from welfare.behaviour.cues import Measurement, half_life_s
from welfare.behaviour.events import Reason
from welfare.behaviour.profile import CUES, GROUPS, Profile
from zones.tier import Tier

NOTHING_NATS = 0.005  # less than this is not told


def remembered(before: float, now: float, dt_s: float, half_life_s: float) -> float:
    """h: what a cue adds now, given what it added `dt_s` ago."""
    return max(now, before * math.exp2(-max(dt_s, 0.0) / half_life_s))


def grouped(values: Mapping[str, float], share: float) -> dict[str, float]:
    """What each cue of one group counts: the strongest in full, the others `share` of theirs; G is their sum."""
    strongest = max(sorted(values), key=lambda name: values[name], default="")
    return {name: value if name == strongest else share * value for name, value in values.items()}


@dataclass(slots=True)
class Evidence:
    """What one stay's cues add up to.

    Attributes:
        profile: weights and half-lives.
        nats: h of each cue.
        shown: the measurement that h comes from: what was seen, and when.
        could: what each cue might add had it been seen clearly.
    """

    profile: Profile
    nats: dict[str, float] = field(default_factory=dict)
    shown: dict[str, Measurement] = field(default_factory=dict)
    could: dict[str, float] = field(default_factory=dict)

    def update(self, measured: Iterable[Measurement], dt_s: float) -> None:
        """Let memory fade by `dt_s` and take in what is measured now; the order of the measurements is no matter."""
        p = self.profile
        for cue in list(self.nats):
            self.nats[cue] = remembered(self.nats[cue], 0.0, dt_s, half_life_s(p, cue))
            if self.nats[cue] < NOTHING_NATS:
                self.forget(cue)
        self.could = {}
        for m in measured:
            self.could[m.cue] = m.could_add(p)
            if m.adds(p) > 0 and m.adds(p) >= self.nats.get(m.cue, 0.0):
                self.nats[m.cue], self.shown[m.cue] = m.adds(p), m

    def forget(self, cue: str) -> None:
        """What was said by a cue turned out to be nothing."""
        self.nats.pop(cue, None)
        self.shown.pop(cue, None)

    def parts(self) -> dict[str, float]:
        """What each cue counts in L now, nats."""
        return self._parts(self.nats)

    def score(self, context: float) -> float:
        """L."""
        return context + math.fsum(self.parts().values())

    def score_high(self, context: float) -> float:
        """The most that L could be: what was seen badly counts in full, what was not seen as if it were there."""
        most = {cue: max(self.nats.get(cue, 0.0), self.could.get(cue, 0.0)) for cue in {*self.nats, *self.could}}
        return context + math.fsum(self._parts(most).values())

    def reasons(self) -> list[Reason]:
        """Each cue that counts, with its measurement and the time of the frame that shows it, strongest first."""
        parts = self.parts()
        found = [_reason(self.shown[cue], nats) for cue, nats in parts.items() if cue in self.shown]
        return sorted(found, key=lambda reason: (-reason.weight_nats, reason.cue))

    def snapshot(self) -> list[list[Any]]:
        """JSON-able."""
        return [
            [m.cue, self.nats[m.cue], m.words, m.value if math.isfinite(m.value) else None, m.unit, m.quality, m.t_s]
            for m in self.shown.values()
        ]

    def restore(self, rows: Iterable[Iterable[Any]]) -> None:
        """Take back what `snapshot` gave; a cue that is not known any more is left out."""
        for cue, nats, words, value, unit, quality, t_s in rows:
            if cue in CUES:
                self.nats[cue] = nats
                value = math.nan if value is None else value
                self.shown[cue] = Measurement(cue, words, value, unit, quality, 1.0, t_s)

    def _parts(self, values: Mapping[str, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for group in GROUPS:
            members = {cue: values[cue] for cue in CUES if CUES[cue].group == group and cue in values}
            found |= grouped(members, self.profile.group_share)
        return found


def _reason(m: Measurement, nats: float) -> Reason:
    return Reason(m.cue, m.words, m.value, m.unit, m.quality, nats, m.t_s)


@dataclass(slots=True)
class _Latch:
    """One tier's threshold: on after `hold_s` of the last `hold_window_s` above, off after 20 s well below."""

    on: bool = False
    below_since_s: float | None = None


@dataclass(slots=True)
class TierHold:
    """The tier that a score holds. Each threshold has its own memory, so more risk never lowers the tier."""

    profile: Profile
    recent: deque[tuple[float, float, float]] = field(default_factory=deque)  # end time, seconds, score
    latches: dict[Tier, _Latch] = field(
        default_factory=lambda: {tier: _Latch() for tier in (Tier.NOTICE, Tier.CONCERN, Tier.URGENT)}
    )

    @property
    def tier(self) -> Tier | None:
        """The highest that is held."""
        return max((tier for tier, latch in self.latches.items() if latch.on), default=None)

    def update(self, t_s: float, dt_s: float, score: float) -> Tier | None:
        """Take in a score that held for the last `dt_s` seconds up to `t_s`."""
        p = self.profile
        self.recent.append((t_s, min(dt_s, p.max_gap_s), score))
        while self.recent[0][0] <= t_s - p.hold_window_s:
            self.recent.popleft()
        for tier, latch in self.latches.items():
            threshold = {Tier.NOTICE: p.notice, Tier.CONCERN: p.concern, Tier.URGENT: p.urgent}[tier]
            above_s = math.fsum(seconds for _, seconds, past in self.recent if past >= threshold)
            if score >= threshold and above_s >= p.hold_s - 1e-6:
                latch.on = True
            if score > threshold - p.down_by:
                latch.below_since_s = None
            elif latch.below_since_s is None:
                latch.below_since_s = t_s
            elif t_s - latch.below_since_s >= p.down_after_s:
                latch.on = False
        return self.tier

    def take_up(self, tier: Tier | None) -> None:
        """Hold a tier, and those under it, as another worker did."""
        for each, latch in self.latches.items():
            latch.on = tier is not None and each <= tier
