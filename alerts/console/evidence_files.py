"""Stills and clips for those who are logged in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from alerts.evidence.serving import serve
from alerts.models import Evidence


@login_required
@require_safe
def evidence(request: HttpRequest, key: int) -> HttpResponse:
    """Serve one file; the original recording is shown to nobody."""
    shown = Evidence.objects.exclude(kind=Evidence.Kind.ORIGINAL)
    found = get_object_or_404(shown.select_related("incident"), pk=key)
    return serve(request, found, who=request.user.get_username())
