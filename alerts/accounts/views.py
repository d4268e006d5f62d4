"""One's own account, the people and their roles, and what is shared with a partner."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from alerts import transitions
from alerts.accounts import giving, scope
from alerts.accounts.forms import GrantForm, PersonForm
from alerts.accounts.roles import Act, Role
from alerts.models import AuditEvent, Incident, Membership
from alerts.partner import links

CHANGES = ("role given", "role taken", "log-in made", "log-in closed", "new password offered")
SHOWN = 30


def _user(request: HttpRequest) -> User:
    """Whoever is logged in; the gate let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("a page of accounts was reached without a log-in")
    return request.user


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may do where, and how my log-in is kept."""
    held = Membership.objects.filter(user=_user(request)).select_related("site", "agency").order_by("pk")
    return render(request, "accounts/account.html", {"held": held})


@require_safe
def refused(request: HttpRequest) -> HttpResponse:
    """The organisation's provider did not log somebody in."""
    messages.error(request, "Your organisation's provider did not finish the log-in. Try again, or use a password.")
    return redirect("account_login")


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with a role where the asker is a supervisor or auditor, and the latest changes."""
    return _people(request, PersonForm())


def _people(request: HttpRequest, form: PersonForm) -> HttpResponse:
    user = _user(request)
    found = scope.people(user, Act.SEE_PEOPLE).order_by("-is_active", "username")
    seen = scope.memberships(user, Act.SEE_PEOPLE).select_related("site", "agency")
    held: dict[int, list[Membership]] = {}
    for membership in seen.order_by("pk"):
        held.setdefault(membership.user_id, []).append(membership)
    names = [person.get_username() for person in found]
    changes = AuditEvent.objects.filter(action__in=CHANGES, detail__person__in=names).order_by("-pk")[:SHOWN]
    rows = [(person, held.get(person.pk, [])) for person in found]
    return render(request, "accounts/people.html", {"rows": rows, "form": form, "changes": changes})


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Make a log-in and go on to its page; a supervisor of one site gives its first role in the same step."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _people(request, form)
    by = _user(request)
    try:
        with transaction.atomic():
            made = giving.add(form.cleaned_data["username"], form.cleaned_data["name"], by=by)
            if not scope.everywhere(by, Act.GIVE_ROLES):
                site = scope.sites(by, Act.GIVE_ROLES).order_by("pk").first()
                giving.give(made, Role.OPERATOR, site, None, by=by, why="first role of a new log-in")
    except giving.GivingError as error:
        form.add_error(None, str(error))
        return _people(request, form)
    messages.success(request, f"{made.get_username()} is made. Give a role, then hand over a link for the password.")
    return redirect("person", made.pk)


@login_required
@require_safe
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One person: their roles, and what can be changed."""
    return _person(request, number, GrantForm(by=_user(request)))


def _person(request: HttpRequest, number: int, form: GrantForm, link: str = "") -> HttpResponse:
    found = get_object_or_404(User, pk=number)
    held = scope.memberships(_user(request), Act.SEE_PEOPLE).filter(user=found).select_related("site", "agency")
    return render(request, "accounts/person.html", {"person": found, "held": held, "form": form, "link": link})


@login_required
@require_POST
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Give a role."""
    by = _user(request)
    form = GrantForm(request.POST, by=by)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            made = giving.give(
                get_object_or_404(User, pk=number), Role(chosen["role"]), chosen["site"], chosen["agency"],
                by=by, why=chosen["why"],
            )  # fmt: skip
        except giving.GivingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made.user.get_username()} is now {made}.")
            return redirect("person", number)
    return _person(request, number, form)


def _said(request: HttpRequest, act: Callable[[], str]) -> None:
    """Do an act and say what became of it."""
    try:
        messages.success(request, act())
    except giving.GivingError as error:
        messages.error(request, str(error))


@login_required
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Take a role."""
    held = get_object_or_404(Membership.objects.select_related("user", "site", "agency"), pk=number)

    def act() -> str:
        giving.take(held, by=_user(request), why=request.POST.get("why", ""))
        return f"{held.user.get_username()} is no longer {held}."

    _said(request, act)
    if scope.people(_user(request), Act.SEE_PEOPLE).filter(pk=held.user_id).exists():
        return redirect("person", held.user_id)
    return redirect("people")


@login_required
@require_POST
def link(request: HttpRequest, number: int) -> HttpResponse:
    """Show a link for a new password, this once."""
    by, found = _user(request), get_object_or_404(User, pk=number)
    try:
        path = giving.new_password_path(found, by=by)
    except giving.GivingError as error:
        messages.error(request, str(error))
        return redirect("person", number)
    answer = _person(request, number, GrantForm(by=by), settings.PUBLIC_URL + path)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close a log-in."""
    found = get_object_or_404(User, pk=number)

    def act() -> str:
        giving.close(found, by=_user(request), why=request.POST.get("why", ""))
        return f"The log-in of {found.get_username()} is closed."

    _said(request, act)
    return redirect("person", number)


@login_required
@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """What a partner with a log-in sees: incidents that paged their agency or shared by a rule, until they are old."""
    since = timezone.now() - timedelta(hours=settings.PARTNER_LINK_HOURS)
    found = scope.incidents(_user(request), Act.SEE_SHARED).filter(Q(resolved_at=None) | Q(resolved_at__gt=since))
    return render(request, "accounts/shared.html", {"incidents": found.order_by("-opened_at")[:100]})


@login_required
@require_safe
def shared_incident(request: HttpRequest, number: int) -> HttpResponse:
    """To the partner page, as this person's own: their agency's pictures and no more."""
    incident = get_object_or_404(Incident, pk=number)
    return redirect(links.address(transitions.contact_of(_user(request)), incident))
