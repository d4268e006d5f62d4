"""An incident's evidence pack, made and handed over to a supervisor."""

import io
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from alerts.evidence import pack
from alerts.evidence.container import CHUNK
from alerts.models import Incident


@login_required
@require_POST
@permission_required(pack.MAKE, raise_exception=True)
def evidence_pack(request: HttpRequest, number: int) -> HttpResponseBase:
    """Make the pack and stream it; what cannot be made is said on the incident's page."""
    incident = get_object_or_404(Incident.objects.select_related("camera__site"), pk=number)
    try:
        made = _made(incident, request.user.get_username())
    except pack.PackError as error:
        messages.error(request, str(error))
    except OSError as error:
        messages.error(request, f"The pack cannot be written: {error.strerror}. Nothing was kept.")
    else:
        return _streamed(made, f"incident-{number}-evidence.zip")
    return redirect("incident", number)


def _made(incident: Incident, by: str) -> IO[bytes]:
    """The pack, open and without a name: it is gone when it is closed."""
    room = Path(settings.RUN_DIR)
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pack-", dir=room) as folder:
        out = Path(folder) / "pack.zip"
        pack.make(incident, out, by=by)
        return out.open("rb")


def _streamed(made: IO[bytes], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_chunks(made), content_type="application/zip")
    response["Content-Length"] = str(made.seek(0, io.SEEK_END))
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


async def _chunks(made: IO[bytes]) -> AsyncIterator[bytes]:
    with made:
        made.seek(0)
        while chunk := await sync_to_async(made.read)(CHUNK):
            yield chunk
