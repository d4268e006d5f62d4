"""Tries at a log-in: failures are kept for a day; whoever has to wait is told how long, and what else can be done."""

import secrets
from datetime import timedelta
from math import ceil

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from alerts import audit
from alerts.accounts import lockout
from alerts.models import FailedLogIn

COOKIE = "handrail_known"
SALT = "alerts.accounts.tries"
KNOWN_FOR = timedelta(days=180)
KEPT_FOR = timedelta(days=1)
MOST_NAMES = 20  # people who log in at one browser
SECOND_STEP = "second step of "


def must_wait(request: HttpRequest, name: str) -> str:
    """Words for whoever has to wait; empty to go on."""
    left = _wait(name, _address(request), known_as(request, name))
    if not left:
        return ""
    minutes = ceil(left / timedelta(minutes=1))
    return (
        f"There were too many tries that failed. Wait {minutes} min and try again, log in with a passkey, or ask your "
        "supervisor for a link. If somebody needs help now, ring the control room."
    )


def failed(request: HttpRequest, name: str) -> None:
    """Keep a failure; the one that makes the next wait is audited."""
    name, address, browser = _plain(name), _address(request), known_as(request, name)
    FailedLogIn.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    FailedLogIn.objects.create(name=name, address=address, browser=browser)
    left = _wait(name, address, browser)
    if left:
        audit.record("log-in", "log-in held", name=name, address=address, minutes=ceil(left / timedelta(minutes=1)))


def _wait(name: str, address: str, browser: str) -> timedelta:
    now, name = timezone.now(), _plain(name)
    rows = FailedLogIn.objects.filter(at__gt=now - lockout.WINDOW)
    rows = rows.filter(name=name) | rows.filter(address=address)
    failures = [lockout.Failure(row.name, row.address, row.browser, row.at) for row in rows]
    return lockout.wait(failures, name, address, browser, now)


def _plain(name: str) -> str:
    return name.replace("\x00", "").strip().lower()[:150]


def _address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a socket file has no address


def known_as(request: HttpRequest, name: str) -> str:
    """The number of a browser in which this name has logged in before; empty for a stranger's."""
    browser, names = _read(request)
    return browser if _plain(name).removeprefix(SECOND_STEP) in names else ""


def remember(request: HttpRequest, response: HttpResponseBase, name: str) -> None:
    """The browser is known for this name from now on."""
    browser, before = _read(request)
    names = [_plain(name), *(other for other in before if other != _plain(name))][:MOST_NAMES]
    value = signing.dumps([browser or secrets.token_hex(8), names], salt=SALT)
    response.set_cookie(COOKIE, value, max_age=KNOWN_FOR, httponly=True, secure=request.is_secure(), samesite="Lax")


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    """The browser's number and the names that it is known for."""
    try:
        browser, names = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return "", []
    return browser, names
