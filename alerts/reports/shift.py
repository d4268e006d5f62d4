"""One shift on paper: what was open, how soon it was taken on, how it ended, what was broken, what was noted."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.hand_over import notes
from alerts.models import AuditEvent, Incident
from alerts.planning import database_now
from alerts.reports import figures
from alerts.reports.cases import cases_between
from alerts.reports.plain import plain_cell
from alerts.rotas.hours import instant

USUAL = timedelta(hours=12)
LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One incident of a shift; seconds are from its opening, None where it never happened."""

    number: int
    kind: str
    place: str
    opened_at: datetime
    paged_s: float | None
    acknowledged_s: float | None
    by: str
    state: str
    outcome: str
    note: str
    said: tuple[str, ...]


def chosen(request: HttpRequest) -> Span:
    """The shift that was asked for, by the service's clock; the last 12 hours for one that makes no sense."""
    zone, now = ZoneInfo(settings.TIME_ZONE), database_now()
    try:
        start, end = (datetime.fromisoformat(request.GET.get(name, "")) for name in ("from", "to"))
        span = Span(instant(start.replace(tzinfo=None), zone), instant(end.replace(tzinfo=None), zone))
        if span.start < span.end <= span.start + LONGEST and span.start.year > 2000:
            return span
    except (ValueError, OverflowError):
        pass
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Span(end - USUAL, end)


def people(span: Span, seen: QuerySet[Incident]) -> list[Line]:
    """Those of some incidents about people that were opened, or still open, in the shift; drills are no shift's."""
    found = _in(span, seen).filter(subject=Incident.Subject.PERSON)
    cases = cases_between(*_opening(found, span), seen=seen)
    return list(_lines(found, {case.number: case for case in cases}))


def faults(span: Span, seen: QuerySet[Incident]) -> list[Line]:
    """The cameras that could not see in the shift."""
    return list(_lines(_in(span, seen).filter(subject=Incident.Subject.CAMERA), {}))


def _in(span: Span, seen: QuerySet[Incident]) -> QuerySet[Incident]:
    over_later = Q(resolved_at=None) | Q(resolved_at__gte=span.start)
    found = seen.filter(over_later, opened_at__lt=span.end, drill=False)
    return found.select_related("acknowledged_by__agency", "resolved_by__agency").order_by("opened_at", "pk")


def _opening(found: QuerySet[Incident], span: Span) -> tuple[datetime, datetime]:
    first = found.first()
    return min(first.opened_at, span.start) if first else span.start, span.end


def _lines(found: QuerySet[Incident], cases: dict[int, figures.Case]) -> Iterator[Line]:
    told = AuditEvent.objects.filter(incident__in=found, action="note").order_by("pk")
    said: dict[int, list[str]] = {}
    for event in told:
        said.setdefault(event.incident_id or 0, []).append(f"{event.actor}: {event.detail.get('text', '')}")
    for incident in found:
        case = cases.get(incident.pk)
        who = incident.acknowledged_by or incident.resolved_by
        yield Line(
            number=incident.pk,
            kind=incident.label,
            place=incident.place,
            opened_at=incident.opened_at,
            paged_s=case.paged_s if case else None,
            acknowledged_s=case.acknowledged_s if case else None,
            by=str(who) if who else "",
            state=incident.get_state_display(),
            outcome=incident.get_outcome_display() if incident.outcome else "",
            note=incident.outcome_note,
            said=tuple(said.get(incident.pk, ())),
        )


@login_required
@require_safe
def shift(request: HttpRequest) -> HttpResponse:
    """The report as a page that prints."""
    span = chosen(request)
    zone = ZoneInfo(settings.TIME_ZONE)
    start, end = (at.astimezone(zone) for at in (span.start, span.end))
    seen = scope.incidents(request.user, Act.SEE_PAGING)
    incidents = people(span, seen)
    context = {
        "start": start,
        "end": end,
        "query": urlencode({"from": f"{start:%Y-%m-%dT%H:%M}", "to": f"{end:%Y-%m-%dT%H:%M}"}),
        "incidents": incidents,
        "acknowledged": figures.spread(line.acknowledged_s for line in incidents),
        "open": sum(not line.outcome for line in incidents),
        "faults": faults(span, seen),
        "notes": notes.between(span.start, span.end, scope.notes(request.user, Act.SEE_PAGING)),
        "made_at": database_now(),
    }
    return render(request, "paging/shift.html", context)


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same, one line an incident, fault or note."""
    span = chosen(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="handrail-shift-{span.start:%Y%m%d-%H%M}.csv"'
    lines = csv.writer(answer)
    lines.writerow(
        ["what", "number", "kind", "place", "at", "paged_s", "acknowledged_s", "by", "state", "outcome", "notes"]
    )
    seen = scope.incidents(request.user, Act.SEE_PAGING)
    for what, found in (("incident", people(span, seen)), ("camera fault", faults(span, seen))):
        for line in found:
            text = "; ".join(part for part in (line.note, *line.said) if part)
            seconds = ["" if s is None else f"{s:.1f}" for s in (line.paged_s, line.acknowledged_s)]
            words = [plain_cell(cell) for cell in (line.kind, line.place)]
            ending = [plain_cell(cell) for cell in (line.by, line.state, line.outcome, text)]
            lines.writerow([what, line.number, *words, line.opened_at.isoformat(), *seconds, *ending])
    for note in notes.between(span.start, span.end, scope.notes(request.user, Act.SEE_PAGING)):
        site, by, text = (plain_cell(cell) for cell in (note.site, note.by, note.text))
        lines.writerow(["hand-over note", note.pk, "", site, note.written_at.isoformat(), "", "", by, "", "", text])
    return answer
