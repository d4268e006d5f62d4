"""The fleet page, and the figures for Prometheus."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from welfare.fleet import presenting
from zones.models import Camera


@login_required
@require_safe
def fleet(request: HttpRequest, faults: Any = None, seen: Any = None) -> HttpResponse:
    """Workers, and what each camera costs and misses.

    Args:
        request: of somebody who is logged in.
        faults: gives how often each camera had each fault lately, by camera key.
        seen: gives the cameras that the person may see.
    """
    counted: Mapping[int, Mapping[str, int]] = faults() if faults else {}
    watched = seen(request.user) if seen else Camera.objects.all()
    context = {"workers": presenting.workers(), "cameras": presenting.cameras(counted, watched)}
    return render(request, "fleet/fleet.html", context)


@require_safe
def metrics(request: HttpRequest, collectors: Sequence[Collector]) -> HttpResponse:
    """The figures in Prometheus's format, for whoever knows METRICS_TOKEN; closed where none is set."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(
            "The figures are closed: send METRICS_TOKEN as the bearer token.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    registry = CollectorRegistry(auto_describe=False)
    for collector in collectors:
        registry.register(collector)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        return HttpResponse(encode(registry), content_type=content_type)
    except OperationalError:
        return HttpResponse("The database is away.\n", status=503, content_type="text/plain")
