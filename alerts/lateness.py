"""What is late: incidents that the engine let lie, and parts of the service that do not answer.

The watchdog pages for the first; the console's banner, /healthz and `manage.py health` tell of the second.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from alerts.deadman import PING
from alerts.engine import HEARTBEAT
from alerts.heartbeat import alive, silent
from alerts.models import Attempt, Channel, Heartbeat, Incident, StepRun
from zones.models import Camera, CameraStatus

OVERDUE_S = 10
UNACCEPTED_S = 20
STALE_S = 15
WATCHDOG_STALE_S = 40
FRAME_STALE_S = 20
PING_MISSED = 4  # so many pings in a row
WATCHDOG, MEDIA = "watchdog", "media"
REACHED = (Attempt.State.ACCEPTED, Attempt.State.SENT, Attempt.State.DELIVERED)


@dataclass(frozen=True, slots=True)
class LetLie:
    """An incident that the engine has let lie, and what is wrong."""

    incident: Incident
    words: str


def let_lie() -> Iterator[LetLie]:
    """Unresolved incidents that need another path, each once."""
    seen: set[int] = set()
    unresolved = Incident.objects.exclude(state=Incident.State.RESOLVED)
    for words, found in (
        (f"overdue by {OVERDUE_S} s", unresolved.filter(next_action_at__lt=ago(OVERDUE_S))),
        (f"nobody's phone took its page within {UNACCEPTED_S} s", _unaccepted(unresolved)),
        ("a page waits that nobody sends", _unsent(unresolved)),
    ):
        for incident in found:
            if incident.pk not in seen and not incident.policy.get("quiet"):
                seen.add(incident.pk)
                yield LetLie(incident, words)


def ago(seconds: float) -> object:
    """An instant of the database's clock."""
    return Now() - timedelta(seconds=seconds)


def _unaccepted(unresolved: QuerySet[Incident]) -> QuerySet[Incident]:
    """Open, paged in this run, and no phone has taken a page: neither a step before nor this one."""
    runs = StepRun.objects.filter(incident=OuterRef("pk"), run=OuterRef("run"))
    tries = Attempt.objects.filter(
        notification__step_run__incident=OuterRef("pk"), notification__step_run__run=OuterRef("run")
    ).exclude(channel=Channel.CONSOLE)
    late = unresolved.filter(Exists(runs.filter(started_at__lt=ago(UNACCEPTED_S))), state=Incident.State.OPEN)
    return late.filter(~Exists(tries.filter(Q(state__in=REACHED) | Q(accepted_at__isnull=False))))


def _unsent(unresolved: QuerySet[Incident]) -> QuerySet[Incident]:
    """Open, with a page whose sender died and that nobody has taken up, or that waits for a sender for too long."""
    dead = Q(state=Attempt.State.CLAIMED, lease_until__lt=ago(OVERDUE_S))
    # What is paced waits on purpose and has its due time moved; what is due and lies has no sender.
    waiting = Q(state=Attempt.State.QUEUED, due_at__lt=ago(OVERDUE_S))
    tries = Attempt.objects.filter(dead | waiting, notification__step_run__incident=OuterRef("pk"))
    return unresolved.filter(Exists(tries), state=Incident.State.OPEN)


def engine_is_away() -> bool:
    """Whether an engine was heard of once and is not now."""
    return silent(HEARTBEAT, STALE_S)


# --- Parts --------------------------------------------------------------------------------------------------
def paging() -> list[str]:
    """What makes paging late, in words; empty while all is well."""
    late = []
    if not alive(HEARTBEAT, STALE_S):
        late.append("Paging is late: the engine does not answer.")
    if silent(WATCHDOG, WATCHDOG_STALE_S):
        late.append("The watchdog does not answer: nobody would notice that paging is late.")
    if Incident.objects.exclude(state=Incident.State.RESOLVED).filter(next_action_at__lt=ago(OVERDUE_S)).exists():
        late.append("Paging is late: an incident has waited for its next step for too long.")
    return late


def parts() -> list[str]:
    """Which other part does not answer, in words: nobody is paged later for it, and somebody must look."""
    late = []
    if settings.DEADMAN_URL and not alive(PING, PING_MISSED * settings.DEADMAN_EVERY_S):
        late.append("The outside watch cannot be reached: nobody outside would notice that Handrail has stopped.")
    if silent(MEDIA, WATCHDOG_STALE_S):
        late.append("No media worker answers: clips are not made.")
    return late


def unwatched(among: QuerySet[Camera]) -> list[str]:
    """Cameras that should give pictures now and that no worker looks at, in words."""
    found = among.filter(enabled=True, status__state=CameraStatus.State.LIVE).select_related("site")
    names = [str(camera) for camera in found.filter(status__last_frame_at__lt=ago(FRAME_STALE_S))]
    more = f" and {len(names) - 3} more cameras" if len(names) > 3 else ""
    return [f"No worker watches {', '.join(names[:3])}{more}."] if names else []


def beats() -> dict[str, str]:
    """Every part's last healthy round, for people who look into it."""
    return {beat.name: f"{beat.beat_at:%F %T %Z}" for beat in Heartbeat.objects.order_by("name")}
