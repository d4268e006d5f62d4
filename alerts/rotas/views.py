"""The rotas: who is on duty in the fortnight ahead, its calendar address, and a calendar to take in."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.models import Contact, Rota
from alerts.planning import database_now
from alerts.rotas import ical_in, ical_out
from alerts.rotas.days import days_of
from alerts.rotas.duty import on_duty, timeline, zone_of
from alerts.rotas.warnings import gap_words

FORTNIGHT = timedelta(days=14)


@login_required
@require_safe
def rotas(request: HttpRequest) -> HttpResponse:
    """Every rota: who is on duty now, and its next gap."""
    now = database_now()
    found = [
        {"rota": rota, "now": on_duty(rota, now), "gap": gap_words(rota, now)}
        for rota in scope.rotas(request.user, Act.SEE_PAGING).select_related("fallback__agency").order_by("name")
    ]
    return render(request, "paging/rotas.html", {"rotas": found})


@login_required
@require_safe
def rota(request: HttpRequest, number: int) -> HttpResponse:
    """One rota: its next two weeks, day by day."""
    found = get_object_or_404(Rota.objects.select_related("fallback__agency"), pk=number)
    now, zone = database_now(), zone_of(found.time_zone)
    names = {contact.pk: contact.name for contact in Contact.objects.all()}
    context = {
        "rota": found,
        "now": on_duty(found, now),
        "gap": gap_words(found, now),
        "zone": zone,
        "days": days_of(timeline(found, now, now + FORTNIGHT), names, found.fallback.name, zone),
        "calendar": ical_out.address(found) if request.user.has_perm(Act.MANAGE_PAGING) else "",
    }
    return render(request, "paging/rota.html", context)


@login_required
@require_POST
def take_calendar(request: HttpRequest, number: int) -> HttpResponse:
    """Take a calendar file in: all of it, or nothing with every fault named."""
    found = get_object_or_404(Rota, pk=number)
    file = request.FILES.get("calendar")
    if file is None:
        messages.error(request, "Choose a calendar file (.ics) first.")
        return redirect("rota", number)
    try:
        content = file.read(ical_in.LARGEST_BYTES + 1)
        taken = ical_in.take(found, content, database_now(), by=request.user.get_username())
        messages.success(request, f"{taken} shifts were taken from the calendar.")
    except ical_in.CalendarError as error:
        for line in str(error).splitlines()[:20]:
            messages.error(request, line)
        messages.error(request, "Nothing was changed.")
    return redirect("rota", number)
