"""The second step of a log-in: who must have one (`SECOND_STEP_ROLES`), and where they are sent until they have."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.checks import CheckMessage, Error, register
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alerts.accounts import scope
from alerts.accounts.roles import Role

SUPERUSER = "superuser"
WORDS = "Your role needs a second step at log-in. Set up an authenticator app or a passkey here; then go on."


def is_missing(user: scope.Person) -> bool:
    """Whether a role of this person needs a second step, and they have none."""
    needed = set(settings.SECOND_STEP_ROLES)
    held = {grant.role.value for grant in scope.grants(user)}
    if getattr(user, "is_superuser", False):
        held.add(SUPERUSER)
    return bool(needed & held) and not is_mfa_enabled(user)


def asked_for(request: HttpRequest, *, fetched: bool) -> HttpResponse:
    """Ask for it instead of showing the page."""
    if fetched:
        return HttpResponse(WORDS, status=403, content_type="text/plain")
    messages.warning(request, WORDS)
    return redirect("mfa_index")


@register
def of_setting(**_: object) -> list[CheckMessage]:
    """Refuse a role that does not exist."""
    known = {role.value for role in Role} | {SUPERUSER}
    return [
        Error(f'SECOND_STEP_ROLES names "{name}", which is no role. Write some of: {", ".join(sorted(known))}.')
        for name in settings.SECOND_STEP_ROLES
        if name not in known
    ]
