"""Cameras: add one, change one, add many from a file."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from zones.editor.access import sites_of, zone_admin
from zones.editor.forms import COLUMNS, CameraForm, CsvForm
from zones.models import Camera
from zones.signals import camera_saved


@zone_admin
@require_http_methods(["GET", "POST"])
def camera(request: HttpRequest, camera_id: int | None = None) -> HttpResponse:
    """Add or change one camera."""
    found = get_object_or_404(Camera, pk=camera_id) if camera_id else None
    form = CameraForm(request.POST or None, instance=found, sites=sites_of(request.user))
    if request.method == "POST" and form.is_valid():
        saved = _save(form, request)
        messages.success(request, f"{saved} is kept." + ("" if found else " Now draw where it watches."))
        return redirect("zone-editor", saved.pk)
    return render(request, "zones/camera.html", {"form": form, "camera": found})


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


@transaction.atomic
def _save(form: CameraForm, request: HttpRequest) -> Camera:
    saved: Camera = form.save()
    camera_saved.send(Camera, camera=saved, by=request.user.get_username(), changes=form.changes)
    return saved
