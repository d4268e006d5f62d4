"""Partners without accounts: numbers that are proven by a code, and the test that goes round once a month."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from alerts import upkeep
from alerts.agencies import monthly_test, numbers
from alerts.models import Agency, AuditEvent, Contact, Incident, NumberCheck, PartnerTest
from tests.stories.conftest import ControlRoom
from zones.tier import Tier


@pytest.fixture
def admin(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


def tess() -> Contact:
    return Contact.objects.get(name__startswith="Tess")


def code_sent(room: ControlRoom) -> str:
    (text,) = room.texts("Tess")
    return text.body.split("your code is ")[1][:6]


# --- Numbers ------------------------------------------------------------------------------------------------
def test_a_number_is_proven_when_its_owner_replies_with_the_code(room: ControlRoom) -> None:
    numbers.send_code(tess(), by="supervisor")
    assert not tess().proven
    assert "Pages will reach you" in room.fake.account.reply(room.number("Tess"), code_sent(room))
    assert tess().proven
    assert [e.action for e in AuditEvent.objects.all()] == ["number code sent", "number proven"]


def test_or_when_an_administrator_types_it_in(room: ControlRoom, admin: Client) -> None:
    admin.post(f"/partners/{tess().pk}/code/")
    text = admin.post(f"/partners/{tess().pk}/prove/", {"code": code_sent(room)}, follow=True).content.decode()
    assert "the number is proven" in text
    assert tess().proven


def test_a_changed_number_is_to_be_proven_again(room: ControlRoom) -> None:
    numbers.send_code(tess(), by="supervisor")
    code = code_sent(room)
    Contact.objects.filter(pk=tess().pk).update(mobile="+447700900077")
    assert "No code was sent to this number" in str(numbers.confirm(tess(), code, by="x"))
    Contact.objects.filter(name__startswith="Bea").update(mobile="+447700900078")
    assert not Contact.objects.get(name__startswith="Bea").proven


def test_a_wrong_code_can_be_tried_five_times_and_is_good_for_half_an_hour(room: ControlRoom) -> None:
    numbers.send_code(tess(), by="supervisor")
    code = code_sent(room)
    wrong = "000000" if code != "000000" else "000001"
    assert numbers.confirm(tess(), wrong, by="x") == "That is not the code. 4 tries are left."
    for _ in range(4):
        numbers.confirm(tess(), wrong, by="x")
    assert "not good any more" in str(numbers.confirm(tess(), code, by="x"))
    NumberCheck.objects.update(tries_left=5)
    room.later(31 * 60)
    assert "not good any more" in str(numbers.confirm(tess(), code, by="x"))
    assert not tess().proven


def test_the_code_itself_is_kept_nowhere(room: ControlRoom) -> None:
    numbers.send_code(tess(), by="supervisor")
    code = code_sent(room)
    assert code not in str(NumberCheck.objects.values())
    assert code not in str(AuditEvent.objects.values("detail"))


@pytest.mark.parametrize("tier", [Tier.CONCERN, Tier.URGENT, Tier.CRITICAL])
def test_an_unproven_number_is_paged_all_the_same(room: ControlRoom, tier: Tier) -> None:
    Contact.objects.update(proven_mobile="")
    room.sees(tier)
    room.turn()
    assert room.texts("Olivia")


def test_a_code_among_open_incidents_is_a_code_and_changes_no_incident(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    room.later(16)
    numbers.send_code(Contact.objects.get(name__startswith="Bea"), by="supervisor")
    code = room.texts("Bea")[-1].body.split("your code is ")[1][:6]
    assert "Pages will reach you" in room.fake.account.reply(room.number("Bea"), code)
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN


def test_the_page_says_what_each_partner_is_and_strangers_to_the_admin_change_nothing(
    room: ControlRoom, admin: Client
) -> None:
    text = admin.get("/partners/").content.decode()
    for words in (
        "Street Triage (demo)",
        "mon-fri 09:00-17:00",
        "nothing but words",
        "Number not proven",
    ):
        assert words in text
    operator = Client()
    operator.force_login(User.objects.get(username="operator"))
    assert operator.get("/partners/").status_code == 200
    assert operator.post(f"/partners/{tess().pk}/code/").status_code == 403
    assert operator.post(f"/partners/{tess().pk}/prove/", {"code": "1"}).status_code == 403


# --- The monthly test ---------------------------------------------------------------------------------------
@pytest.fixture
def working_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Wednesday at noon, for the calendar; the database keeps its own clock."""
    monkeypatch.setattr(monthly_test, "database_now", lambda: datetime(2026, 12, 2, 12, tzinfo=UTC))


