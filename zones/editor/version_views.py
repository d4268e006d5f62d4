"""Versions of a camera's picture: who, when, why, what changed; one can be looked at, compared and taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from zones import difference, versions
from zones.drawing import DrawingError
from zones.editor.access import zone_admin
from zones.models import Camera, PictureVersion


@zone_admin
@require_safe
def history(request: HttpRequest, camera_id: int, number: int | None = None) -> HttpResponse:
    """All versions; one of them drawn over what is watched now."""
    camera = get_object_or_404(Camera.objects.select_related("site"), pk=camera_id)
    now = versions.document(camera)
    chosen = get_object_or_404(PictureVersion, camera=camera, number=number) if number else None
    context = {
        "camera": camera,
        "versions": camera.versions.all(),
        "chosen": chosen,
        "would_change": difference.words(now, chosen.document) if chosen else [],
        "now": _outlines(now),
        "then": _outlines(chosen.document) if chosen else [],
    }
    return render(request, "zones/versions.html", context)


@zone_admin
@require_POST
def roll_back(request: HttpRequest, camera_id: int, number: int) -> HttpResponse:
    """Make an older version what is watched."""
    version = get_object_or_404(PictureVersion, camera=camera_id, number=number)
    try:
        new = versions.roll_back(version, by=request.user.get_username(), why=request.POST.get("why", ""))
    except DrawingError as error:
        messages.error(request, f"Version {number} cannot be used any more: {error}")
    else:
        words = f"Version {number} is watched again, as version {new.number}." if new else "Nothing differs."
        messages.success(request, words)
    return redirect("zone-versions", camera_id)


def _outlines(document: dict[str, Any]) -> list[dict[str, str]]:
    """Shapes as SVG point lists."""
    found = []
    for what in ("masks", "occluders", "zones"):
        for shape in document[what]:
            found.append({"what": what, "name": shape["name"], "points": _svg(shape["polygon"]), "line": ""})
            if "edge" in shape:
                found.append({"what": what, "name": shape["name"], "points": "", "line": _svg(shape["edge"])})
    return found


def _svg(points: list[list[float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
