"""Cameras: add one, change one, add many from a file."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from zones.editor.access import sites_of, zone_admin
from zones.editor.forms import COLUMNS, CameraForm, CsvForm
from zones.models import Camera
from zones.placing import metres_between, outline
from zones.signals import camera_saved

FAR_M = 20_000.0  # assumed: no site is so long, and a minus that was lost is mostly farther


@zone_admin
@require_http_methods(["GET", "POST"])
def camera(request: HttpRequest, camera_id: int | None = None) -> HttpResponse:
    """Add or change one camera."""
    found = get_object_or_404(Camera, pk=camera_id) if camera_id else None
    form = CameraForm(request.POST or None, instance=found, sites=sites_of(request.user))
    if request.method == "POST" and form.is_valid():
        saved = _save(form, request)
        messages.success(request, f"{saved} is kept." + ("" if found else " Now draw where it watches."))
        if doubt := _doubt(saved):
            messages.warning(request, doubt)
        return redirect("zone-editor", saved.pk)
    context = {"form": form, "camera": found, "drawing": _around(found, request), "tiles": settings.MAP_TILES_URL}
    return render(request, "zones/camera.html", context | {"credit": settings.MAP_TILES_CREDIT})


@zone_admin
@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """Add many cameras from a CSV file: all or none."""
    form = CsvForm(request.POST or None, request.FILES or None, sites=sites_of(request.user))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            added = [_save(each, request) for each in form.cleaned_data["forms"]]
        messages.success(request, f"{len(added)} cameras are added. They watch nobody until zones are drawn.")
        return redirect("cameras")
    return render(request, "zones/bulk.html", {"form": form, "columns": COLUMNS})


def _around(camera: Camera | None, request: HttpRequest) -> dict[str, Any]:
    """The cameras among which a position is picked: those of its site; for a new one, of all sites of the person."""
    sites = [camera.site] if camera else list(sites_of(request.user))
    others = Camera.objects.filter(site__in=sites)
    known = [(other.name, other.position) for other in others if other.position and other != camera]
    pins = [{"key": name, "words": name, "at": at, "good": True, "sector": (), "edges": ()} for name, at in known]
    return {"cameras": pins, "incidents": [], "outlines": [outline(at for _, at in known)]}


def _doubt(camera: Camera) -> str:
    """What is odd about a position that lies far from every other camera of the site; empty where nothing is."""
    others = (other.position for other in camera.site.cameras.exclude(pk=camera.pk))
    away = [metres_between(camera.position, other) for other in others if camera.position and other]
    if not away or min(away) < FAR_M:
        return ""
    return (
        f"Is its position right? It is {min(away) / 1000:.0f} km from the nearest other camera of {camera.site}. "
        "West of Greenwich the longitude is below zero."
    )


@transaction.atomic
def _save(form: CameraForm, request: HttpRequest) -> Camera:
    saved: Camera = form.save()
    camera_saved.send(Camera, camera=saved, by=request.user.get_username(), changes=form.changes)
    return saved
