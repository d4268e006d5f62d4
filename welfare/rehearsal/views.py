"""What the zone editor asks of the watch: a fresh picture, a test of a camera, and people over a draft."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import aget_object_or_404, get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from welfare.calibration import silent_days
from welfare.calibration.silent_days import ZoneDays
from welfare.fleet.places import ring_age_s, ring_folder
from welfare.rehearsal.draft import Draft
from welfare.rehearsal.expected import expected
from welfare.watch.address import SourceError, split_address
from welfare.watch.people_log import people_between
from welfare.watch.snapshot import Snapshot, take
from zones.drawing import DrawingError
from zones.editor.sent import drawing_sent
from zones.models import DRAW, Camera
from zones.whole import whole

ROUND_S = 0.25
LONGEST_S = 900.0  # a stream ends by then; the page asks again
SILENT_S = 8.0
HISTORY_S = 3600.0  # how long the watch keeps boxes
RECORD = "admin:calibration_silentconcern_changelist"
NO_WATCH = (
    "The watch says nothing of this camera now: it is switched off, cannot be reached, or is watched on another "
    "machine. Its state stands on the page of cameras."
)


@login_required
@permission_required(DRAW, raise_exception=True)
@require_safe
def picture(request: HttpRequest, camera_id: int) -> HttpResponse:
    """A fresh picture; 502 with words where none comes."""
    camera = get_object_or_404(Camera, pk=camera_id)
    found = take(camera.source, camera.username, camera.password)
    if found.fault:
        return JsonResponse({"fault": found.fault, "kind": found.kind, "passed": found.passed}, status=502)
    headers = {"Cache-Control": "no-store", "X-Picture-Size": f"{found.size[0]} {found.size[1]}"}
    return HttpResponse(found.jpeg, content_type="image/jpeg", headers=headers)


@login_required
@permission_required(DRAW, raise_exception=True)
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Try the addresses as they stand in the form; an empty password means the camera's kept one."""
    camera = Camera.objects.filter(pk=whole(request.POST.get("camera", "")) or 0).first()
    if camera is not None and not request.user.has_perm(DRAW, camera):
        raise Http404("a camera of another site")
    tried = _tried(request, request.POST.get("source", "").strip(), camera)
    fault, passed = tried.fault, list(tried.passed)
    drawn = camera is not None and camera.zones.filter(removed_at=None).exists()
    size = (camera.width, camera.height) if camera is not None and drawn else tried.size
    if not fault and size != tried.size:
        fault = (
            f"the picture is {tried.size[0]} x {tried.size[1]}, the zones were drawn on {size[0]} x {size[1]}: "
            "set the camera back, or draw them again"
        )
    main_source = request.POST.get("main_source", "").strip()
    if main_source and not fault:
        tried = _tried(request, main_source, camera)
        passed += [f"full-size stream: {words}" for words in tried.passed]
        fault = tried.fault and f"full-size stream: {tried.fault}"
    return render(request, "zones/_test.html", {"passed": passed, "fault": fault})


def _tried(request: HttpRequest, address: str, camera: Camera | None) -> Snapshot:
    try:
        bare, username, password = split_address(address)
    except SourceError as error:
        return Snapshot(fault=str(error), kind="address")
    username = request.POST.get("username", "").strip() or username
    password = request.POST.get("new_password", "") or password
    # The kept password goes only to the addresses that it was kept for.
    if camera is not None and not password and bare in (camera.source, camera.main_source):
        password = camera.password
    return take(bare, username, password)


@login_required
@permission_required(DRAW, raise_exception=True)
@require_safe
def walk(request: HttpRequest, camera_id: int) -> HttpResponse:
    """Feet and heads of the one person whom the watch saw between two times, UTC seconds."""
    start_s, end_s = _seconds(request, "from"), _seconds(request, "to")
    if start_s is None or end_s is None:
        return JsonResponse({"fault": "from and to must be UTC seconds"}, status=400)
    start_s = max(start_s, end_s - HISTORY_S)
    camera = get_object_or_404(Camera, pk=camera_id)
    frames = people_between(ring_folder(camera.pk), start_s, end_s)
    alone = [boxes[0] for _, boxes in frames if len(boxes) == 1]
    feet = [[(x1 + x2) / 2, y2] for x1, _, x2, y2 in alone]
    heads = [[(x1 + x2) / 2, y1] for x1, y1, x2, _ in alone]
    crowded = sum(len(boxes) > 1 for _, boxes in frames)
    return JsonResponse({"feet": feet, "heads": heads, "frames": len(frames), "crowded": crowded})


def _seconds(request: HttpRequest, name: str) -> float | None:
    """A time of the last century or the next, UTC seconds; None: it is none."""
    try:
        at_s = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return at_s if 0 < at_s < 2**32 else None


@login_required
@permission_required(DRAW, raise_exception=True)
@require_POST
def expect(request: HttpRequest, camera_id: int) -> HttpResponse:
    """What a drawing would have raised lately, and what the camera's silent zones would have raised in earnest."""
    camera = get_object_or_404(Camera, pk=camera_id)
    try:
        drawing = drawing_sent(request, camera)
    except DrawingError as error:
        return JsonResponse({"words": [str(error)]}, status=400)
    now_s = time.time()
    seen = people_between(ring_folder(camera.pk), now_s - ring_age_s(), now_s)
    found = asdict(expected(drawing, seen, ZoneInfo(camera.site.time_zone)))
    return JsonResponse(
        found | {"silent": [_record(zone, request) for zone in silent_days.by_zone(camera.zones.all())]}
    )


def _record(zone: ZoneDays, request: HttpRequest) -> dict[str, Any]:
    """The record of a silent zone, with the address of its page for those who may open it."""
    page = f"{reverse(RECORD)}?zone__id__exact={zone.key}" if admin.site.has_permission(request) else ""
    return {"zone": zone.zone, "words": zone.words, "rates": [asdict(rate) for rate in zone.rates], "page": page}


async def people(request: HttpRequest, camera_id: int) -> HttpResponseBase:
    """People and stays over a draft as they are now: one JSON line a frame, for as long as the page listens."""
    user = await request.auser()
    if not await user.ahas_perm(DRAW):
        return HttpResponse("Zone admins only.", status=403, content_type="text/plain")
    if request.method != "POST":
        return HttpResponse(status=405)
    camera = await aget_object_or_404(Camera, pk=camera_id)
    try:
        draft = Draft(drawing_sent(request, camera))
    except DrawingError as error:
        return JsonResponse({"words": [str(error)]}, status=400)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_lines(draft, camera.pk), content_type="application/x-ndjson", headers=headers)


async def _lines(draft: Draft, camera_id: int) -> AsyncIterator[bytes]:
    folder = ring_folder(camera_id)
    last_s = heard_s = time.time()
    end_s = last_s + LONGEST_S
    while time.time() < end_s:
        frames = await asyncio.to_thread(people_between, folder, last_s, time.time())
        for at_s, boxes in frames:
            if at_s <= last_s:
                continue
            last_s, heard_s = at_s, time.time()
            moment = await asyncio.to_thread(draft.step, at_s, boxes)
            yield _line(asdict(moment))
        if time.time() - heard_s > SILENT_S:
            heard_s = time.time()
            yield _line({"words": NO_WATCH})
        await asyncio.sleep(ROUND_S)


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"
