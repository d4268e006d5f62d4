"""Log-ins that end: after idleness, after a shift, and when there are too many of one person."""

import time
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user, logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest

from alerts import audit
from alerts.accounts import scope
from alerts.accounts.limits import Limits, left_s, limits_of

BEGAN, SEEN = "handrail_began", "handrail_seen"
WRITTEN_EVERY_S = 60.0  # a session is not written at each request


def limits(user: scope.Person) -> Limits:
    """The limits of somebody's log-in."""
    roles = {grant.role for grant in scope.grants(user)}
    return limits_of(roles, superuser=bool(getattr(user, "is_superuser", False)))


def left(session: SessionBase, user: scope.Person) -> float:
    """Seconds that a log-in still has."""
    now_s = time.time()
    return left_s(limits(user), session.get(BEGAN, now_s), session.get(SEEN, now_s), now_s)


def goes_on(request: HttpRequest, *, background: bool) -> bool:
    """Whether the log-in of a request still holds; one that is over is ended and audited.

    Args:
        request: of somebody who is logged in.
        background: made by a page that is open, not by a person who does something.
    """
    session, user = request.session, request.user
    if left(session, user) <= 0:
        audit.record(user.get_username(), "log-in ran out")
        logout(request)
        return False
    if not background:
        _touch(session)
    return True


def _touch(session: SessionBase) -> None:
    now_s = time.time()
    session.setdefault(BEGAN, now_s)
    if now_s - session.get(SEEN, 0.0) > WRITTEN_EVERY_S:
        session[SEEN] = now_s


def watched(key: str) -> float:
    """Seconds that the log-in of an open console still has, by its session's key; an operator's is kept awake."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    request = HttpRequest()
    request.session = session
    user = get_user(request)
    if not user.is_authenticated:
        return 0.0
    remaining = left(session, user)
    if remaining > 0 and limits(user).watching and time.time() - session.get(SEEN, 0.0) > WRITTEN_EVERY_S:
        session[SEEN] = time.time()
        try:
            session.save()
        except UpdateError:
            return 0.0  # it was ended meanwhile
        remaining = left(session, user)
    return remaining


def begin(sender: object, request: HttpRequest, user: User, **_: object) -> None:
    """A log-in begins: it is audited, and the person's oldest ends when there are too many."""
    request.session[BEGAN] = request.session[SEEN] = time.time()
    audit.record(user.get_username(), "logged in", address=request.META.get("REMOTE_ADDR", ""))
    open_ones = [one for one in UserSession.objects.filter(user=user).order_by("created_at") if one.exists()]
    for old in open_ones[: max(len(open_ones) + 1 - limits(user).sessions, 0)]:
        audit.record(user.get_username(), "oldest log-in ended", address=old.ip)
        old.end()


def connect() -> None:
    """Begin with every log-in, whichever way it came."""
    user_logged_in.connect(begin, dispatch_uid="alerts.accounts.sessions")
