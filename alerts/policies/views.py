"""Who would be paged: the engine's own plan for each zone and tier, now or at a time that somebody asks about."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.accounts.telling import words_for
from alerts.agencies import monthly_test
from alerts.planning import database_now
from alerts.policies.forecast import forecast, time_asked
from alerts.policies.place import Place
from alerts.policies.warnings import of_policies
from alerts.rotas.duty import zone_of
from alerts.rotas.warnings import of_fallbacks, of_rotas
from zones.models import Zone
from zones.tier import Tier

PAGED = (Tier.CRITICAL, Tier.URGENT, Tier.CONCERN)


@login_required
@require_safe
def who_is_paged(request: HttpRequest) -> HttpResponse:
    """One zone, each tier step by step; above it whatever has to be mended."""
    seen = scope.zones(request.user, Act.SEE_PAGING)
    zones = list(seen.filter(enabled=True).select_related("camera__site").order_by("camera__site__name", "pk"))
    chosen = next((z for z in zones if str(z.pk) == request.GET.get("zone")), zones[0] if zones else None)
    now = database_now()
    at, asked = _time(request.GET.get("at", ""), chosen) or now, request.GET.get("at", "")
    tiers = [tier for tier in PAGED if tier.word == request.GET.get("tier")] or list(PAGED)
    context = {
        "zones": zones,
        "chosen": chosen,
        "clock": zone_of(chosen.camera.site.time_zone) if chosen else None,
        "at": at,
        "asked": asked if at != now else "",
        "tiers": [tier.word for tier in PAGED],
        "tier": request.GET.get("tier", ""),
        "forecasts": [forecast(Place.of(chosen.camera, chosen), tier, at) for tier in tiers] if chosen else [],
        "to_mend": words_for(request.user, Act.SEE_PAGING, [*of_policies(), *of_rotas(now), *of_fallbacks()]),
        "untested": monthly_test.unanswered(scope.contacts(request.user, Act.SEE_PAGING)),
    }
    return render(request, "paging/who.html", context)


def _time(words: str, zone: Zone | None) -> datetime | None:
    """A time by the site's clock; None for one that cannot be read."""
    try:
        return time_asked(words, zone.camera.site.time_zone) if zone else None
    except ValueError:
        return None
