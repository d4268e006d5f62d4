"""Secrets that are shown once and kept as a hash: a system's token, a wall screen's key."""

import hashlib
import hmac
import re
import secrets
from typing import TypeVar

from django.db.models import QuerySet

from alerts.models.keys import IssuedKey

LONGEST_DAYS = 400  # assumed: a year and time to change it
NO_HASH = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
K = TypeVar("K", bound=IssuedKey)


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
