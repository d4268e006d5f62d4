"""Who is on duty: the demo's layers, somebody who stands in, gaps, calendars in and out."""

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from alerts.models import Contact, Layer, LayerPerson, Override, Rota, Shift
from alerts.rotas import duty, ical_out
from alerts.rotas.days import days_of
from tests.stories.conftest import ControlRoom
from zones.tier import Tier

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def admin(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


@pytest.fixture
def operator(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    return client


def supervisors_at(words: str) -> list[str]:
    at = datetime.fromisoformat(words).replace(tzinfo=LONDON)
    return [contact.name for contact in duty.on_duty(Rota.objects.get(name="Duty supervisors"), at)]


def control_room() -> Rota:
    return Rota.objects.get(name="Control room")


def without_layers() -> Rota:
    rota = control_room()
    rota.layers.all().delete()
    return rota


def test_the_demos_supervisors_take_nights_by_the_week_and_days_in_turn(room: ControlRoom) -> None:
    assert supervisors_at("2026-11-24T03:00") == ["Sam Supervisor"]
    assert supervisors_at("2026-12-01T03:00") == ["Dana Deputy"]
    assert supervisors_at("2026-11-24T12:00") != supervisors_at("2026-11-25T12:00")
    assert supervisors_at("2026-11-24T06:59") == ["Sam Supervisor"]


def test_who_stands_in_is_paged_instead(room: ControlRoom) -> None:
    now = timezone.now()
    dana, olivia = (Contact.objects.get(name__startswith=name) for name in ("Dana", "Olivia"))
    Override.objects.create(
        rota=control_room(), contact=dana, replaces=olivia, starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1), reason="dentist",
    )  # fmt: skip
    room.sees()
    room.turn()
    assert room.texts("Dana")
    assert not room.texts("Olivia")


def test_a_gap_asks_the_fall_back_and_is_warned_of_ahead(room: ControlRoom, admin: Client) -> None:
    rota = without_layers()
    start = timezone.now() + timedelta(days=3)
    olivia = Contact.objects.get(name__startswith="Olivia")
    Shift.objects.create(rota=rota, contact=olivia, starts_at=timezone.now() - timedelta(days=1), ends_at=start)
    Shift.objects.create(
        rota=rota, contact=olivia, starts_at=start + timedelta(hours=8), ends_at=start + timedelta(days=30)
    )
    local = start.astimezone(LONDON)
    words = f"Rota Control room: nobody is on duty from {local:%a %d %b %H:%M}"
    for path in ("/", "/rotas/", f"/rotas/{rota.pk}/", "/admin/alerts/rota/"):
        assert words in admin.get(path).content.decode(), path
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 rotas have gaps"):
        call_command("rota_gaps", stdout=out)
    assert f"{words} to" in out.getvalue()
    assert "Sam Supervisor would be asked" in out.getvalue()
    Shift.objects.all().delete()
    room.sees()
    room.turn()
    assert room.texts("Sam")


def test_a_fall_back_that_cannot_be_asked_is_said_and_in_a_gap_the_next_step_follows(
    room: ControlRoom, operator: Client
) -> None:
    without_layers()
    Contact.objects.filter(name__startswith="Sam").update(active=False)
    assert "its fall-back Sam Supervisor is switched off" in operator.get("/who-is-paged/").content.decode()
    room.sees()
    room.turn()
    assert room.texts("Bea")


def test_without_a_gap_the_command_says_so(room: ControlRoom) -> None:
    out = io.StringIO()
    call_command("rota_gaps", stdout=out)
    assert "No gap in the next 14 days." in out.getvalue()


def test_a_layer_that_cannot_be_read_is_left_out_and_the_next_one_counts(room: ControlRoom) -> None:
    Layer.objects.filter(pk=1).update(hours="now and then")
    LayerPerson.objects.filter(layer=1).delete()
    spare = Layer.objects.create(rota=control_room(), position=5, name="Spare", starts_on=date(2026, 1, 1),
                                 hand_over="09:00")  # fmt: skip
    LayerPerson.objects.create(layer=spare, position=0, contact=Contact.objects.get(name__startswith="Dana"))
    room.sees(Tier.CRITICAL)
    room.turn()
    assert room.texts("Dana")


def test_the_fortnight_is_shown_day_by_day_also_when_the_clocks_change(room: ControlRoom, operator: Client) -> None:
    text = operator.get("/rotas/2/").content.decode()
    assert text.count("Nights") >= 13
    assert "Secret address" not in text
    rota = Rota.objects.get(pk=2)
    names = {c.pk: c.name for c in Contact.objects.all()}
    for start, day, hours in (("2026-03-25", date(2026, 3, 29), 23), ("2026-10-20", date(2026, 10, 25), 25)):
        first = datetime.fromisoformat(start).replace(tzinfo=LONDON)
        days = days_of(duty.timeline(rota, first, first + timedelta(days=14)), names, "Sam", LONDON)
        assert len(days) == 14
        (changing,) = [d for d in days if d.length_h != 24]
        assert (changing.day, changing.length_h) == (day, hours)
        for d in days:
            assert d.parts[0].x == 0
            assert sum(part.width for part in d.parts) == 1000
            assert all(a.ends == b.begins for a, b in zip(d.parts, d.parts[1:], strict=False))


# --- Calendars in -------------------------------------------------------------------------------------------
def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for n, event in enumerate(events):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{n}@test",
            "DTSTAMP:20260101T000000Z",
            *event.strip().splitlines(),
            "END:VEVENT",
        ]
    return ("\r\n".join(line.strip() for line in [*lines, "END:VCALENDAR"]) + "\r\n").encode()


