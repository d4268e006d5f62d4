"""The public page and the same for programs; and, for auditors and supervisors of every site, the impact summary."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.transparency import impact as summary
from alerts.transparency.about import DOES, DOES_NOT, OLD_S, about
from alerts.transparency.counts import LEAST, TIERS


@require_safe
def about_page(request: HttpRequest) -> HttpResponse:
    """What the service does and does not do, for anybody; no script and no log-in is needed."""
    context = {"about": about(), "does": DOES, "does_not": DOES_NOT, "least": LEAST, "tiers": TIERS}
    return _kept_by_others(request, render(request, "transparency/about.html", context))


@require_safe
def about_json(request: HttpRequest) -> HttpResponse:
    """The same for programs."""
    return _kept_by_others(request, JsonResponse(about().as_json()))


def _kept_by_others(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A stranger's answer may be kept by every cache on the way; one with a log-in's header may not."""
    answer["Cache-Control"] = "private" if request.user.is_authenticated else f"public, max-age={OLD_S}"
    return answer


@login_required
@require_safe
def impact(request: HttpRequest, networks: Callable[[], dict[str, str]]) -> HttpResponse:
    """The impact summary as a page of the console."""
    context: dict[str, Any] = summary.gather(networks())
    return render(request, "transparency/impact.html", context)
