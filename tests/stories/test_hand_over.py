"""One shift goes home and the next one comes: notes, the wallboard, the shift on paper."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from alerts import transitions
from alerts.accounts.roles import Role
from alerts.hand_over import notes
from alerts.models import AuditEvent, Contact, HandOverNote, HandOverRead, Heartbeat, RetentionRun
from alerts.retention import running
from tests.people import give
from tests.stories.conftest import ControlRoom
from zones.models import CameraStatus, Site
from zones.tier import Tier


def logged_in(name: str, *sites: Site) -> Client:
    """An operator of these sites; without any, of every site."""
    client = Client()
    user, new = User.objects.get_or_create(username=name)
    for site in (sites or (None,)) if new else ():
        give(user, Role.OPERATOR, site)
    client.force_login(user)
    return client


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_a_note_stands_on_the_next_operators_list_until_it_is_read(room: ControlRoom) -> None:
    operator, sam = logged_in("operator"), logged_in("sam")
    said = operator.post("/hand-over/", {"text": "Scaffold on the east side", "hours": "24"}, follow=True)
    assert "The note is kept." in said.content.decode()
    assert "Scaffold" not in text_of(operator, "/fragments/open/")  # its writer knows it
    assert "Scaffold on the east side" in text_of(sam, "/fragments/open/")
    note = HandOverNote.objects.get()
    sam.post(f"/hand-over/{note.pk}/read/", {"from": "console"})
    sam.post(f"/hand-over/{note.pk}/read/", {"from": "console"})
    assert "Scaffold" not in text_of(sam, "/fragments/open/")
    assert "Read by sam." in text_of(operator, "/hand-over/")
    assert AuditEvent.objects.filter(action="read a hand-over note").count() == 1
    assert "Scaffold" in text_of(logged_in("third"), "/fragments/open/")


def test_a_note_expires_by_itself_and_is_forgotten_long_after(room: ControlRoom) -> None:
    notes.write("Ice on the steps", "12", by=User.objects.get(username="operator"))
    HandOverNote.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sam = logged_in("sam")
    assert "Ice" not in text_of(sam, "/fragments/open/")
    assert "Ice" not in text_of(sam, "/hand-over/")
    RetentionRun.objects.create(state="done", began_at=timezone.now() - timedelta(days=1))
    running.run_now()
    assert HandOverNote.objects.exists()
    RetentionRun.objects.update(began_at=timezone.now() - timedelta(days=1))
    HandOverNote.objects.update(expires_at=timezone.now() - timedelta(days=90, seconds=1))
    running.run_now()
    assert not HandOverNote.objects.exists()


def test_a_note_for_one_site_is_seen_by_the_people_of_that_site_and_of_every_site(room: ControlRoom) -> None:
    here, there = Site.objects.get(pk=1), Site.objects.create(name="Other Bridge")
    of_one, of_other, of_both = logged_in("one", here), logged_in("other", there), logged_in("both", here, there)
    of_every = logged_in("every")
    of_one.post("/hand-over/", {"text": "Scaffold on the east side", "hours": "24"})  # theirs, without being asked
    for client, seen in ((of_other, False), (of_both, True), (of_every, True), (logged_in("next", here), True)):
        for page in ("/fragments/open/", "/hand-over/", "/reports/shift/", "/reports/shift.csv"):
            assert ("Scaffold" in text_of(client, page)) is seen, page
    note = HandOverNote.objects.get()
    assert note.site == here
    assert of_other.post(f"/hand-over/{note.pk}/read/").status_code == 404
    assert not HandOverRead.objects.exists()
    of_both.post("/hand-over/", {"text": "Fog is coming", "hours": "24", "site": ""})
    assert "Every site: both" in text_of(of_other, "/fragments/open/")
    of_both.post("/hand-over/", {"text": "Crane at night", "hours": "24", "site": str(there.pk)})
    assert "Crane at night" in text_of(of_other, "/fragments/open/")
    assert "Crane at night" not in text_of(of_one, "/fragments/open/")


def test_somebody_with_one_site_begins_with_it_and_with_two_says_which(room: ControlRoom) -> None:
    here, there = Site.objects.get(pk=1), Site.objects.create(name="Other Bridge")
    assert f'<option value="{here.pk}" selected>Demo Bridge</option>' in text_of(logged_in("one", here), "/hand-over/")
    assert "Other Bridge" not in text_of(logged_in("one", here), "/hand-over/")
    assert '<option value="" selected>every site</option>' in text_of(logged_in("both", here, there), "/hand-over/")


def test_a_note_for_a_site_that_is_not_theirs_is_refused_and_loses_nothing(room: ControlRoom) -> None:
    there = Site.objects.create(name="Other Bridge")
    for site in (str(there.pk), "x", "9" * 30):
        form = {"text": "kept as typed", "hours": "12", "site": site}
        page = logged_in("one", Site.objects.get(pk=1)).post("/hand-over/", form).content.decode()
        assert "Choose one of your sites, or every site." in page
        assert "kept as typed" in page
    assert not HandOverNote.objects.exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": "  ", "hours": "12"}, "The note is empty"),
        ({"text": "x" * 2001, "hours": "12"}, "2001 characters"),
        ({"text": "kept as typed", "hours": "9999"}, "Choose for how long"),
    ],
)
def test_a_note_that_cannot_be_kept_says_why_and_loses_nothing(
    room: ControlRoom, form: dict[str, str], words: str
) -> None:
    page = logged_in("operator").post("/hand-over/", form).content.decode()
    assert words in page
    assert form["text"].strip() in page
    assert not HandOverNote.objects.exists()


def test_the_wallboard_shows_what_waits_and_what_is_blind_but_no_person(room: ControlRoom) -> None:
    client = logged_in("operator")
    assert "All quiet. Nobody is waiting." in text_of(client, "/wallboard/")
    concern, critical = room.sees(Tier.CONCERN), room.sees(Tier.CRITICAL)
    room.turn()
    transitions.acknowledge(concern.pk, by=Contact.objects.get(name__startswith="Olivia"), via="console")
    CameraStatus.objects.update_or_create(camera_id=2, defaults={"state": "unreachable"})
    page = text_of(client, "/fragments/wallboard/")
    assert page.index(f"#{critical.pk} ") < page.index(f"#{concern.pk} ")
    assert "Nobody has taken it on, seen" in page
    assert "Acknowledged, seen" in page
    assert "Demo Bridge / West parapet" in page
    for never in ("Olivia", "<img", "<video", "Stayed near"):
        assert never not in page


def test_the_wallboard_says_that_paging_is_late(room: ControlRoom) -> None:
    client = logged_in("operator")
    room.turn()
    assert "the engine does not answer" not in text_of(client, "/fragments/wallboard/")
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=60))
    assert "the engine does not answer" in text_of(client, "/fragments/wallboard/")


def a_shift(room: ControlRoom) -> None:
    first = room.sees()
    room.turn()
    room.later(12)
    olivia = Contact.objects.get(name__startswith="Olivia")
    transitions.acknowledge(first.pk, by=olivia, via="console")
    transitions.add_note(first.pk, by=olivia, text="=with a friend now")
    transitions.resolve(first.pk, by=olivia, outcome="supported", note="walked home with a friend")
    room.sees(Tier.CONCERN)
    notes.write("@the lamp is out at column 14", "12", by=User.objects.get(username="operator"))


def test_a_shift_on_paper_says_what_happened_and_what_is_still_open(room: ControlRoom) -> None:
    a_shift(room)
    page = text_of(logged_in("operator"), "/reports/shift/")
    assert "2 incidents, 1 still open" in page
    assert "Person supported: walked home with a friend" in page
    assert "Olivia Operator: =with a friend now" in page
    assert "@the lamp is out at column 14" in page
    assert "Every camera saw." in page


def test_the_same_as_a_spreadsheet_runs_no_formula(room: ControlRoom) -> None:
    a_shift(room)
    text = logged_in("operator").get("/reports/shift.csv").content.decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["what"] for line in lines] == ["incident", "incident", "hand-over note"]
    first, _, note = lines
    assert 0.0 <= float(first["paged_s"]) <= float(first["acknowledged_s"]) + 1.0 < 60.0
    assert first["outcome"] == "person supported"
    assert note["notes"].startswith("'@the lamp")


@pytest.mark.parametrize(
    "query", ["from=x&to=y", "from=2026-01-02T00:00&to=2026-01-01T00:00", "from=0001-01-01T00:00&to=9999-12-31T23:59"]
)
def test_a_shift_that_makes_no_sense_is_the_last_twelve_hours(room: ControlRoom, query: str) -> None:
    a_shift(room)
    assert "2 incidents" in text_of(logged_in("operator"), f"/reports/shift/?{query}")


def test_a_shift_before_it_all_is_empty(room: ControlRoom) -> None:
    a_shift(room)
    page = text_of(logged_in("operator"), "/reports/shift/?from=2025-12-31T19:00&to=2026-01-01T07:00")
    assert "No incident in this shift." in page
    assert "None was written." in page