def upload(admin: Client, content: bytes, rota: int = 1) -> str:
    file = SimpleUploadedFile("duty.ics", content, "text/calendar")
    answer = admin.post(f"/rotas/{rota}/calendar/", {"calendar": file}, follow=True)
    return answer.content.decode().replace("&quot;", '"').replace("&#x27;", "'")


def soon(days: int, hour: int) -> str:
    return f"{timezone.now().astimezone(LONDON) + timedelta(days=days):%Y%m%d}T{hour:02d}0000"


def test_a_calendar_becomes_shifts_by_attendee_or_title_and_repeats(admin: Client) -> None:
    User.objects.filter(username="operator").update(email="olivia@example.org")
    text = upload(admin, calendar(
        f"""SUMMARY:Desk
        ATTENDEE:MAILTO:Olivia@Example.org
        DTSTART;TZID=Europe/London:{soon(1, 7)}
        DTEND;TZID=Europe/London:{soon(1, 19)}
        RRULE:FREQ=DAILY;COUNT=5""",
        f"""SUMMARY:On duty: Dana Deputy
        DTSTART:{soon(1, 19)}
        DTEND:{soon(2, 7)}""",
    ))  # fmt: skip
    assert "6 shifts were taken from the calendar." in text
    assert Shift.objects.filter(contact__name="Olivia Operator").count() == 5
    (night,) = Shift.objects.filter(contact__name="Dana Deputy")
    assert night.starts_at.astimezone(LONDON).hour == 19
    upload(admin, calendar(f"SUMMARY:Dana Deputy\nDTSTART:{soon(3, 7)}\nDTEND:{soon(3, 9)}"))
    assert Shift.objects.count() == 1  # coming shifts of the calendar before are replaced


