"""Alone or with company: the only context that is used, and the only cue that may lower a score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import Profile

MISSED_S = 1.0  # assumed: a companion who is not seen for so long is still there


@dataclass(slots=True)
class Company:
    """Who has been near one person.

    Attributes:
        together_s: how long somebody has been within a companion's distance.
        near_s: when last.
    """

    together_s: float = 0.0
    near_s: float = float("-inf")

    def update(self, profile: Profile, person: Observation, others: Sequence[Observation], dt_s: float) -> "Around":
        """Take in one frame."""
        nearest = min((_apart_m(person, other) for other in others), default=float("inf"))
        if nearest <= profile.companion_m:
            self.together_s, self.near_s = self.together_s + dt_s, person.t_s
        elif person.t_s - self.near_s > MISSED_S:
            self.together_s = 0.0
        return Around(nearest, len(group(person, others, profile.companion_m)), self.together_s)


@dataclass(frozen=True, slots=True)
class Around:
    """Who is around a person now.

    Attributes:
        nearest_m: to the next person, infinity where nobody is seen.
        group: how many stand together with them, they included.
        together_s: how long they have had company.
    """

    nearest_m: float
    group: int
    together_s: float

    def counts(self, profile: Profile) -> tuple[str, float, str]:
        """The context's name, what it adds in nats, and in words; an empty name where it says nothing."""
        if self.together_s >= profile.companion_hold_s:
            many = f"in a group of {self.group}" if self.group > 2 else "with somebody"
            words = f"{many} for {self.together_s:.0f} s"
            return "companion", profile.companion_weight, words
        if self.nearest_m > profile.alone_m:
            return "alone", profile.alone_weight, f"nobody within {profile.alone_m:.0f} m"
        return "", 0.0, ""


def group(person: Observation, others: Sequence[Observation], reach_m: float) -> frozenset[int]:
    """Tracks of everybody who stands within `reach_m` of the person, or of one who does."""
    found, left = {person.track_id}, [o for o in others if o.track_id != person.track_id]
    border = [person]
    while border:
        here = border.pop()
        near = [o for o in left if _apart_m(here, o) <= reach_m]
        left = [o for o in left if o not in near]
        found |= {o.track_id for o in near}
        border += near
    return frozenset(found)


def _apart_m(a: Observation, b: Observation) -> float:
    return float(np.hypot(a.feet_m[0] - b.feet_m[0], a.feet_m[1] - b.feet_m[1]))
