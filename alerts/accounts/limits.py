"""How long a log-in lasts, by role: pure. An operator's console that is open counts as somebody at the desk."""

from collections.abc import Collection
from dataclasses import dataclass

from alerts.accounts.roles import Role

HOUR = 3600.0
MINUTE = 60.0
WARN_S = 15 * MINUTE
"""So long before the end an open console says so; assumed: time to finish what one is at and log in again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one log-in.

    Attributes:
        idle_s: it ends after so many seconds in which nobody did anything.
        longest_s: and after so many in any case.
        sessions: so many of one person at once; the oldest ends when there are more.
        watching: whether an open console counts as doing something.
    """

    idle_s: float
    longest_s: float
    sessions: int
    watching: bool = False


# Assumed: a shift of 12 hours with its hand-over for who is on duty; shorter, the more a log-in can do or see.
LIMITS = {
    Role.OPERATOR: Limits(30 * MINUTE, 13 * HOUR, 4, watching=True),
    Role.SUPERVISOR: Limits(30 * MINUTE, 13 * HOUR, 4),
    Role.ZONE_ADMIN: Limits(60 * MINUTE, 10 * HOUR, 3),
    Role.PARTNER: Limits(60 * MINUTE, 12 * HOUR, 3),
    Role.AUDITOR: Limits(30 * MINUTE, 10 * HOUR, 2),
}
SUPERUSER = Limits(15 * MINUTE, 4 * HOUR, 2)
NO_ROLE = Limits(30 * MINUTE, 1 * HOUR, 2)


def limits_of(roles: Collection[Role], *, superuser: bool = False) -> Limits:
    """Of a superuser; of an operator, who must not lose the console; else the strictest of the roles."""
    if superuser:
        return SUPERUSER
    if Role.OPERATOR in roles:
        return LIMITS[Role.OPERATOR]
    held = [LIMITS[role] for role in roles] or [NO_ROLE]
    return Limits(
        min(limit.idle_s for limit in held),
        min(limit.longest_s for limit in held),
        min(limit.sessions for limit in held),
    )


def left_s(limits: Limits, began_s: float, seen_s: float, now_s: float) -> float:
    """Seconds until a log-in ends; zero or less when it is over.

    Args:
        limits: of its person.
        began_s: when it began, UTC seconds.
        seen_s: when its person last did something.
        now_s: the present.
    """
    return min(began_s + limits.longest_s, seen_s + limits.idle_s) - now_s
