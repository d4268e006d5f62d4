"""Cameras that cannot see: each fault opens one incident of its own kind, and closes it when the camera sees again.

The engine judges, not the worker that watches: a camera whose workers are all dead is a fault too. Nothing is raised
again for the same fault, so one that a person has closed stays closed until the camera has been well in between.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.db.models.functions import Now

from alerts import audit
from alerts.intake import first_action, snapshot
from alerts.models import ConcernReport, Incident
from alerts.policies.place import Place
from alerts.transitions import clear
from zones.fault import WORDS, Fault
from zones.models import Camera, CameraStatus
from zones.tier import Tier

logger = logging.getLogger(__name__)

NO_PICTURE_AFTER = timedelta(seconds=30)  # assumed: a reconnect takes at most 10 s
LATELY = timedelta(days=30)
FAULT_TIER = Tier.CONCERN
BY_DESIGN = (CameraStatus.State.ENDED,)  # a recording that is over is no fault

Found = dict[Fault, tuple[datetime, str]]


def look() -> int:
    """Open and close incidents so that they agree with the cameras; returns how many were opened."""
    opened = 0
    for camera in Camera.objects.select_related("site", "status").annotate(now=Now()):
        found = _found(camera, camera.now) if camera.enabled else {}
        for incident in _unresolved(camera):
            if incident.fault not in found:
                clear(incident.pk, note="The camera sees again." if camera.enabled else "The camera is switched off.")
        opened += sum(_open(camera, fault, since, words) for fault, (since, words) in found.items())
    return opened


def counted(lately: timedelta = LATELY) -> dict[int, dict[str, int]]:
    """How often each camera had each fault lately: camera key -> fault -> times."""
    faults = Incident.objects.filter(subject=Incident.Subject.CAMERA, opened_at__gt=Now() - lately)
    found: dict[int, dict[str, int]] = {}
    for camera, fault, times in faults.values_list("camera", "fault").annotate(times=Count("pk")):
        found.setdefault(camera, {})[fault] = times
    return found


def _found(camera: Camera, now: datetime) -> Found:
    status = CameraStatus.objects.get_or_create(camera=camera)[0] if not hasattr(camera, "status") else camera.status
    if status.state in BY_DESIGN:
        return {}
    since = status.last_frame_at or status.since
    if now - since > NO_PICTURE_AFTER:
        # What the last frames looked like says nothing any more.
        return {Fault.NO_PICTURE: (since, status.detail or WORDS[Fault.NO_PICTURE])}
    return {
        Fault(name): (datetime.fromisoformat(began), WORDS[Fault(name)])
        for name, began in status.faults.items()
        if name in set(Fault)
    }


def _unresolved(camera: Camera) -> list[Incident]:
    of_camera = Incident.objects.filter(camera=camera, subject=Incident.Subject.CAMERA)
    return list(of_camera.exclude(state=Incident.State.RESOLVED))


def _open(camera: Camera, fault: Fault, since: datetime, words: str) -> bool:
    key = f"camera:{camera.pk}:{fault}"
    same = Incident.objects.filter(camera=camera, subject=Incident.Subject.CAMERA, fault=fault)
    if same.filter(first_frame_at=since).exists() or same.exclude(state=Incident.State.RESOLVED).exists():
        return False
    try:
        with transaction.atomic():
            made = snapshot(Place.of(camera), FAULT_TIER, Incident.Subject.CAMERA)
            incident = Incident.objects.create(
                camera=camera,
                subject=Incident.Subject.CAMERA,
                fault=fault,
                place=camera.place,
                episode=uuid.uuid4(),
                dedupe_key=key,
                tier=FAULT_TIER,
                policy_snapshot=made,
                next_action_at=first_action(made),
                first_frame_at=since,
            )
            reason = {"cue": fault.value, "words": words, "value": 0, "unit": "", "confidence": 1.0, "weight_nats": 0.0}
            ConcernReport.objects.create(
                incident=incident, tier=FAULT_TIER, score=0.0, triggered=False, frame_at=since, reasons=[reason]
            )
            audit.record("engine", "camera fault", incident, fault=fault.value)
    except IntegrityError:
        return False  # the other engine was first
    logger.warning("camera %s: %s", camera.pk, words)
    return True
