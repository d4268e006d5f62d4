"""What an escalation does next: functions of values, with no clock, database or network.

An escalation runs through its steps `loops` times and then repeats the last step for ever: only a person stops it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zones.tier import Tier

LEAST_WAIT_S = 5  # a policy of zero waits must not page in a spin
ACKNOWLEDGED_FOR_S = 900  # where a policy does not say
QUIET_LOOK_S = 600  # a notice pages nobody; the engine only looks at it again

# Steps that stand in no policy; a step run carries one of these numbers.
WATCHDOG_STEP, EVERYONE_STEP, STAND_DOWN_STEP = 998, 999, 1000

# The longest that an incident may be set aside at once, seconds, and how often: assumed. It comes back by itself.
SNOOZE_S = {Tier.NOTICE: 1800, Tier.CONCERN: 1800, Tier.URGENT: 600, Tier.CRITICAL: 300}
SNOOZES = {Tier.NOTICE: 4, Tier.CONCERN: 4, Tier.URGENT: 2, Tier.CRITICAL: 1}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a policy as the incident keeps it.

    Attributes:
        wait_s: seconds to wait for an acknowledgement after it.
        channels: in order.
        rota, agency, contact: database keys; one of them, a role, or `everyone`.
        everyone: the fall-back where nothing else reaches anybody.
        role: everybody who has it at the site.
        site, camera, zone: where the incident is; an agency may not take every place.
    """

    wait_s: int
    channels: tuple[str, ...]
    rota: int | None = None
    agency: int | None = None
    contact: int | None = None
    everyone: bool = False
    role: str = ""
    site: int | None = None
    camera: int | None = None
    zone: int | None = None


EVERYONE = Step(wait_s=60, channels=("sms", "voice"), everyone=True)


@dataclass(frozen=True, slots=True)
class Position:
    """Where an escalation stands: the step that comes next."""

    loop: int
    step: int


def policy_of(snapshot: object) -> Mapping[str, Any]:
    """A snapshot as the database has it; one that makes no sense is an empty policy: everyone, never silence."""
    return snapshot if isinstance(snapshot, Mapping) else {}


def steps_of(snapshot: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of an incident's policy snapshot; nobody to ask, or nothing to read, means everyone, never silence."""
    raw = snapshot.get("steps")
    return tuple(_step(step) for step in raw) if isinstance(raw, list) and raw else (EVERYONE,)


def _step(raw: Any) -> Step:
    """One step; everyone for one that cannot be read."""
    try:
        return Step(
            wait_s=int(raw["wait_s"]),
            channels=tuple(raw["channels"]),
            rota=_key(raw.get("rota")),
            agency=_key(raw.get("agency")),
            contact=_key(raw.get("contact")),
            everyone=bool(raw.get("everyone")),
            role=str(raw.get("role") or ""),
            site=_key(raw.get("site")),
            camera=_key(raw.get("camera")),
            zone=_key(raw.get("zone")),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return EVERYONE


def _key(value: Any) -> int | None:
    return None if value is None else int(value)


def loops_of(snapshot: Mapping[str, Any]) -> int:
    """How often the steps are gone through before the last repeats; once where that cannot be read."""
    loops = snapshot.get("loops")
    return max(loops, 1) if isinstance(loops, int) else 1


def hold_s(snapshot: Mapping[str, Any]) -> int:
    """For how long an acknowledgement stands, seconds."""
    held = snapshot.get("acknowledged_for_s")
    return held if isinstance(held, int) else ACKNOWLEDGED_FOR_S


def after(position: Position, steps: Sequence[Step], loops: int) -> Position:
    """The step that follows: the next one, the first of the next loop, or the last one again."""
    last = len(steps) - 1
    if position.loop >= loops:
        return Position(position.loop + 1, last)
    if position.step < last:
        return Position(position.loop, position.step + 1)
    return Position(position.loop + 1, 0 if position.loop + 1 < loops else last)


def step_at(position: Position, steps: Sequence[Step]) -> Step:
    """The step at a position; a position past the end of a shortened policy is its last step."""
    return steps[min(position.step, len(steps) - 1)]


def longest_wait_s(state: str, tier: int, snapshot: Mapping[str, Any], *, begun: bool = True) -> int:
    """The longest that the next action of an unresolved incident can rightly lie ahead, seconds.

    Its first step is due at once, unless it is held, by quiet hours or maintenance.
    """
    if snapshot.get("quiet"):
        return max(QUIET_LOOK_S, SNOOZE_S[Tier(tier)])
    if state == "acknowledged":
        return hold_s(snapshot)
    if state == "snoozed":
        return SNOOZE_S[Tier(tier)]
    if not begun:
        held = snapshot.get("held_for_s")
        return max(LEAST_WAIT_S, held if isinstance(held, int) else 0)
    return max(LEAST_WAIT_S, EVERYONE.wait_s, *(step.wait_s for step in steps_of(snapshot)))


# --- Attempts: states only move forward ---------------------------------------------------------------------
RANK = {
    "queued": 0,
    "claimed": 1,
    "unknown": 2,
    "accepted": 3,
    "sent": 4,
    "failed_temporary": 5,
    "failed_permanent": 6,
    "delivered": 7,
    "cancelled": 8,
}


def moves_forward(before: str, now: str) -> bool:
    """Whether an attempt may go from one state to another: late and reordered callbacks may not take it back."""
    return RANK[now] > RANK[before]
