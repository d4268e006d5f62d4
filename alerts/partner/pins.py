"""PINs: what a contact types to open a link. Five wrong tries in a row close it for a while, whoever typed them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alerts import audit
from alerts.models import Contact, Incident, PartnerPin

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)  # assumed: long against guessing, short at a parapet; SMS answers go on meanwhile
SHAPE = re.compile(r"[0-9]{6,12}")


@dataclass(frozen=True, slots=True)
class Opened:
    """The PIN was right."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The PIN was wrong; so many tries are left."""

    left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many wrong tries; it opens again then."""

    until: datetime


def refuse_weak(pin: str) -> None:
    """Refuse a PIN that is guessed first.

    Raises:
        ValidationError: it is not 6 to 12 digits, all the same, or a run such as 123456.
    """
    if not SHAPE.fullmatch(pin):
        raise ValidationError("A PIN is 6 to 12 digits and nothing else.")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise ValidationError(
            "This PIN is guessed first: not the same digit again and again, and no run such as 123456."
        )


def choose(contact: Contact, pin: str, *, by: str) -> PartnerPin:
    """Give a contact a new PIN; wrong tries are forgotten.

    Raises:
        ValidationError: the PIN is too weak.
    """
    refuse_weak(pin)
    with transaction.atomic():
        kept, _ = PartnerPin.objects.get_or_create(contact=contact, defaults={"pin_hash": ""})
        kept.pin_hash, kept.failures, kept.locked_until = make_password(pin), 0, None
        kept.set_at = timezone.now()
        kept.save()
        audit.record(by, "PIN set", None, contact=str(contact))
    return kept


@transaction.atomic
def check(contact: Contact, pin: str, incident: Incident) -> Opened | Wrong | Locked:
    """Try a PIN. Tries at the same time wait for each other, so that none is free."""
    kept = PartnerPin.objects.select_for_update().filter(contact=contact).first()
    now = timezone.now()
    if kept is not None and kept.locked_until is not None and kept.locked_until > now:
        return Locked(kept.locked_until)
    right = check_password(pin, kept.pin_hash if kept else make_password(None))
    if kept is None:
        return Wrong(TRIES)
    if right:
        kept.failures, kept.locked_until = 0, None
        kept.save(update_fields=["failures", "locked_until"])
        audit.record(str(contact), "link opened", incident)
        return Opened()
    kept.failures += 1
    if kept.failures >= TRIES:
        kept.failures, kept.locked_until = 0, now + LOCKED_FOR
    kept.save(update_fields=["failures", "locked_until"])
    audit.record(str(contact), "wrong PIN", incident, left=0 if kept.locked_until else TRIES - kept.failures)
    return Locked(kept.locked_until) if kept.locked_until else Wrong(TRIES - kept.failures)
