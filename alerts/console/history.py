"""All incidents, newest first, by what somebody looks for."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.models import AuditEvent, Incident, Subject, TierChoices
from zones.whole import whole

PAGE_SIZE = 50
NAMES = ("q", "state", "tier", "kind", "outcome", "camera", "from", "to")
MOST_WORDS = 8
DRILL = "drill"


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The list; a filter that makes no sense is left out."""
    chosen = {name: request.GET.get(name, "").replace("\x00", "").strip()[:200] for name in NAMES}
    found = matching(chosen, scope.incidents(request.user, Act.SEE_INCIDENTS)).order_by("-first_frame_at", "-pk")
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "day": {name: _day(chosen[name]) for name in ("from", "to")},
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "states": Incident.State.choices,
        "tiers": TierChoices.choices,
        "kinds": [*Subject.choices, (DRILL, "drill")],
        "outcomes": Incident.Outcome.choices,
        "cameras": scope.cameras(request.user, Act.SEE_INCIDENTS).select_related("site").order_by("site__name", "name"),
    }
    return render(request, "console/history.html", context)


def matching(chosen: Mapping[str, str], seen: QuerySet[Incident]) -> QuerySet[Incident]:
    """Those of `seen` that fit every filter: {q, state, tier, kind, outcome, camera, from, to}, empty for any."""
    filters: dict[str, Any] = {}
    if chosen["state"] in Incident.State.values:
        filters["state"] = chosen["state"]
    if chosen["outcome"] in Incident.Outcome.values:
        filters["outcome"] = chosen["outcome"]
    for name, column in (("tier", "tier"), ("camera", "camera_id")):
        number = whole(chosen[name])
        if number is not None:
            filters[column] = number
    if chosen["kind"] in Subject.values:
        filters |= {"subject": chosen["kind"], "drill": False}
    elif chosen["kind"] == DRILL:
        filters["drill"] = True
    for name, lookup in (("from", "gte"), ("to", "lte")):
        day = _day(chosen[name])
        if day is not None:
            filters[f"first_frame_at__date__{lookup}"] = day
    found = seen.filter(**filters)
    for word in chosen["q"].split()[:MOST_WORDS]:
        found = found.filter(_says(word))
    return found


def _says(word: str) -> Q:
    """An incident that says a word: its number, its place, how it ended, or what anybody noted or did about it."""
    told = AuditEvent.objects.filter(incident=OuterRef("pk")).exclude(action__startswith="looked")
    said = told.filter(Q(detail__text__icontains=word) | Q(detail__note__icontains=word) | Q(actor__icontains=word))
    where = Q(place__icontains=word) | Q(zone_name__icontains=word) | Q(outcome_note__icontains=word)
    number = whole(word.removeprefix("#"))
    own = Q() if number is None else Q(pk=number)
    return (own | where if own else where) | Q(Exists(said))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
