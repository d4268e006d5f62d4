"""The live picture of an open incident's camera: for who looks at the incident, for as long as they look."""

import base64
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from alerts import audit
from alerts.console import presenting
from alerts.evidence.serving import ONE_LOOK
from alerts.models import Incident
from zones.live_picture import LivePicture, LivePlace
from zones.models import Camera

LOST_S = 60.0  # a picture older than this is not shown: it says nothing of now
PATIENCE_S = 2.0  # a page without scripts asks once and waits for the watch to answer
HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


@login_required
@require_safe
def now(request: HttpRequest, number: int) -> JsonResponse:
    """What the camera sees now: {picture, age_s, size, people}, or {words, over} where there is no picture."""
    incident = _incident(number)
    if incident.state == Incident.State.RESOLVED:
        return JsonResponse({"words": "It is closed: there is no live picture any more.", "over": True})
    picture = _asked(request, incident)
    if picture is None:
        return JsonResponse({"words": _why_none(incident.camera), "over": False}, headers=HEADERS)
    content: dict[str, Any] = {
        "picture": f"data:image/jpeg;base64,{base64.b64encode(picture.jpeg).decode()}",
        "age_s": round(max(time.time() - picture.at_s, 0.0), 1),
        "size": picture.size,
        "people": picture.people,
    }
    return JsonResponse(content, headers=HEADERS)


@login_required
@require_safe
def jpeg(request: HttpRequest, number: int) -> HttpResponse:
    """The same as a picture alone, for a page without scripts; 404 where none comes."""
    incident = _incident(number)
    until = time.monotonic() + PATIENCE_S
    picture = None
    while incident.state != Incident.State.RESOLVED and picture is None and time.monotonic() < until:
        picture = _asked(request, incident)
        if picture is None:
            time.sleep(0.2)
    if picture is None:
        return HttpResponse("There is no live picture.", status=404, content_type="text/plain")
    return HttpResponse(picture.jpeg, content_type="image/jpeg", headers=HEADERS)


def _incident(number: int) -> Incident:
    return get_object_or_404(Incident.objects.select_related("camera__site"), pk=number)


def _asked(request: HttpRequest, incident: Incident) -> LivePicture | None:
    """The newest picture; that somebody looks is told to the watch, and kept once for each look."""
    place = LivePlace(Path(settings.RUN_DIR) / "live", incident.camera_id)
    place.ask()
    picture = place.latest()
    if picture is None or time.time() - picture.at_s > LOST_S:
        return None
    who = request.user.get_username()
    if cache.add(f"handrail.looks.{who}.{incident.pk}", True, ONE_LOOK.total_seconds()):
        audit.record(who, "looked at the live picture", incident)
    return picture


def _why_none(camera: Camera) -> str:
    line = presenting.camera_line(camera)
    if line.good:
        return "The live picture is coming. If it does not, this camera is watched on another machine."
    return f"There is no live picture: {line.state}." + (f" {line.detail}" if line.detail else "")
