"""What the watch leaves for the calibration, and when it goes: written beside the paging, never before it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from alerts import intake
from welfare.behaviour.record import Rise, StayRecord, moments_as_json, moments_from_json
from welfare.calibration.models import RecordedStay, SilentConcern
from zones.tier import Tier


def keep_stays(records: Iterable[StayRecord], overrides: Mapping[int, Mapping[str, Any]]) -> None:
    """Write stays that are over.

    Args:
        records: of zones of the database.
        overrides: in force, by zone.
    """
    rows = [
        RecordedStay(
            zone_id=key,
            episode=UUID(record.episode),
            began_at=datetime.fromtimestamp(record.began_s, UTC),
            ended_at=datetime.fromtimestamp(record.ended_s, UTC),
            stay_s=round(record.stay_s, 1),
            edge_stay_s=round(record.edge_stay_s, 1),
            tier=record.tier,
            rises=[[round(rise.at_s, 1), int(rise.tier), rise.trigger] for rise in record.rises],
            moments=moments_as_json(record.moments),
            overrides=dict(overrides[key]),
            whole=record.whole,
        )
        for record in records
        if (key := record.zone_key) is not None and key in overrides
    ]
    RecordedStay.objects.bulk_create(rows, ignore_conflicts=True)


def record_of(row: RecordedStay) -> StayRecord:
    """The stay as it was measured."""
    return StayRecord(
        episode=str(row.episode),
        zone_key=row.zone_id,
        began_s=row.began_at.timestamp(),
        ended_s=row.ended_at.timestamp(),
        stay_s=row.stay_s,
        edge_stay_s=row.edge_stay_s,
        moments=moments_from_json(row.moments),
        rises=tuple(Rise(at_s, Tier(tier), trigger) for at_s, tier, trigger in row.rises),
        whole=row.whole,
    )


def keep_silent(zone_id: int, episode: UUID, tier: Tier, frame_at: datetime, **concern: Any) -> None:
    """Write what a silent zone would have raised; the same again changes nothing.

    Args:
        zone_id: where.
        episode: the stay.
        tier: which.
        frame_at: time of the frame.
        concern: `score`, `triggered` and `reasons`.
    """
    defaults = {"zone_id": zone_id, "frame_at": frame_at, **concern}
    SilentConcern.objects.get_or_create(episode=episode, tier=tier, defaults=defaults)


def forget_old() -> dict[str, int]:
    """Delete what has expired; returns how many by class. Each goes in one transaction with its line of the report."""
    days = settings.RETENTION_DAYS
    raised, quiet = (timezone.now() - timedelta(days=days[key]) for key in ("raised_stay", "quiet_stay"))
    concern = Q(tier__gte=Tier.CONCERN)
    gone: Counter[str] = Counter()
    for key, rows, at in (
        ("quiet_stay", RecordedStay.objects.filter(ended_at__lt=quiet).exclude(concern), "ended_at"),
        ("raised_stay", RecordedStay.objects.filter(concern, ended_at__lt=raised), "ended_at"),
        ("raised_stay", SilentConcern.objects.filter(frame_at__lt=raised), "frame_at"),
    ):
        with transaction.atomic():
            oldest = rows.aggregate(oldest=Min(at))["oldest"]
            count = rows.delete()[0] if oldest else 0
            if count:
                intake.forgot(key, count, oldest)
        gone[key] += count
    return dict(gone)
