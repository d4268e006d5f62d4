"""What an operator reads: incidents, pages and cameras in plain words."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.accounts.scope import Holder, Person
from alerts.delivery import MACHINES
from alerts.escalation import SNOOZE_S, SNOOZES
from alerts.evidence.story import event_words
from alerts.evidence.timeline import Timeline, timeline
from alerts.models import Agency, Attempt, AuditEvent, ConcernReport, Contact, Deletion, Evidence, Incident, Rota
from zones.models import Camera, CameraStatus
from zones.tier import Tier

SHAPES = {Tier.CRITICAL: "◆", Tier.URGENT: "▲", Tier.CONCERN: "●", Tier.NOTICE: "○"}
STALE_PICTURE = timedelta(seconds=10)
GOOD_STATES = (CameraStatus.State.LIVE,)


@dataclass(frozen=True, slots=True)
class Card:
    """One open incident on the list."""

    number: int
    url: str
    tier: str
    shape: str
    place: str
    why: str
    who: str
    waits: bool
    frame_at: datetime
    still_url: str


@dataclass(frozen=True, slots=True)
class CameraLine:
    """One camera's state in words."""

    pk: int
    name: str
    state: str
    detail: str
    good: bool
    frame_at: datetime | None
    fps: float
    dropped: int
    reconnects: int
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One try to reach somebody, in words."""

    who: str
    how: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an incident's story."""

    at: datetime
    words: str


def unresolved(user: Holder) -> QuerySet[Incident]:
    """The incidents that somebody may see and nobody has closed, notices apart, most pressing first."""
    found = scope.incidents(user, Act.SEE_INCIDENTS).exclude(state=Incident.State.RESOLVED).filter(tier__gt=Tier.NOTICE)
    return found.select_related("acknowledged_by__agency", "snoozed_by__agency").order_by(
        "-subject", "-tier", "first_frame_at"
    )


def cards(user: Person) -> list[Card]:
    """The list of open incidents."""
    return [_card(incident) for incident in unresolved(user).prefetch_related("evidence", "concerns")[:100]]


def _card(incident: Incident) -> Card:
    waits = incident.state == Incident.State.OPEN
    concern = newest(incident)
    return Card(
        number=incident.pk,
        url=reverse("incident", args=[incident.pk]),
        tier=incident.label,
        shape=shape(incident),
        place=where(incident),
        why=capfirst(str(concern.reasons[0]["words"])) if concern and concern.reasons else "Reasons are coming",
        who=who(incident),
        waits=waits,
        frame_at=incident.first_frame_at,
        still_url=evidence_url(incident, Evidence.Kind.STILL),
    )


def where(incident: Incident) -> str:
    """Its place with its zone, in words."""
    return ", ".join(part for part in (incident.place, incident.zone_name) if part)


def who(incident: Incident) -> str:
    """Who has it."""
    if incident.state == Incident.State.OPEN:
        return "Waiting: nobody has taken it on"
    if incident.state == Incident.State.SNOOZED:
        return f"Set aside by {incident.snoozed_by}; it comes back by itself"
    return f"Taken on by {incident.acknowledged_by}"


def shape(incident: Incident) -> str:
    """The sign of an incident's badge, so that colour is never alone."""
    return "■" if incident.subject == Incident.Subject.CAMERA else SHAPES[Tier(incident.tier)]


def outcomes(incident: Incident) -> list[tuple[str, str]]:
    """What may become of it, the likeliest first."""
    choices = [(str(value), str(words)) for value, words in Incident.Outcome.choices]
    if incident.subject == Incident.Subject.PERSON:
        return choices
    return [(value, words) for value, words in choices if value in ("fault", "duplicate", "unknown")]


