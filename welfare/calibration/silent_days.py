"""What silent zones would have raised, by tier a day: counts of stays, with the interval of their rate."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from welfare.calibration.models import RecordedStay, SilentConcern
from welfare.calibration.tier_rates import TierRate, tier_rates
from zones.models import Zone
from zones.tier import Tier

SHOWN_DAYS = 14
LEAST_DAYS = 7.0  # assumed: less does not hold a week's habits


@dataclass(frozen=True, slots=True)
class ZoneDays:
    """One silent zone.

    Attributes:
        key: of the zone.
        rows: newest first: the date, and how many stays reached each tier as their highest, most urgent first.
        rates: by tier, most urgent first.
        words: what to make of it.
    """

    key: int
    zone: str
    rows: list[dict[str, Any]]
    rates: list[TierRate]
    words: str


def by_zone(among: QuerySet[Zone]) -> list[ZoneDays]:
    """Every one of some zones that is silent now or has raised something silently lately."""
    since = timezone.now() - timedelta(days=SHOWN_DAYS)
    lately = SilentConcern.objects.filter(frame_at__gte=since).values("zone")
    zones = among.filter(removed_at=None).select_related("camera__site")
    chosen = zones.filter(silent=True) | zones.filter(pk__in=lately)
    return [_days(zone, since) for zone in chosen.order_by("pk")]


def _days(zone: Zone, since: Any) -> ZoneDays:
    highest: dict[Any, tuple[Any, Tier]] = {}
    for concern in SilentConcern.objects.filter(zone=zone, frame_at__gte=since).order_by("frame_at"):
        day, before = highest.get(concern.episode, (timezone.localdate(concern.frame_at), Tier.NOTICE))
        highest[concern.episode] = (day, max(before, Tier(concern.tier)))
    counts = Counter(highest.values())
    days = sorted({day for day, _ in counts}, reverse=True)
    tiers = sorted(Tier, reverse=True)
    rows = [{"day": day, "counts": [counts[day, tier] for tier in tiers]} for day in days]
    watched = _watched_days(zone, since)
    reached = Counter(tier for _, tier in highest.values())
    return ZoneDays(zone.pk, str(zone), rows, tier_rates(reached, watched), _words(watched))


def _watched_days(zone: Zone, since: Any) -> float:
    """From the first stay that was recorded to now, days."""
    first = RecordedStay.objects.filter(zone=zone, ended_at__gte=since).order_by("ended_at").first()
    return (timezone.now() - first.began_at).total_seconds() / 86_400 if first else 0.0


def _words(watched_days: float) -> str:
    if watched_days < LEAST_DAYS:
        return f"Watched for {watched_days:.1f} days: leave it silent for {LEAST_DAYS - watched_days:.1f} more."
    return f"Watched for {watched_days:.0f} days."
