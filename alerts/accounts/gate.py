"""The one gate before every page: is somebody logged in, may they do this, and may they see the thing it is about?

What is not theirs to see is 404, so that nobody learns what exists; what nobody of their roles may do is 403.
"""

import re
import sys
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from alerts.accounts import second_step, sessions, wall_screens
from alerts.accounts.addresses import OWN, SUPERUSERS, Rule, rule_of
from alerts.accounts.allowing import Answer, answer
from alerts.accounts.roles import Act

UNREADABLE = re.compile(rf"\x00|\d{{{sys.int_info.default_max_str_digits + 1}}}")
HOMES = ((Act.SEE_CAMERAS, "cameras"), (Act.SEE_SHARED, "shared"), (Act.SEE_PEOPLE, "people"))
"""Where somebody goes who may not see the open incidents."""


class Gate:
    """Django middleware."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Hand on; the answer is an awaitable where the rest of the chain is."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let through (None), or answer instead of the view."""
        match = request.resolver_match
        rule = rule_of(match) if match is not None else SUPERUSERS
        if rule.open:
            return None
        if not request.user.is_authenticated:
            return _by_key(request, rule) if rule.wall else _log_in(request, rule)
        if not sessions.goes_on(request, background=rule.background):
            messages.warning(request, "Your log-in has ended. Log in to go on where you were.")
            return _log_in(request, rule)
        if rule is not OWN and second_step.is_missing(request.user):
            return second_step.asked_for(request, fetched=rule.fetched)
        _refuse_unreadable(request)
        return self._checked(request, rule, kwargs)

    @staticmethod
    def _checked(request: HttpRequest, rule: Rule, kwargs: dict[str, Any]) -> HttpResponseBase | None:
        said = answer(request.user, rule, kwargs)
        if said is Answer.HIDDEN:
            raise Http404("not to be seen by this log-in")
        return _elsewhere(request) if said is Answer.NO else None


def _refuse_unreadable(request: HttpRequest) -> None:
    """PostgreSQL keeps no NUL, Python reads no number of some thousands of digits, and nobody types either.

    Raises:
        SuspiciousOperation: one stands in a form.
    """
    if any(UNREADABLE.search(value) for _, values in request.POST.lists() for value in values):
        raise SuspiciousOperation("a NUL, or a number without end, in what was sent")


def _by_key(request: HttpRequest, rule: Rule) -> HttpResponse | None:
    """Let a wall screen in (None), tell it that its key has ended, or ask for a log-in."""
    screen = wall_screens.screen_of(request)
    if screen is None:
        return _log_in(request, rule)
    if wall_screens.has_ended(screen):
        page = render(request, "accounts/wall_ended.html", {"ended": screen}, status=403)
        page["HX-Refresh"] = "true"  # where a fragment was asked for, the whole page is loaded: it says so
        return page
    wall_screens.seen(screen)
    request.screen = screen  # type: ignore[attr-defined]
    return None


def _log_in(request: HttpRequest, rule: Rule) -> HttpResponse:
    if rule.fetched:
        return HttpResponse("Log in first.", status=403, content_type="text/plain")
    return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


def _elsewhere(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    if match is not None and match.view_name == "console":
        for act, name in HOMES:
            if request.user.has_perm(act):
                return redirect(name)
        return redirect("account")
    raise PermissionDenied("This log-in may not do this.")
