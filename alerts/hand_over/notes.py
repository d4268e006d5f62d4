"""What one shift leaves to the next: written once, shown to each person until they have read it or it expires."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from alerts import audit
from alerts.models import Contact, HandOverNote, HandOverRead

HOURS = (12, 24, 72)
LONGEST = 2000


class NoteError(ValueError):
    """A note cannot be kept; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A note as it is shown.

    Attributes:
        by: who wrote it.
        read_by: the names of who has read it, in order.
    """

    pk: int
    text: str
    by: str
    written_at: datetime
    expires_at: datetime
    read_by: tuple[str, ...]


@transaction.atomic
def write(text: str, hours: str, *, by: AbstractBaseUser) -> HandOverNote:
    """Keep a note for so many hours; every open console shows it at once.

    Raises:
        NoteError: it is empty, too long, or the hours are none of HOURS.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise NoteError("The note is empty: write what the next shift has to know.")
    if len(text) > LONGEST:
        raise NoteError(f"The note has {len(text)} characters; at most {LONGEST} are kept. Make it shorter.")
    if hours not in {str(choice) for choice in HOURS}:
        raise NoteError("Choose for how long it is shown.")
    note = HandOverNote.objects.create(
        text=text,
        written_by_id=by.pk,
        expires_at=Now() + timedelta(hours=int(hours)),
    )
    audit.record(by.get_username(), "wrote a hand-over note", note=note.pk)
    return note


@transaction.atomic
def read(number: int, *, by: AbstractBaseUser) -> bool:
    """Keep that somebody has read a note; again changes nothing. False where there is no such note."""
    note = HandOverNote.objects.filter(pk=number).first()
    if note is None:
        return False
    _, first = HandOverRead.objects.get_or_create(note=note, user_id=by.pk)
    if first:
        audit.record(by.get_username(), "read a hand-over note", note=note.pk)
    return True


def unread(user: AbstractBaseUser) -> list[Line]:
    """What a person has still to read: the notes of others that have not expired."""
    return _lines(_current().exclude(written_by=user.pk).exclude(read_by__user=user.pk))


def current() -> list[Line]:
    """Every note that has not expired, newest first."""
    return _lines(_current())


def between(start: datetime, end: datetime) -> list[Line]:
    """The notes that were written in a span of time, newest first."""
    return _lines(HandOverNote.objects.filter(written_at__gte=start, written_at__lt=end))


def _current() -> QuerySet[HandOverNote]:
    return HandOverNote.objects.filter(expires_at__gt=Now())


def _lines(notes: QuerySet[HandOverNote]) -> list[Line]:
    found = list(notes.select_related("written_by").prefetch_related("read_by__user")[:50])
    users = {note.written_by_id for note in found} | {r.user_id for note in found for r in note.read_by.all()}
    names = dict(Contact.objects.filter(user__in=users).values_list("user", "name"))
    return [
        Line(
            pk=note.pk,
            text=note.text,
            by=names.get(note.written_by_id, note.written_by.get_username()),
            written_at=note.written_at,
            expires_at=note.expires_at,
            read_by=tuple(
                names.get(r.user_id, r.user.get_username()) for r in sorted(note.read_by.all(), key=lambda r: r.read_at)
            ),
        )
        for note in found
    ]
