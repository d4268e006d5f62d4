"""A still or a clip as an answer, with byte ranges so that a clip can be wound; who looked is kept."""

import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from alerts import audit
from alerts.models import AuditEvent, Evidence

KINDS = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".json": "application/json"}
ONE_LOOK = timedelta(minutes=2)  # assumed
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def serve(request: HttpRequest, found: Evidence, *, who: str) -> HttpResponse:
    """One file below MEDIA_ROOT; the caller has checked that `who` may see it.

    Raises:
        Http404: the path leads out of MEDIA_ROOT, or the file is lost.
    """
    root = Path(settings.MEDIA_ROOT).resolve()
    file = (root / found.path).resolve()
    if not file.is_relative_to(root) or file.suffix not in KINDS or not file.is_file():
        raise Http404("this file is not here any more")
    size = file.stat().st_size
    start, end = _span(request.headers.get("Range", ""), size)
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    _keep_look(who, found)
    partial = "Range" in request.headers
    response = HttpResponse(_read(file, start, end), status=206 if partial else 200)
    response["Content-Type"] = KINDS[file.suffix]
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if partial:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


def _keep_look(who: str, found: Evidence) -> None:
    """Keep who looked: once for each look, however many ranges the player asks for, in whatever order."""
    looked, since = f"looked at {found.kind}", timezone.now() - ONE_LOOK
    again = AuditEvent.objects.filter(actor=who, action=looked, incident=found.incident, at__gt=since)
    if not again.filter(detail__evidence=found.pk).exists():
        audit.record(who, looked, found.incident, evidence=found.pk)


def _span(header: str, size: int) -> tuple[int, int]:
    """First and last byte asked for; the whole file for a header that makes no sense, as RFC 9110 has it."""
    match = RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return 0, size - 1
    if not match[1]:
        return max(size - int(match[2]), 0), size - 1
    return int(match[1]), min(int(match[2] or size - 1), size - 1)


def _read(file: Path, start: int, end: int) -> bytes:
    """Part of a file; half a minute of clip is a few megabytes and is held whole."""
    with file.open("rb") as content:
        content.seek(start)
        return content.read(end - start + 1)
