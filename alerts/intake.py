"""The only door from the watch: `report(concern)` opens or raises an incident, `attach` adds its pictures."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from alerts import audit, database
from alerts.heartbeat import beat
from alerts.models import Channel, ConcernReport, Deletion, Evidence, Incident, Subject
from alerts.planning import database_now
from alerts.policies.place import Place
from alerts.policies.plan import plan
from alerts.policies.versions import named
from alerts.retention.rules import sentence
from zones.models import Zone
from zones.tier import Tier

logger = logging.getLogger(__name__)
WRITERS_AT_ONCE = 3  # two workers may report the same stay during a hand-over; a third try always sees the row


@dataclass(frozen=True, slots=True)
class Concern:
    """What the watch reports.

    Attributes:
        camera_id: database key of the camera.
        zone_id: database key of the zone.
        episode: the stay it is about; the same stay never opens a second incident while one is unresolved.
        tier: notice or higher.
        score: log-odds in nats.
        triggered: a trigger raised it.
        metres_estimated: the camera is not calibrated.
        frame_at: UTC time of the frame.
        reasons: strongest first, each {cue, words, value, unit, confidence, weight_nats, t_s}.
        box_px: x1 y1 x2 y2 of the person on the picture.
        trail: the score by cue up to this frame, for `alerts.evidence.timeline`; empty where there is none.
        made_by: {version, source_sha256, weights, profile} in force, as `welfare.software` says it; for evidence packs.
    """

    camera_id: int
    zone_id: int
    episode: UUID
    tier: Tier
    score: float
    triggered: bool
    metres_estimated: bool
    frame_at: datetime
    reasons: tuple[dict[str, Any], ...]
    box_px: tuple[float, float, float, float]
    trail: dict[str, Any] = field(default_factory=dict, repr=False)
    made_by: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Original:
    """A file of the recording below MEDIA_ROOT, as the camera sent it, and its span."""

    path: Path
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: the incident, and whether it is new or its tier rose."""

    incident_id: int
    opened: bool
    raised: bool


@dataclass(frozen=True, slots=True)
class Drill:
    """Who is paged by a rehearsal, and nobody else: one person (a contact's key), or only the console."""

    contact_id: int | None = None

    def snapshot(self) -> dict[str, Any]:
        """The policy of a rehearsal, once and no more."""
        if self.contact_id is None:
            return {"quiet": True, "steps": [], "loops": 1, "acknowledged_for_s": 900}
        channels = [value for value in Channel.values if value != Channel.CONSOLE]
        step = {"wait_s": 900, "channels": [*channels, Channel.CONSOLE], "contact": self.contact_id}
        return {"steps": [step], "loops": 1, "acknowledged_for_s": 900}


def report(concern: Concern, drill: Drill | None = None) -> Reported | None:
    """Open an incident for a concern, or add it to the unresolved one of the same stay.

    A tier that rises starts the escalation again from its first step, also when somebody had acknowledged. A rehearsal
    never shares an incident with a person's stay.

    Returns:
        None where the zone is silent.
    """
    zone = Zone.objects.select_related("camera__site").get(pk=concern.zone_id, camera_id=concern.camera_id)
    if zone.silent and drill is None:
        logger.info("silent zone %s: a %s was scored and pages nobody", zone.pk, concern.tier.word)
        return None
    for attempt in range(WRITERS_AT_ONCE):
        try:
            with transaction.atomic():
                return _write(concern, zone, drill)
        except IntegrityError:
            if attempt == WRITERS_AT_ONCE - 1:
                raise
    raise AssertionError("unreachable")


def _write(concern: Concern, zone: Zone, drill: Drill | None) -> Reported:
    key = f"{'drill:' if drill else ''}{zone.camera_id}:{zone.pk}:{concern.episode}"
    who = "drill" if drill else "watch"
    unresolved = Incident.objects.select_for_update(no_key=True).exclude(state=Incident.State.RESOLVED)
    incident = unresolved.filter(dedupe_key=key).first()
    opened, raised = incident is None, False
    if incident is None:
        made = _policy(concern, zone, drill)
        incident = Incident.objects.create(
            camera=zone.camera,
            zone=zone,
            place=zone.camera.place,
            zone_name=zone.name,
            episode=concern.episode,
            dedupe_key=key,
            tier=concern.tier,
            policy_snapshot=made,
            next_action_at=first_action(made),
            first_frame_at=concern.frame_at,
            drill=drill is not None,
        )
        audit.record(who, "opened", incident, tier=concern.tier.word, score=concern.score)
    elif concern.tier > incident.tier:
        raised = True
        _raise(incident, concern, _policy(concern, zone, drill), who)
    ConcernReport.objects.create(
        incident=incident,
        tier=concern.tier,
        score=concern.score,
        triggered=concern.triggered,
        metres_estimated=concern.metres_estimated,
        frame_at=concern.frame_at,
        reasons=list(concern.reasons),
        box_px=list(concern.box_px),
        trail=concern.trail,
        made_by=concern.made_by,
    )
    return Reported(incident.pk, opened, raised)


def _policy(concern: Concern, zone: Zone, drill: Drill | None) -> dict[str, Any]:
    return drill.snapshot() if drill else snapshot(Place.of(zone.camera, zone), concern.tier)