def only_test(*agencies: int) -> None:
    Agency.objects.update(monthly_test=False)
    Agency.objects.filter(pk__in=agencies).update(monthly_test=True)


def test_once_a_month_each_partner_is_tested_and_answers_1(room: ControlRoom, working_day: None) -> None:
    only_test(1, 2)
    for _ in range(4):
        upkeep.look()
    assert {m.to for m in room.fake.messages} == {room.number("Bea"), room.number("Ravi")}
    assert len(room.fake.messages) == 2
    assert all(m.body.startswith("TEST, no one is at risk.") and len(m.body) <= 160 for m in room.fake.messages)
    assert "the test reached you" in room.fake.account.reply(room.number("Bea"), "1")
    test = PartnerTest.objects.get(contact__name__startswith="Bea")
    assert (test.month, test.answered_at is not None) == (date(2026, 12, 1), True)


def test_who_does_not_answer_within_a_day_is_shown(room: ControlRoom, working_day: None, admin: Client) -> None:
    only_test(1)
    upkeep.look()
    room.later(25 * 3600)
    upkeep.look()
    for path in ("/partners/", "/who-is-paged/"):
        assert "not answered" in admin.get(path).content.decode()
    assert AuditEvent.objects.filter(action="monthly test unanswered").count() == 1
    room.fake.account.reply(room.number("Bea"), "1")
    assert "not answered within a day" not in admin.get("/partners/").content.decode()


def test_a_number_that_cannot_be_reached_is_shown_at_once(room: ControlRoom, working_day: None) -> None:
    only_test(1)
    Contact.objects.filter(name__startswith="Bea").update(mobile="+15005550001")
    monthly_test.due()
    test = PartnerTest.objects.get()
    assert test.flagged_at is not None or test.sent_at is not None


def test_no_test_goes_out_while_somebody_may_be_at_risk(room: ControlRoom, working_day: None) -> None:
    only_test(1)
    room.sees(Tier.CONCERN)
    assert monthly_test.due() is False
    assert not PartnerTest.objects.exists()


def test_1_is_for_the_incident_when_one_is_open_never_for_the_test(room: ControlRoom, working_day: None) -> None:
    only_test(1)
    upkeep.look()
    incident = room.sees()
    room.turn()
    room.later(16)
    assert "is yours" in room.fake.account.reply(room.number("Bea"), "1")
    incident.refresh_from_db()
    assert incident.state == Incident.State.ACKNOWLEDGED
    assert PartnerTest.objects.get().answered_at is None


def test_a_test_whose_sender_died_is_sent_again(room: ControlRoom, working_day: None) -> None:
    only_test(1)
    bea = Contact.objects.get(name__startswith="Bea")
    PartnerTest.objects.create(contact=bea, month=date(2026, 12, 1), claimed_at=timezone.now() - timedelta(minutes=6))
    assert monthly_test.due()
    assert len(room.texts("Bea")) == 1
    assert not monthly_test.due()


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        ("2026-12-02T12:00", True),
        ("2026-12-02T03:00", False),
        ("2026-12-02T16:00", False),
        ("2026-12-05T12:00", False),  # a Saturday
    ],
)
def test_it_goes_out_in_the_middle_of_working_days(at: str, goes: bool) -> None:
    assert monthly_test.is_time(datetime.fromisoformat(at)) is goes
