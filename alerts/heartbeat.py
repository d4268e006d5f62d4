"""When a part of the service last finished a healthy round, on the database's clock."""

from datetime import timedelta

from django.db.models.functions import Now

from alerts.models import Heartbeat

AHEAD_S = 5  # a beat from the future was written before the clock was set back: it says nothing


def beat(name: str) -> None:
    """Say that a part has just finished a healthy round."""
    if not Heartbeat.objects.filter(name=name).update(beat_at=Now()):
        Heartbeat.objects.bulk_create([Heartbeat(name=name)], ignore_conflicts=True)


def alive(name: str, within_s: float) -> bool:
    """Whether a part has been heard of within so many seconds."""
    since, until = Now() - timedelta(seconds=within_s), Now() + timedelta(seconds=AHEAD_S)
    return Heartbeat.objects.filter(name=name, beat_at__gt=since, beat_at__lt=until).exists()


def silent(name: str, within_s: float = 60.0) -> bool:
    """Whether a part was heard of once and is not now: one that was never started is not missed."""
    return Heartbeat.objects.filter(name=name).exists() and not alive(name, within_s)