def _raise(incident: Incident, concern: Concern, policy: dict[str, Any], who: str) -> None:
    before = Tier(incident.tier).word
    incident.tier = concern.tier
    incident.state = Incident.State.OPEN
    incident.policy_snapshot = policy
    incident.run += 1
    incident.loop = incident.step = 0
    incident.version += 1
    incident.next_action_at = first_action(policy)
    incident.acknowledged_at = incident.acknowledged_by = incident.snoozed_by = None
    incident.acknowledged_via = ""
    incident.save()
    audit.record(who, "raised", incident, before=before, tier=concern.tier.word, score=concern.score)


def snapshot(place: Place, tier: Tier, subject: Subject = Subject.PERSON) -> dict[str, Any]:
    """What an incident runs on, with the policy's version; edits never change a page in flight."""
    made = plan(place, tier, subject, database_now())
    try:
        with transaction.atomic():
            return named(made)
    except Exception:
        if database.lost():
            raise  # the watch keeps the report and comes again
        logger.exception("the version of site %s's policy cannot be kept; paging goes on", place.site)
        return made


def first_action(made: dict[str, Any]) -> Combinable:
    """When an incident with this snapshot pages first: now, unless quiet hours or maintenance hold it."""
    return Now() + timedelta(seconds=made.get("held_for_s", 0))


def outcomes(zone_id: int) -> list[tuple[UUID, str]]:
    """What people found in each stay of a zone that opened an incident; an open one's outcome is empty. No drills."""
    found = Incident.objects.filter(zone=zone_id, subject=Subject.PERSON, drill=False).order_by("pk")
    return list(found.values_list("episode", "outcome"))


def media_is_well() -> None:
    """A media worker says that it lives."""
    beat("media")


def forgot(key: str, count: int, oldest: datetime) -> None:
    """The watch has deleted rows of a class that it keeps itself: into the deletion report, a line a day and class.

    Args:
        key: the class, as in `alerts.retention.rules`.
        count: how many.
        oldest: what the days of the oldest were counted from.
    """
    today = Deletion.objects.filter(run=None, key=key, decided_at__gt=Now() - timedelta(days=1))
    if not today.update(count=F("count") + count, gone_at=Now()):
        rule = sentence(key, settings.RETENTION_DAYS[key])
        state = Deletion.State.GONE
        Deletion.objects.create(key=key, rule=rule, count=count, oldest=oldest, state=state, gone_at=Now())


def attach(incident_id: int, kind: str, path: Path, *, starts_at: datetime, ends_at: datetime) -> None:
    """Add a still or a clip (a file below MEDIA_ROOT) to an incident; the same path again changes nothing."""
    file = Path(settings.MEDIA_ROOT) / path
    Evidence.objects.get_or_create(
        incident_id=incident_id,
        kind=kind,
        path=str(path),
        defaults={
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )


def keep_originals(incident_id: int, parts: Sequence[Original]) -> None:
    """Add to an incident's part of the recording, its hashes to the audit chain too; again changes nothing."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident_id)
        before = originals_of(incident_id)
        for part in parts:
            attach(incident_id, Evidence.Kind.ORIGINAL, part.path, starts_at=part.starts_at, ends_at=part.ends_at)
        kept = Evidence.objects.filter(incident_id=incident_id, kind=Evidence.Kind.ORIGINAL).exclude(path__in=before)
        hashes = dict(kept.values_list("path", "sha256"))
        if hashes:
            audit.record("watch", "kept the original recording", incident, sha256=hashes)


def originals_of(incident_id: int) -> set[str]:
    """The paths of what is kept of an incident's recording."""
    kept = Evidence.objects.filter(incident_id=incident_id, kind=Evidence.Kind.ORIGINAL)
    return set(kept.values_list("path", flat=True))


@dataclass(frozen=True, slots=True)
class Growing:
    """An incident whose clip and whose part of the recording grow until it is closed.

    Attributes:
        frame_at: of the frame that raised the concern.
        over_at: since when no more is wanted; None while it is open. A notice wants no more from the start.
        clip_until: end of the clip that is there; None while there is none.
        originals_until: end of the recording that is kept; None while nothing is.
        parts: of the clip, so far.
    """

    incident_id: int
    camera_id: int
    frame_at: datetime
    over_at: datetime | None
    clip_until: datetime | None
    originals_until: datetime | None
    parts: int


def growing(camera_id: int, *, since: datetime) -> list[Growing]:
    """A camera's incidents that were opened after `since`, newest first: what may lack a part of its clip."""
    return [_growing(incident) for incident in _with_pictures().filter(camera=camera_id, opened_at__gte=since)[:20]]


def growth(incident_id: int) -> Growing:
    """What there is of an incident's recording."""
    return _growing(_with_pictures().get(pk=incident_id))


def _with_pictures() -> QuerySet[Incident]:
    clip, original = (Q(evidence__kind=kind) for kind in (Evidence.Kind.CLIP, Evidence.Kind.ORIGINAL))
    return (
        Incident.objects.filter(subject=Subject.PERSON, drill=False)
        .annotate(
            clip_until=Max("evidence__ends_at", filter=clip),
            originals_until=Max("evidence__ends_at", filter=original),
            parts=Count("evidence", filter=clip),
        )
        .order_by("-pk")
    )


def _growing(incident: Incident) -> Growing:
    quiet = incident.first_frame_at if incident.tier <= Tier.NOTICE else None
    return Growing(
        incident_id=incident.pk,
        camera_id=incident.camera_id,
        frame_at=incident.first_frame_at,
        over_at=incident.resolved_at or quiet,
        clip_until=incident.clip_until,  # type: ignore[attr-defined]
        originals_until=incident.originals_until,  # type: ignore[attr-defined]
        parts=incident.parts,  # type: ignore[attr-defined]
    )
