"""Screens on a wall: each has a key for the wallboard of its site, and for nothing else.

Its link is opened once: from then on its secret is another one, which only the browser that opened it has, in a cookie.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from alerts import audit, keys
from alerts.accounts.scope import Holder
from alerts.models import WallScreen
from alerts.planning import database_now
from zones.models import Site

COOKIE = "handrail_wall"
KIND = "hw"
DAYS = 90
SEEN_EVERY = timedelta(minutes=1)  # a screen asks every few seconds; not each time is written


@dataclass(frozen=True, slots=True)
class Made:
    """A new key and its secret, which is known nowhere else from now on."""

    screen: WallScreen
    secret: str


@transaction.atomic
def make(name: str, site: Site | None, *, by: str, days: int = DAYS) -> Made:
    """Make a key.

    Args:
        name: of the screen.
        site: whose wallboard it shows; None for every site's.
        by: who makes it.
        days: until it expires, 1 to keys.LONGEST_DAYS.

    Raises:
        ValidationError: what is wrong and what to do.
    """
    if not name.strip():
        raise ValidationError("Say which screen it is for.")
    if not 1 <= days <= keys.LONGEST_DAYS:
        raise ValidationError(f"A key is valid for 1 to {keys.LONGEST_DAYS} days.")
    prefix, secret = keys.new_secret(KIND)
    screen = WallScreen.objects.create(
        name=name.strip()[:80],
        site=site,
        prefix=prefix,
        secret_hash=keys.hash_of(secret),
        expires_at=database_now() + timedelta(days=days),
        created_by=by[:150],
    )
    audit.record(
        by, "made a wall screen's key", key=prefix, name=screen.name, site=str(site or "every site"), days=days
    )
    return Made(screen, secret)


@transaction.atomic
def revoke(screen: WallScreen, *, by: str) -> bool:
    """End a key now; False where it had been ended before."""
    ended = keys.end(WallScreen.objects.all(), screen, by=by)
    if ended:
        audit.record(by, "revoked a wall screen's key", key=screen.prefix, name=screen.name)
    return ended


def valid() -> QuerySet[WallScreen]:
    """Keys that open the wallboard now, or will when their link is opened."""
    return keys.valid(WallScreen.objects.all())


def waiting(secret: str) -> WallScreen | None:
    """The key of a link that can still be opened."""
    return keys.owner_of(valid().filter(opened_at=None), KIND, secret)


@transaction.atomic
def open_once(secret: str, *, address: str) -> Made | None:
    """Open a link: the secret for the browser's cookie; None where it opens nothing.

    Args:
        secret: in the link.
        address: of the browser, for the audit.
    """
    screen = keys.owner_of(valid().filter(opened_at=None).select_for_update(), KIND, secret)
    if screen is None:
        return None
    cookie = keys.secret_with(KIND, screen.prefix)
    WallScreen.objects.filter(pk=screen.pk).update(
        secret_hash=keys.hash_of(cookie), opened_at=Now(), last_used_at=Now()
    )
    audit.record(f"wall screen {screen.name}", "opened the wallboard", key=screen.prefix, address=address)
    return Made(screen, cookie)


def set_cookie(answer: HttpResponse, made: Made) -> None:
    """Give a browser its key; no script can read it."""
    answer.set_cookie(
        COOKIE, made.secret, expires=made.screen.expires_at, secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        samesite="Lax",
    )  # fmt: skip


def screen_of(request: HttpRequest) -> WallScreen | None:
    """Whose cookie a browser shows, with `now` beside it; also one that has ended, so that it can be told."""
    opened = WallScreen.objects.exclude(opened_at=None).select_related("site").annotate(now=Now())
    return keys.owner_of(opened, KIND, request.COOKIES.get(COOKIE, ""))


def has_ended(screen: WallScreen) -> bool:
    """Whether a key that was read with `now` opens nothing any more."""
    return screen.revoked_at is not None or screen.expires_at <= screen.now  # type: ignore[attr-defined]


def seen(screen: WallScreen) -> None:
    """It asked for something: when, to the minute."""
    old = Q(last_used_at=None) | Q(last_used_at__lt=Now() - SEEN_EVERY)
    WallScreen.objects.filter(old, pk=screen.pk).update(last_used_at=Now())


def left(pk: int) -> float:
    """Seconds that a key still has; 0 for one that has ended."""
    found = valid().filter(pk=pk).annotate(left=F("expires_at") - Now()).values_list("left", flat=True).first()
    return found.total_seconds() if found else 0.0


def viewer(request: HttpRequest) -> Holder:
    """Who looks at the wallboard: a screen that the gate let in by its key, or a person."""
    screen: WallScreen | None = getattr(request, "screen", None)
    return screen or request.user
