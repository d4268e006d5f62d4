"""The partners: who they are, when they can be reached, whether their numbers are proven, and the monthly test."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.agencies import monthly_test, numbers
from alerts.models import Contact, PartnerTest
from alerts.planning import database_now
from alerts.rotas.duty import hours_of, zone_of


@login_required
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """Agencies with their contacts, then the people of the control room."""
    now = database_now()
    agencies = (
        scope.agencies(request.user, Act.SEE_PAGING)
        .select_related("out_of_hours")
        .prefetch_related("sites", "cameras", "zones")
    )
    people = scope.contacts(request.user, Act.SEE_PAGING)
    context = {
        "agencies": [
            {
                "agency": agency,
                "reachable": hours_of(agency.hours).includes(now, zone_of(agency.time_zone)),
                "area": [str(row) for row in (*agency.sites.all(), *agency.cameras.all(), *agency.zones.all())],
                "contacts": [_line(contact) for contact in agency.contacts.filter(active=True).order_by("name")],
            }
            for agency in agencies.order_by("name")
        ],
        "own": [_line(contact) for contact in people.filter(agency=None, active=True).order_by("name")],
        "untested": monthly_test.unanswered(people),
    }
    return render(request, "paging/partners.html", context)


def _line(contact: Contact) -> dict[str, object]:
    test = PartnerTest.objects.filter(contact=contact).order_by("-month").first()
    return {"contact": contact, "test": _words(test) if test else "not tested yet"}


def _words(test: PartnerTest) -> str:
    month = f"{test.month:%B %Y}"
    if test.answered_at:
        return f"answered in {month}"
    if test.error:
        return f"could not be sent in {month}: {test.error}"
    return f"not answered in {month}" if test.flagged_at else f"sent in {month}, waiting for the answer"


@login_required
@require_POST
def send_code(request: HttpRequest, number: int) -> HttpResponse:
    """Send a code to a contact's number."""
    contact = get_object_or_404(Contact, pk=number)
    messages.info(request, f"{contact}: {numbers.send_code(contact, by=request.user.get_username())}")
    return redirect("partners")


@login_required
@require_POST
def prove(request: HttpRequest, number: int) -> HttpResponse:
    """Type in the code that a person read out."""
    contact = get_object_or_404(Contact, pk=number)
    fault = numbers.confirm(contact, request.POST.get("code", ""), by=request.user.get_username())
    if fault:
        messages.error(request, f"{contact}: {fault}")
    else:
        messages.success(request, f"{contact}: the number is proven.")
    return redirect("partners")
