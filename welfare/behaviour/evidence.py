"""Additive evidence in log-odds, its memory, and the tier that it holds: the formulas of the behaviour table.

e = w * q * g          weight, quality of the sight, ramp
h(t) = max(e, h(t - dt) * 2^(-dt / T))
G = max(h in group) + 0.35 * sum(other h in group)
L = context + sum G
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from welfare.behaviour.profile import Profile
from zones.tier import Tier


def remembered(before: float, now: float, dt_s: float, half_life_s: float) -> float:
    """h: what a cue adds now, given what it added `dt_s` ago."""
    return max(now, before * math.exp2(-max(dt_s, 0.0) / half_life_s))


def grouped(values: Mapping[str, float], share: float) -> float:
    """G: cues of one group say the same thing, so only the strongest counts in full."""
    if not values:
        return 0.0
    strongest = max(values.values())
    return strongest + share * (sum(values.values()) - strongest)


@dataclass(slots=True)
class TierHold:
    """The tier that a score holds: up after `hold_s` of the last `hold_window_s`, down after 20 s well below."""

    profile: Profile
    tier: Tier | None = None
    recent: deque[tuple[float, float, float]] = field(default_factory=deque)  # end time, seconds, score
    below_since_s: float | None = None

    def update(self, t_s: float, dt_s: float, score: float) -> Tier | None:
        """Take in a score that held for the last `dt_s` seconds up to `t_s`."""
        p = self.profile
        self.recent.append((t_s, min(dt_s, p.max_gap_s), score))
        while self.recent[0][0] <= t_s - p.hold_window_s:
            self.recent.popleft()
        reached = None
        for tier, threshold in ((Tier.NOTICE, p.notice), (Tier.CONCERN, p.concern), (Tier.URGENT, p.urgent)):
            if sum(seconds for _, seconds, past in self.recent if past >= threshold) >= p.hold_s:
                reached = tier
        if reached is not None and (self.tier is None or reached > self.tier):
            self.tier, self.below_since_s = reached, None
        else:
            self._lower(t_s, score, reached)
        return self.tier

    def _lower(self, t_s: float, score: float, reached: Tier | None) -> None:
        if self.tier is None or self.tier is Tier.CRITICAL:
            return
        p = self.profile
        threshold = {Tier.NOTICE: p.notice, Tier.CONCERN: p.concern, Tier.URGENT: p.urgent}[self.tier]
        if score > threshold - p.down_by:
            self.below_since_s = None
        elif self.below_since_s is None:
            self.below_since_s = t_s
        elif t_s - self.below_since_s >= p.down_after_s:
            self.tier, self.below_since_s = reached, None
