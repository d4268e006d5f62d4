"""How paging did in a period: a page and the same as CSV."""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.agencies import monthly_test
from alerts.planning import database_now
from alerts.reports import figures
from alerts.reports.cases import cases_between
from alerts.reports.plain import plain_cell
from alerts.rotas.hours import instant
from zones.tier import Tier

PERIODS = (7, 30, 90, 365)
BAR_HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included, by the service's clock."""

    first: date
    last: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From the first midnight to the one after the last day."""
        zone = ZoneInfo(settings.TIME_ZONE)
        start, end = (datetime.combine(day, datetime.min.time()) for day in (self.first, self.last + timedelta(days=1)))
        return instant(start, zone), instant(end, zone)


def chosen(request: HttpRequest) -> Period:
    """The period that was asked for; the last 30 days for one that makes no sense."""
    today = database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    try:
        first = date.fromisoformat(request.GET.get("from", ""))
        last = date.fromisoformat(request.GET.get("to", ""))
        if first <= last <= today + timedelta(days=1) and first.year > 2000:
            return Period(first, last)
    except ValueError:
        pass
    return Period(today - timedelta(days=29), today)


@login_required
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The figures of a period."""
    period = chosen(request)
    cases = cases_between(*period.instants, seen=scope.incidents(request.user, Act.SEE_PAGING))
    tiers, hours = figures.by(cases, lambda case: case.tier), figures.by(cases, lambda case: case.hour)
    context = {
        "period": period,
        "query": urlencode({"from": period.first, "to": period.last}),
        "quick": [(n, period.last - timedelta(days=n - 1)) for n in PERIODS],
        "cases": len(cases),
        "tables": [
            ("All and by tier", [figures.row("all", cases), *_tiers(tiers)]),
            ("By agency", figures.by_agency(cases)),
            ("By hour of day", [figures.row(f"{hour:02d}:00", hours[hour]) for hour in sorted(hours)]),
        ],
        "bars": _bars(hours),
        "undelivered": figures.undelivered(cases),
        "answers": figures.answers(cases),
        "untested": monthly_test.unanswered(scope.contacts(request.user, Act.SEE_PAGING)),
    }
    return render(request, "paging/reports.html", context)


def _tiers(groups: dict[int, list[figures.Case]]) -> list[figures.Row]:
    return [figures.row(Tier(tier).word, groups[tier]) for tier in sorted(groups, reverse=True)]


def _bars(hours: dict[int, list[figures.Case]]) -> list[dict[str, int]]:
    """Incidents by hour of day, as bars of a drawing."""
    most = max((len(cases) for cases in hours.values()), default=1)
    bars = []
    for hour in range(24):
        n = len(hours.get(hour, []))
        height = round(BAR_HEIGHT * n / most)
        bars.append({"hour": hour, "n": n, "x": 20 * hour + 2, "y": BAR_HEIGHT - height, "height": height})
    return bars


@login_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """One line an incident, for a spreadsheet; seconds from its opening, empty where it never happened."""
    period = chosen(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="handrail-{period.first}-{period.last}.csv"'
    lines = csv.writer(answer)
    lines.writerow(["incident", "tier", "hour", "paged_s", "acknowledged_s", "responder_s", "pages", "failed", "told"])
    seen = scope.incidents(request.user, Act.SEE_PAGING)
    for case in cases_between(*period.instants, seen=seen):
        told = "; ".join(dict.fromkeys(plain_cell(t.contact) for t in case.told))
        seconds = [_seconds(value) for value in (case.paged_s, case.acknowledged_s, case.responder_s)]
        failed = sum(bool(t.code) for t in case.told)
        lines.writerow([case.number, Tier(case.tier).word, case.hour, *seconds, len(case.told), failed, told])
    return answer


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
