"""Whether a page may wait: a function of values. Nothing from urgent upwards ever waits, whatever a row says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.rotas.hours import Hours
from zones.tier import Tier

FIRST_TIER_THAT_NEVER_WAITS = Tier.URGENT
LONGEST_HOLD = timedelta(hours=24)  # assumed: quiet hours are a night; longer ones hold a page for a day at most


def held_until(hours: Hours, tier: Tier, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when a page of a tier is held by quiet hours; None: it goes out now.

    Hours that restrict nothing are no quiet hours: an empty text never silences.
    """
    if tier >= FIRST_TIER_THAT_NEVER_WAITS or hours.always:
        return None
    end = hours.ends(at, zone)
    while end is not None and end < at + LONGEST_HOLD and (later := hours.ends(end, zone)) is not None:
        end = later
    return end if end is None else min(end, at + LONGEST_HOLD)
