"""What one shift leaves to the next: written once, shown to each person until they have read it or it expires."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from alerts import audit
from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.models import Contact, HandOverNote, HandOverRead
from zones.models import Site

HOURS = (12, 24, 72)
LONGEST = 2000


class NoteError(ValueError):
    """A note cannot be kept; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A note as it is shown.

    Attributes:
        site: whose people it is for; "every site" where it is for all.
        by: who wrote it.
        read_by: the names of who has read it, in order.
    """

    pk: int
    text: str
    site: str
    by: str
    written_at: datetime
    expires_at: datetime
    read_by: tuple[str, ...]


@transaction.atomic
def write(text: str, hours: str, *, by: AbstractBaseUser, site: str | None = None) -> HandOverNote:
    """Keep a note for so many hours; every open console of its site shows it at once.

    Args:
        text: what the next shift has to know.
        hours: one of HOURS.
        by: who writes it.
        site: key of one of the writer's sites, "" for every site, None for the writer's own where they have just one.

    Raises:
        NoteError: it is empty, too long, the hours are none of HOURS, or the site is none of theirs.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise NoteError("The note is empty: write what the next shift has to know.")
    if len(text) > LONGEST:
        raise NoteError(f"The note has {len(text)} characters; at most {LONGEST} are kept. Make it shorter.")
    if hours not in {str(choice) for choice in HOURS}:
        raise NoteError("Choose for how long it is shown.")
    if site is None:
        site = own_site(by)
    if site and site not in {str(each.pk) for each in sites(by)}:
        raise NoteError("Choose one of your sites, or every site.")
    note = HandOverNote.objects.create(
        text=text,
        site_id=int(site) if site else None,
        written_by_id=by.pk,
        expires_at=Now() + timedelta(hours=int(hours)),
    )
    audit.record(by.get_username(), "wrote a hand-over note", note=note.pk)
    return note


def sites(user: AbstractBaseUser) -> QuerySet[Site]:
    """The sites that somebody hands over, by name."""
    return scope.sites(user, Act.HAND_OVER).order_by("name")


def own_site(user: AbstractBaseUser) -> str:
    """The key of the only site that somebody hands over; empty where they have more."""
    found = list(sites(user)[:2])
    return str(found[0].pk) if len(found) == 1 else ""


@transaction.atomic
def read(number: int, *, by: AbstractBaseUser) -> None:
    """Keep that somebody has read a note; again changes nothing."""
    _, first = HandOverRead.objects.get_or_create(note_id=number, user_id=by.pk)
    if first:
        audit.record(by.get_username(), "read a hand-over note", note=number)


def unread(user: scope.Person) -> list[Line]:
    """What a person has still to read: the notes of others that are theirs to see and have not expired."""
    return _lines(_current(user).exclude(written_by=user.pk).exclude(read_by__user=user.pk))


def current(user: scope.Person) -> list[Line]:
    """Every note that somebody may see and that has not expired, newest first."""
    return _lines(_current(user))


def between(start: datetime, end: datetime, seen: QuerySet[HandOverNote]) -> list[Line]:
    """Of these notes, those that were written in a span of time, newest first."""
    return _lines(seen.filter(written_at__gte=start, written_at__lt=end))


def _current(user: scope.Person) -> QuerySet[HandOverNote]:
    return scope.notes(user, Act.HAND_OVER).filter(expires_at__gt=Now())


def _lines(notes: QuerySet[HandOverNote]) -> list[Line]:
    found = list(notes.select_related("written_by", "site").prefetch_related("read_by__user")[:50])
    users = {note.written_by_id for note in found} | {r.user_id for note in found for r in note.read_by.all()}
    names = dict(Contact.objects.filter(user__in=users).values_list("user", "name"))
    return [
        Line(
            pk=note.pk,
            text=note.text,
            site=str(note.site or "every site"),
            by=names.get(note.written_by_id, note.written_by.get_username()),
            written_at=note.written_at,
            expires_at=note.expires_at,
            read_by=tuple(
                names.get(r.user_id, r.user.get_username()) for r in sorted(note.read_by.all(), key=lambda r: r.read_at)
            ),
        )
        for note in found
    ]
