"""The console's page of retention: what is kept how long, what waits for a person, locks, and what was deleted."""

import csv
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from alerts.models import Deletion, EvidenceLock, RetentionRun
from alerts.planning import database_now
from alerts.retention import locks, running
from alerts.retention.classes import due_now, lost, orphans, unfinished
from alerts.retention.doubts import Due
from alerts.retention.rules import RULES, Rule, words
from zones.whole import whole

SHOWN = 50
NO_NUMBER = 0
COLUMNS = ("decided_at", "gone_at", "class", "rule", "incident", "file", "sha256", "bytes", "count", "state", "fault")


@login_required
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """The page."""
    due = {one.key: one for one in due_now(database_now())}
    context = {
        "classes": [_line(rule, due.get(rule.key)) for rule in RULES],
        "asks": RetentionRun.objects.filter(state=RetentionRun.State.ASKS).first(),
        "runs": [{"run": run, "gone": running.gone(run).items()} for run in RetentionRun.objects.all()[:10]],
        "locks": EvidenceLock.objects.filter(released_at=None).select_related("incident"),
        "stuck": unfinished().exclude(fault=""),
        "orphans": list(orphans(timezone.now()))[:SHOWN],
        "lost": lost()[:SHOWN],
        "deletions": Deletion.objects.all()[:SHOWN],
    }
    return render(request, "retention/retention.html", context)


def _line(rule: Rule, due: Due | None) -> dict[str, Any]:
    return {"rule": rule, "days": words(settings.RETENTION_DAYS[rule.key]), "due": due}


@login_required
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """A person has looked: the run that asks may delete."""
    run = get_object_or_404(RetentionRun, pk=number)
    if running.approve(run, by=request.user.get_username()):
        messages.success(request, "The engine deletes now what is due. It stands in the report below as it goes.")
    else:
        messages.info(request, "That run does not wait any more.")
    return redirect("retention")


@login_required
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Keep everything of an incident."""
    number = request.POST.get("incident", "").strip().removeprefix("#")
    try:
        before = locks.place(
            whole(number) or NO_NUMBER, by=request.user.get_username(), reason=request.POST.get("reason", "")
        )
    except locks.LockError as error:
        messages.error(request, str(error))
    else:
        gone = f" {before} of its files had been deleted before." if before else ""
        messages.success(request, f"Nothing of #{number} is deleted until the lock is released.{gone}")
    return redirect("retention")


@login_required
@require_POST
def release(request: HttpRequest, number: int) -> HttpResponse:
    """Take a lock back."""
    held = get_object_or_404(EvidenceLock, pk=number)
    if locks.release(held, by=request.user.get_username()):
        messages.success(request, f"#{held.incident_id} is not locked any more. What is due goes with the next run.")
    else:
        messages.info(request, "That lock had been released before.")
    return redirect("retention")


@login_required
@require_safe
def as_csv(_: HttpRequest) -> HttpResponse:
    """The whole deletion report."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="handrail-deletions.csv"'
    lines = csv.writer(answer)
    lines.writerow(COLUMNS)
    for one in Deletion.objects.order_by("pk").iterator():
        at = [moment.isoformat(timespec="seconds") if moment else "" for moment in (one.decided_at, one.gone_at)]
        what = [one.key, one.rule, one.incident_number or "", one.path, one.sha256, one.size, one.count]
        lines.writerow([*at, *what, one.state, one.fault])
    return answer
