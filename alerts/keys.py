"""Secrets that are shown once and kept as a hash: a system's token, a wall screen's key."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Now

from alerts.models.keys import IssuedKey

LONGEST_DAYS = 400  # assumed: a year and time to change it
NO_HASH = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
K = TypeVar("K", bound=IssuedKey)
Made = TypeVar("Made")


def new_secret(kind: str) -> tuple[str, str]:
    """A prefix, by which a key is told apart, and the whole secret with 256 random bits: `hr_1a2b3c4d_…`."""
    prefix = secrets.token_hex(4)
    return prefix, secret_with(kind, prefix)


def secret_with(kind: str, prefix: str) -> str:
    """Another secret for a key that keeps its prefix."""
    return f"{kind}_{prefix}_{secrets.token_urlsafe(32)}"


def hash_of(secret: str) -> str:
    """SHA-256: the secret has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def owner_of(among: QuerySet[K], kind: str, secret: str) -> K | None:
    """The key of a secret. Wrong ones take the same way: one look-up and one comparison in constant time."""
    shaped = re.fullmatch(rf"{kind}_([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}", secret)
    if shaped is None:
        return None
    found = among.filter(prefix=shaped[1]).first()
    return found if hmac.compare_digest(hash_of(secret), found.secret_hash if found else NO_HASH) else None


def valid(among: QuerySet[K]) -> QuerySet[K]:
    """Those that open something now."""
    return among.filter(revoked_at=None, expires_at__gt=Now())


def end(among: QuerySet[K], key: K, *, by: str) -> bool:
    """End a key now; False where it had ended before."""
    return bool(among.filter(pk=key.pk, revoked_at=None).update(revoked_at=Now(), revoked_by=by[:150]))


def made_by(make: Callable[..., Made], form: forms.Form, *, by: str) -> Made | None:
    """Make a key as a valid form says; None, and the form says why, where it cannot be."""
    try:
        return make(**form.cleaned_data, by=by)
    except ValidationError as error:
        form.add_error(None, error)
        return None
