"""Maintenance: what is worked on, what was planned, and what was."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.maintenance import windows
from alerts.maintenance.forms import WindowForm
from alerts.planning import database_now

SHOWN = 20


@login_required
@require_http_methods(["GET", "HEAD"])
def maintenance(request: HttpRequest) -> HttpResponse:
    """What is on, what comes, what was."""
    return _page(request, WindowForm(initial={"hours": 2}, by=request.user))


@login_required
@require_POST
def open_window(request: HttpRequest) -> HttpResponse:
    """Open or plan a window; it expires by itself."""
    form = WindowForm(request.POST, by=request.user)
    if not form.is_valid():
        return _page(request, form)
    window = form.window(by=request.user.get_username())
    window.save()
    windows.settle()
    messages.success(request, f"{window}: urgent and critical page as ever; everything else waits until it is over.")
    return redirect("maintenance")


@login_required
@require_POST
def end_window(request: HttpRequest, number: int) -> HttpResponse:
    """End a window before its time."""
    windows.end(number, by=request.user.get_username())
    messages.success(request, "The maintenance is over: everything pages again, and what it held goes out now.")
    return redirect("maintenance")


def _page(request: HttpRequest, form: WindowForm) -> HttpResponse:
    now = database_now()
    seen = scope.windows(request.user, Act.SEE_PAGING)
    rows = seen.select_related("site", "camera__site", "zone__camera__site")
    context = {
        "form": form,
        "on": windows.on(now).filter(pk__in=seen).order_by("ends_at"),
        "planned": rows.filter(starts_at__gt=now, over_at=None).order_by("starts_at"),
        "over": rows.exclude(over_at=None, ends_at__gt=now).order_by("-ends_at")[:SHOWN],
    }
    return render(request, "paging/maintenance.html", context)
