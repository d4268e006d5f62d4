"""The zone editor: its page, and what it asks while somebody draws. The server checks; the browser only shows."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from zones import calibration, geojson, overrides, versions
from zones.drawing import DrawingError, Problem, parse
from zones.editor.access import zone_admin
from zones.editor.sent import drawing_sent, sent
from zones.geometry import GeometryError, View
from zones.models import Camera, CameraStatus, Zone
from zones.overlay import overlay, warnings
from zones.rail import fit_rail
from zones.versions import StaleDrawingError


@zone_admin
@require_safe
def editor(request: HttpRequest, camera_id: int) -> HttpResponse:
    """The page on which zones are drawn."""
    camera = get_object_or_404(Camera.objects.select_related("site"), pk=camera_id)
    start = {
        "document": versions.document(camera),
        "based_on": versions.newest(camera),
        "kinds": dict(Zone.Kind.choices),
        "profile": overrides.defaults(),
        "time_zone": camera.site.time_zone,
    }
    status = CameraStatus.objects.filter(camera=camera).first()
    return render(request, "zones/editor.html", {"camera": camera, "start": start, "status": status})


@zone_admin
@require_POST
def check(request: HttpRequest, camera_id: int) -> HttpResponse:
    """What is wrong with a drawing, and what its metres look like; changes nothing."""
    camera = get_object_or_404(Camera, pk=camera_id)
    try:
        drawing = drawing_sent(request, camera)
    except DrawingError as error:
        shown = overlay(error.view) if error.view else None
        return JsonResponse({"problems": _problems(error), "warnings": [], "overlay": shown})
    return JsonResponse({"problems": [], "warnings": warnings(drawing), "overlay": overlay(drawing.view)})


@zone_admin
@require_POST
def save(request: HttpRequest, camera_id: int) -> HttpResponse:
    """Make a drawing what is watched."""
    camera = get_object_or_404(Camera, pk=camera_id)
    try:
        asked = sent(request)
        based_on = asked.get("based_on") if isinstance(asked.get("based_on"), int) else None
        version = versions.save(
            camera.pk,
            asked.get("document"),
            by=request.user.get_username(),
            why=str(asked.get("why", "")),
            based_on=based_on,
        )
    except DrawingError as error:
        return JsonResponse({"problems": _problems(error)}, status=400)
    except StaleDrawingError as error:
        words = f"{error}: nothing was saved. Export your drawing, load the page again, and import it."
        return JsonResponse({"problems": [{"where": "", "words": words}]}, status=409)
    camera.refresh_from_db()
    return JsonResponse(
        {
            "version": versions.newest(camera),
            "difference": version.difference if version else [],
            "document": versions.document(camera),
        }
    )


@zone_admin
@require_POST
def calibrate(request: HttpRequest, camera_id: int) -> HttpResponse:
    """A calibration from known points or a walk, or a rail's height from three clicks; changes nothing."""
    camera = get_object_or_404(Camera, pk=camera_id)
    try:
        asked = sent(request)
        return JsonResponse(_solve(asked, (camera.width, camera.height)))
    except (GeometryError, DrawingError) as error:
        return JsonResponse({"fault": str(error)}, status=400)
    except (KeyError, TypeError, ValueError, AttributeError):
        return JsonResponse({"fault": "calibration: points or numbers are missing"}, status=400)


@zone_admin
@require_safe
def export(request: HttpRequest, camera_id: int, form: str) -> HttpResponse:
    """What is drawn now, as a file: the site file of `manage.py analyse`, or GeoJSON."""
    camera = get_object_or_404(Camera, pk=camera_id)
    document = versions.document(camera)
    document["zones"] = [{k: v for k, v in zone.items() if k != "key"} for zone in document["zones"]]
    content = geojson.write(document) if form == "geojson" else document
    answer = HttpResponse(json.dumps(content, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="camera-{camera.pk}.{form}"'
    return answer


@zone_admin
@require_POST
def read_file(request: HttpRequest, camera_id: int) -> HttpResponse:
    """A file's drawing, checked, for the editor to show; it goes live when it is saved there, never here."""
    camera = get_object_or_404(Camera, pk=camera_id)
    try:
        content = sent(request)
        if content.get("handrail") == "site":
            content = _of_site(content, camera)
        elif content.get("type") == "FeatureCollection":
            content = geojson.read(content)
        drawing = parse(content, (camera.width, camera.height))
    except DrawingError as error:
        return JsonResponse({"problems": _problems(error)}, status=400)
    return JsonResponse({"document": drawing.document})


def _of_site(content: dict[str, Any], camera: Camera) -> dict[str, Any]:
    for item in content.get("cameras") or []:
        if isinstance(item, dict) and item.get("name") == camera.name:
            found = item.get("drawing")
            return found if isinstance(found, dict) else {}
    raise DrawingError([Problem("", f'the site file has no camera "{camera.name}"; choose that of this site')])


def _solve(asked: dict[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    if asked["method"] == "rail":
        view = View.build(homography=asked["homography"], size=size, rail_height_m=0.0, zones=[])
        fit = fit_rail(view, asked["top"], asked["foot"])
        return {"rail_height_m": round(fit.height_m, 2), "error_m": round(fit.error_m, 2)}
    if asked["method"] == "walk":
        found = calibration.from_walk(asked["feet"], asked["heads"], float(asked["height_m"]), size)
        kept = {"person_m": float(asked["height_m"]), "sightings": len(found.errors_m)}
        words = (
            f"People's heights agree within {found.residual_m:.2f} m; every metre may be {found.scale_error:.0%} wrong."
        )
    else:
        points = asked["points"]
        found = calibration.from_points([p["pixel"] for p in points], [p["metres"] for p in points], size)
        kept = {"points": points}
        words = f"The points agree within {found.residual_m:.2f} m."
        if not found.checked:
            words = "Four points always agree: add a fifth and the error will be shown here. Look at the grid."
    return {
        "homography": found.homography.tolist(),
        "calibration": {"method": asked["method"], "residual_m": round(found.residual_m, 3), **kept},
        "errors_m": [round(error, 2) for error in found.errors_m] if asked["method"] == "points" else [],
        "words": words,
    }


def _problems(error: DrawingError) -> list[dict[str, str]]:
    return [{"where": problem.where, "words": problem.words} for problem in error.problems]
