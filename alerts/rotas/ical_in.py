"""Shifts from a calendar file: all of it or nothing, and every fault names its event."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from django.db import transaction
from icalendar import Calendar

from alerts import audit
from alerts.models import Contact, ContactAddress, Rota, Shift
from alerts.rotas.duty import zone_of
from alerts.rotas.hours import instant

AHEAD = timedelta(days=180)  # assumed: nobody plans duty further; upload again before it runs out
LARGEST_BYTES = 1_000_000
MOST_SHIFTS = 3000
SOURCE = "calendar"
REPEATS = frozenset({"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


class CalendarError(ValueError):
    """A calendar that cannot be taken; the message lists each fault with its event."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift of a calendar."""

    contact: int
    starts_at: datetime
    ends_at: datetime


def people_by_words() -> dict[str, int]:
    """Whom a calendar may name: e-mail addresses and names, in lower case; a name that two people have names nobody."""
    names = [(contact.name.strip().lower(), contact.pk) for contact in Contact.objects.filter(active=True)]
    often = Counter(name for name, _ in names)
    found = {name: key for name, key in names if often[name] == 1}
    mails = Contact.objects.filter(active=True).exclude(user=None).values_list("user__email", "pk")
    others = ContactAddress.objects.filter(channel="email", contact__active=True).values_list("address", "contact")
    return found | {mail.strip().lower(): key for mail, key in (*mails, *others) if mail}


def read(content: bytes, people: Mapping[str, int], zone: ZoneInfo, now: datetime) -> list[Entry]:
    """The shifts of a calendar from now on, with its repeating events written out.

    Args:
        content: the file.
        people: contact keys by e-mail address or name, in lower case.
        zone: of times that name none, and of whole days.
        now: from when on.

    Raises:
        CalendarError: every fault, one a line, each with its event.
    """
    if len(content) > LARGEST_BYTES:
        raise CalendarError(f"The file is larger than {LARGEST_BYTES // 1000} kB: is it a calendar?")
    try:
        calendar = Calendar.from_ical(content)
        _refuse(calendar.walk("VEVENT"), zone)
        events = recurring_ical_events.of(calendar).between(now, now + AHEAD)
    except CalendarError:
        raise
    except Exception as error:  # a parser of other people's files raises whatever it likes
        raise CalendarError(f"This is no calendar that can be read: {error}") from error
    if not events:
        raise CalendarError("The calendar has no event in the next 180 days: nothing was changed.")
    if len(events) > MOST_SHIFTS:
        raise CalendarError(f"The calendar has {len(events)} events in 180 days; {MOST_SHIFTS} are the most.")
    entries, faults = [], []
    for event in events:
        try:
            entries.append(_entry(event, people, zone))
        except CalendarError as error:
            faults.append(str(error))
    if faults:
        raise CalendarError("\n".join(dict.fromkeys(faults)))
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.contact))


def _refuse(events: Iterable[Any], zone: ZoneInfo) -> None:
    """Refuse what the library that writes repeats out would pass over or never finish."""
    faults = [fault for event in events for fault in _faults(event, zone)]
    if faults:
        raise CalendarError("\n".join(dict.fromkeys(faults)))


def _faults(event: Any, zone: ZoneInfo) -> Iterator[str]:
    if event.get("DTSTART") is None:
        yield f"{_name(event)}: it has no DTSTART."
    elif event.get("DTEND") is not None and _instant(event, "DTEND", zone) <= _instant(event, "DTSTART", zone):
        yield f"{_name(event)}: it ends before it begins."
    rules = event.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        for often in rule.get("FREQ", []):
            if str(often).upper() not in REPEATS:
                yield f"{_name(event)}: it repeats {str(often).lower()}, which no shift does."


def _entry(event: Any, people: Mapping[str, int], zone: ZoneInfo) -> Entry:
    if event.get("DTEND") is None:
        raise CalendarError(f"{_name(event)}: it has no end.")
    starts_at, ends_at = _instant(event, "DTSTART", zone), _instant(event, "DTEND", zone)
    if ends_at <= starts_at:
        raise CalendarError(f"{_name(event)}: it ends as it begins.")
    found = {people[words] for words in _words(event) if words in people}
    if len(found) == 1:
        return Entry(found.pop(), starts_at, ends_at)
    tried = ", ".join(_words(event)) or "nothing"
    why = "several people are meant" if found else "no active contact has this e-mail address or name"
    raise CalendarError(f"{_name(event)}: {why} ({tried}).")


def _words(event: Any) -> Iterator[str]:
    """What names a person: the attendees, and where there are none the summary, whole or after its colon."""
    attendees = event.get("ATTENDEE") or []
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        yield str(attendee).lower().removeprefix("mailto:").strip()
    if not attendees:
        summary = str(event.get("SUMMARY", "")).strip().lower()
        yield from dict.fromkeys((summary, summary.rpartition(":")[2].strip()))


def _instant(event: Any, name: str, zone: ZoneInfo) -> datetime:
    value = event[name].dt
    if not isinstance(value, datetime):
        value = datetime.combine(value, datetime.min.time())
    return value.astimezone(UTC) if value.tzinfo else instant(value, zone)


def _name(event: Any) -> str:
    begins = getattr(event.get("DTSTART"), "dt", None)
    at = f" on {begins:%d %b %Y}" if isinstance(begins, date) else ""
    return f'Event "{event.get("SUMMARY", "without a name")}"{at}'


@transaction.atomic
def take(rota: Rota, content: bytes, now: datetime, *, by: str) -> int:
    """Replace a rota's coming shifts of earlier calendars by those of this one; returns how many there are.

    Raises:
        CalendarError: and nothing was changed.
    """
    entries = read(content, people_by_words(), zone_of(rota.time_zone), now)
    Shift.objects.filter(rota=rota, source=SOURCE, ends_at__gt=now).delete()
    Shift.objects.bulk_create(
        Shift(rota=rota, contact_id=e.contact, starts_at=e.starts_at, ends_at=e.ends_at, source=SOURCE) for e in entries
    )
    audit.record(by, "calendar taken", rota=rota.pk, name=str(rota), shifts=len(entries))
    return len(entries)