def test_a_calendar_keeps_its_hours_over_a_clock_change(room: ControlRoom) -> None:
    from alerts.rotas.ical_in import read

    content = calendar(
        """SUMMARY:Dana Deputy
        DTSTART;TZID=Europe/London:20260326T190000
        DTEND;TZID=Europe/London:20260327T070000
        RRULE:FREQ=DAILY;COUNT=5"""
    )
    entries = read(content, {"dana deputy": 6}, LONDON, datetime(2026, 3, 20, tzinfo=UTC))
    assert {entry.starts_at.astimezone(LONDON).hour for entry in entries} == {19}
    assert [round((e.ends_at - e.starts_at) / timedelta(hours=1)) for e in entries] == [12, 12, 11, 12, 12]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("SUMMARY:Zoe\nDTSTART:{a}\nDTEND:{b}", 'Event "Zoe" on {day}: no active contact has this'),
        ("SUMMARY:Dana Deputy\nDTSTART:{b}\nDTEND:{a}", 'Event "Dana Deputy" on {day}: it ends before it begins.'),
        ("SUMMARY:Dana Deputy\nATTENDEE:mailto:x@example.org\nDTSTART:{a}\nDTEND:{b}", "(x@example.org)"),
        ("SUMMARY:Dana Deputy\nDTSTART:{a}\nDTEND:{b}\nRRULE:FREQ=SECONDLY", "it repeats secondly"),
    ],
)  # fmt: skip
def test_a_fault_names_its_event_and_nothing_is_changed(admin: Client, event: str, said: str) -> None:
    rota = control_room()
    kept = Shift.objects.create(rota=rota, contact_id=1, source="calendar", starts_at=timezone.now(),
                                ends_at=timezone.now() + timedelta(days=1))  # fmt: skip
    words = {
        "a": soon(1, 7),
        "b": soon(1, 9),
        "day": f"{timezone.now().astimezone(LONDON) + timedelta(days=1):%d %b %Y}",
    }
    text = upload(
        admin, calendar("SUMMARY:Sam Supervisor\nDTSTART:{a}\nDTEND:{b}".format(**words), event.format(**words))
    )
    assert said.format(**words) in text
    assert "Nothing was changed." in text
    assert list(Shift.objects.all()) == [kept]


@pytest.mark.parametrize("content", [b"", b"no calendar", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"])
def test_what_is_no_calendar_is_refused(admin: Client, content: bytes) -> None:
    text = upload(admin, content)
    assert "Nothing was changed" in text or "nothing was changed" in text or "Choose a calendar file" in text
    assert not Shift.objects.exists()


def test_only_an_administrator_takes_a_calendar_in(operator: Client) -> None:
    assert operator.post("/rotas/1/calendar/").status_code == 403


# --- Calendars out ------------------------------------------------------------------------------------------
def test_a_rota_and_a_person_have_a_secret_calendar_that_can_be_made_useless(room: ControlRoom) -> None:
    rota, sam = Rota.objects.get(pk=2), Contact.objects.get(name__startswith="Sam")
    stranger = Client()
    for of, people in ((rota, {"Sam Supervisor", "Dana Deputy"}), (sam, {"Sam Supervisor"})):
        path = "/" + ical_out.address(of).split("/", 3)[3]
        answer = stranger.get(path)
        assert answer["Content-Type"].startswith("text/calendar")
        events = Calendar.from_ical(answer.content).walk("VEVENT")
        assert {str(e["SUMMARY"]).split(": ")[1] for e in events} == people
        now = timezone.now()
        assert of is sam or any(e.decoded("DTSTART") <= now < e.decoded("DTEND") for e in events)
        forged = path.replace(f"-{of.pk}-", f"-{of.pk + 1}-")
        assert stranger.get(forged).status_code == 404
        type(of).objects.filter(pk=of.pk).update(calendar_issue=2)
        assert stranger.get(path).status_code == 404


def test_a_gap_stands_in_the_calendar_too(room: ControlRoom) -> None:
    text = ical_out.made(without_layers(), timezone.now()).decode()
    assert "NOBODY on duty" in text.replace("\r\n ", "")


def test_what_goes_out_can_be_taken_in_again(room: ControlRoom, admin: Client) -> None:
    rota = Rota.objects.get(pk=2)
    start = timezone.now() + timedelta(days=1)
    before = duty.timeline(rota, start, start + timedelta(days=7))
    assert "shifts were taken" in upload(admin, ical_out.made(rota, timezone.now()), rota=2)
    rota.layers.all().delete()
    after = duty.timeline(rota, start, start + timedelta(days=7))
    assert [(s.starts_at, s.ends_at, s.duty.people) for s in after if s.duty.people] == [
        (s.starts_at, s.ends_at, s.duty.people) for s in _merged(before)
    ]


def _merged(stretches: list) -> list:  # type: ignore[type-arg]
    """Neighbours with the same people are one, whatever layer says so."""
    found: list = []  # type: ignore[type-arg]
    for s in stretches:
        if found and found[-1].duty.people == s.duty.people:
            found[-1] = type(s)(found[-1].starts_at, s.ends_at, s.duty)
        else:
            found.append(s)
    return found