def snoozes(incident: Incident) -> list[int]:
    """For how many minutes it may be set aside now; empty when it may not."""
    tier = Tier(incident.tier)
    if incident.state == Incident.State.RESOLVED or incident.snoozes >= SNOOZES[tier]:
        return []
    longest = SNOOZE_S[tier] // 60
    return sorted({max(longest // 3, 1), longest})


def newest(incident: Incident) -> ConcernReport | None:
    """The highest and latest report of an incident."""
    return max(incident.concerns.all(), key=lambda report: (report.tier, report.frame_at), default=None)


def evidence(incident: Incident, kind: str) -> Evidence | None:
    """An incident's newest still, or the newest part of its clip."""
    return max((e for e in incident.evidence.all() if e.kind == kind), key=lambda e: e.pk, default=None)


def evidence_url(incident: Incident, kind: str) -> str:
    """Where it can be seen; empty while there is none."""
    found = evidence(incident, kind)
    return reverse("evidence", args=[found.pk]) if found else ""


def deleted(incident: Incident) -> dict[str, datetime]:
    """When which kind of its pictures was deleted by its retention rule."""
    gone = Deletion.objects.filter(incident_number=incident.pk, state=Deletion.State.GONE).exclude(path="")
    return {line.key: line.gone_at for line in gone.order_by("gone_at") if line.gone_at}


def reasons(concern: ConcernReport | None) -> list[dict[str, Any]]:
    """A report's reasons with how sure the sight was, in words."""
    if concern is None:
        return []
    return [
        reason | {"sureness": _sureness(float(reason["confidence"])), "at": _frame_time(reason)}
        for reason in concern.reasons
    ]


def evidence_timeline(incident: Incident) -> Timeline | None:
    """The score by cue over time, as the newest report that has it tells; None where none has."""
    told = max((r for r in incident.concerns.all() if r.trail), key=lambda report: report.frame_at, default=None)
    return timeline(told.trail, timezone.localtime(told.frame_at)) if told else None


def _frame_time(reason: dict[str, Any]) -> datetime | None:
    """When the frame was taken that shows a cue best."""
    return datetime.fromtimestamp(reason["t_s"], UTC) if reason.get("t_s") else None


def _sureness(confidence: float) -> str:
    return "clearly" if confidence >= 0.75 else "fairly well" if confidence >= 0.5 else "faintly"


def state_words(incident: Incident) -> str:
    """Who has it, and what comes next."""
    if incident.state == Incident.State.RESOLVED:
        return f"Closed by {incident.resolved_by or 'the service'}: {incident.get_outcome_display()}."
    if incident.state == Incident.State.ACKNOWLEDGED:
        return f"Taken on by {incident.acknowledged_by}. If nobody closes it, paging starts again"
    if incident.state == Incident.State.SNOOZED:
        return f"Set aside by {incident.snoozed_by}. Paging starts again by itself"
    snapshot = incident.policy
    if snapshot.get("quiet"):
        because = f" ({snapshot['held_because']})" if snapshot.get("held_because") else ""
        return f"Nobody is paged for this: it is shown here only{because}."
    if snapshot.get("held_for_s") and (incident.step, incident.loop) == (0, 0):
        return f"Nobody has taken it on. Paging waits ({snapshot['held_because']}). Next: {_next_step(incident)}"
    return f"Nobody has taken it on. Next: {_next_step(incident)}"


def _next_step(incident: Incident) -> str:
    steps = incident.policy.get("steps", [])
    if not steps:
        return "everyone by SMS and voice"
    step = steps[min(incident.step, len(steps) - 1)]
    who = "the next people"
    if step.get("role"):
        who = f"every {step['role']} of the site"
    elif step.get("rota"):
        who = str(Rota.objects.filter(pk=step["rota"]).first() or who)
    elif step.get("agency"):
        who = str(Agency.objects.filter(pk=step["agency"]).first() or who)
    elif step.get("contact"):
        who = str(Contact.objects.filter(pk=step["contact"]).first() or who)
    return f"{who} by {' or '.join({'sms': 'SMS', 'voice': 'voice call'}.get(c, c) for c in step['channels'])}"


def pages(incident: Incident) -> list[Page]:
    """Everybody who was paged by phone, newest first."""
    found = Attempt.objects.filter(notification__step_run__incident=incident).select_related(
        "notification__contact__agency"
    )
    return [
        Page(
            who=str(attempt.notification.contact),
            how=attempt.get_channel_display(),
            state=_what_came(attempt),
            at=attempt.changed_at,
        )
        for attempt in found.order_by("-pk")[:50]
    ]


def _what_came(attempt: Attempt) -> str:
    """What came of a try; the provider's guess at an answering machine is shown while no key was pressed."""
    words = attempt.get_state_display() + (f" ({attempt.error_words})" if attempt.error_words else "")
    machine = attempt.answered_by in MACHINES and attempt.state != Attempt.State.DELIVERED
    return f"{words}, perhaps an answering machine" if machine and "machine" not in words else words


def story(incident: Incident) -> list[Event]:
    """What happened, newest first."""
    events = AuditEvent.objects.filter(incident=incident).exclude(action__startswith="looked").order_by("-pk")[:50]
    return [Event(event.at, event_words(event)) for event in events]


def cameras(user: Holder) -> list[CameraLine]:
    """Every enabled camera that somebody may see, with what its watcher last wrote."""
    found = (
        scope.cameras(user, Act.SEE_CAMERAS)
        .filter(enabled=True)
        .select_related("site", "status")
        .prefetch_related("zones")
    )
    return [camera_line(camera) for camera in found.order_by("site__name", "name")]


def camera_line(camera: Camera) -> CameraLine:
    """One camera with what its watcher last wrote."""
    status = getattr(camera, "status", None) or CameraStatus(camera=camera)
    live = status.state == CameraStatus.State.LIVE
    old = status.last_frame_at is None or timezone.now() - status.last_frame_at > STALE_PICTURE
    return CameraLine(
        pk=camera.pk,
        name=str(camera),
        state="no worker watches it now" if live and old else status.get_state_display(),
        detail=status.detail,
        good=status.state in GOOD_STATES and not old,
        frame_at=status.last_frame_at,
        fps=status.analysed_fps,
        dropped=status.frames_dropped,
        reconnects=status.reconnects,
        zones=tuple(zone.name for zone in camera.zones.all() if zone.enabled),
    )
