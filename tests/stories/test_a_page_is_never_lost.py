"""Who is told when, until a person acts, and what happens when things break on the way."""

import pytest
from pytest_django import Settings

from alerts import planning, sending, transitions
from alerts.models import Attempt, Contact, Incident, StepRun
from alerts.watchdog import Watchdog
from tests.stories.conftest import ControlRoom
from zones.tier import Tier

OPERATOR, FIRST_PARTNER, SECOND_PARTNER = "Olivia", "Bea", "Ravi"


def test_the_operator_is_paged_at_once(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    (text,) = room.texts(OPERATOR)
    assert f"#{incident.pk}" in text.body
    assert "CRITICAL welfare concern" in text.body
    assert len(text.body) <= 160
    assert room.fake.messages == [text]


def test_partners_follow_when_nobody_takes_it_on_and_then_the_phone_rings(room: ControlRoom) -> None:
    room.sees()
    room.turn()
    room.later(7)  # the database's clock runs beside the moved one: a slow machine needs room before the 15 s
    assert {m.to for m in room.fake.messages} == {room.number(OPERATOR)}
    room.later(9)
    partners = {c.mobile for c in Contact.objects.filter(agency__isnull=False, agency__hours="")}
    assert {m.to for m in room.fake.messages} == {room.number(OPERATOR)} | partners
    assert room.fake.calls == []
    room.later(31)
    assert {call.to for call in room.fake.calls} == partners


def test_it_goes_on_for_ever_until_a_person_acts(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    for _ in range(30):
        room.later(40)
    before = len(room.fake.messages) + len(room.fake.calls)
    room.later(120)
    assert len(room.fake.messages) + len(room.fake.calls) > before
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    assert incident.next_action_at is not None


def test_an_acknowledgement_stops_the_pages(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    transitions.acknowledge(incident.pk, by=Contact.objects.get(name__startswith=OPERATOR), via="console")
    for _ in range(4):
        room.later(60)
    assert len(room.fake.messages) == 1
    assert room.fake.calls == []


def test_an_acknowledged_incident_that_nobody_closes_pages_again(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    transitions.acknowledge(incident.pk, by=Contact.objects.get(name__startswith=OPERATOR), via="console")
    room.later(901)
    assert len(room.texts(OPERATOR)) == 2


def test_two_operators_at_once_the_first_one_counts(room: ControlRoom) -> None:
    incident = room.sees()
    first, second = Contact.objects.order_by("pk")[:2]
    assert transitions.acknowledge(incident.pk, by=first, via="console").took_effect
    late = transitions.acknowledge(incident.pk, by=second, via="sms")
    assert not late.took_effect
    assert late.by == str(first)


def test_a_closed_incident_pages_nobody(room: ControlRoom) -> None:
    incident = room.sees()
    operator = Contact.objects.get(name__startswith=OPERATOR)
    transitions.resolve(incident.pk, by=operator, outcome="benign")
    room.turn()
    room.later(100)
    assert room.fake.messages == []
    with pytest.raises(transitions.TransitionError, match="already closed"):
        transitions.resolve(incident.pk, by=operator, outcome="benign")


def test_the_same_stay_is_one_incident_and_a_higher_tier_pages_again(room: ControlRoom) -> None:
    incident = room.sees(Tier.CONCERN)
    room.turn()
    transitions.acknowledge(incident.pk, by=Contact.objects.get(name__startswith=OPERATOR), via="console")
    again = room.sees(Tier.CRITICAL, episode=incident.episode)
    assert again.pk == incident.pk
    assert again.state == Incident.State.OPEN
    room.turn()
    assert len(room.texts(OPERATOR)) == 2
    room.sees(Tier.CONCERN, episode=incident.episode)
    room.turn()
    assert len(room.texts(OPERATOR)) == 2


def test_a_notice_pages_nobody(room: ControlRoom) -> None:
    incident = room.sees(Tier.NOTICE)
    room.turn()
    room.later(700)
    assert room.fake.messages == []
    assert incident.state == Incident.State.OPEN


def test_a_number_that_cannot_be_reached_by_sms_is_called_at_once(room: ControlRoom) -> None:
    room.fake.account.phone(room.number(FIRST_PARTNER)).sms = "30003"
    room.sees()
    room.turn()
    room.later(16)
    assert room.calls(FIRST_PARTNER) == 0
    room.later(2)
    assert room.calls(FIRST_PARTNER) == 1


@pytest.mark.parametrize("code", ["21211", "21610", "21612"])
def test_a_number_that_refuses_sms_is_called_and_never_texted_again(room: ControlRoom, code: str) -> None:
    room.fake.account.phone(room.number(FIRST_PARTNER)).sms = code
    room.sees()
    room.turn()
    room.later(16)
    room.turn()
    assert room.texts(FIRST_PARTNER) == []
    assert room.calls(FIRST_PARTNER) == 1
    opted_out = Contact.objects.get(name__startswith=FIRST_PARTNER).sms_refused_at
    assert (opted_out is not None) == (code == "21610")


def test_voicemail_is_not_a_human(room: ControlRoom) -> None:
    incident = room.sees()
    for name in (FIRST_PARTNER, SECOND_PARTNER):
        room.fake.account.phone(room.number(name)).voice = "voicemail"
    room.turn()
    room.later(16)
    room.later(31)
    assert room.calls(FIRST_PARTNER) == 1
    room.later(10)
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    assert Attempt.objects.filter(channel="voice", state=Attempt.State.DELIVERED).count() == 0


def test_a_key_pressed_in_a_call_takes_it_on(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    room.later(16)
    room.later(31)
    room.fake.account.advance(5)
    call = next(c for c in room.fake.calls if c.to == room.number(FIRST_PARTNER))
    assert "Press 1 to take it on" in call.heard[0]
    assert "is yours" in room.fake.account.press(call.sid, "1")
    incident.refresh_from_db()
    assert incident.state == Incident.State.ACKNOWLEDGED
    assert incident.acknowledged_via == "voice"
    assert str(incident.acknowledged_by).startswith(FIRST_PARTNER)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (401, 20003)])
def test_a_provider_that_refuses_is_asked_by_the_next_channel(room: ControlRoom, status: int, code: int) -> None:
    incident = room.sees()
    room.fake.fail_next(code, status=status)
    room.turn()
    assert Attempt.objects.filter(state=Attempt.State.FAILED_TEMPORARY).exists()
    room.later(21)
    assert room.texts(OPERATOR) or room.calls(OPERATOR)
    assert room.states(incident)


@pytest.mark.parametrize("line", ["hang", "drop_after"])
def test_an_answer_that_never_came_may_have_gone_out_and_is_paged_again(
    room: ControlRoom, line: str, settings: Settings
) -> None:
    incident = room.sees()
    settings.TWILIO_TIMEOUT_S = 0.5
    room.fake.fail_next(line=line)
    room.turn()
    assert "unknown" in room.states(incident)
    room.fake.account.callbacks = "lost"
    room.later(11)
    room.later(21)
    assert len(room.texts(OPERATOR)) + room.calls(OPERATOR) >= 2


def test_a_late_callback_explains_an_unknown_attempt(room: ControlRoom) -> None:
    incident = room.sees()
    room.fake.fail_next(line="drop_after")
    room.turn()
    assert "unknown" in room.states(incident)
    room.later(3)
    assert "delivered" in room.states(incident)
    assert len(room.texts(OPERATOR)) == 1


def test_a_sender_that_dies_after_its_claim_loses_nothing(room: ControlRoom) -> None:
    incident = room.sees()
    planning.plan_due()
    assert sending.claim() is not None  # and then the process is gone
    room.turn()
    assert room.fake.messages == []
    room.later(room.LEASE_S)
    assert room.texts(OPERATOR)
    assert "unknown" in room.states(incident)


def test_two_engines_at_once_send_each_page_once(room: ControlRoom) -> None:
    incident = room.sees()
    other = ControlRoom(room.fake)
    planning.plan_due()
    planning.plan_due()
    assert StepRun.objects.filter(incident=incident).count() == 1
    room.turn()
    other.turn()
    other.engine.close()
    assert len(room.fake.messages) == 1


def test_callbacks_that_come_twice_or_in_a_wrong_order_change_nothing(room: ControlRoom) -> None:
    for mood in ("twice", "reordered"):
        room.fake.account.callbacks = mood
        incident = room.sees()
        room.turn()
        room.later(3)
        assert room.states(incident).count("delivered") == 2  # the console's and the phone's
    assert len(room.texts(OPERATOR)) == 2


def test_lost_callbacks_are_asked_for(room: ControlRoom) -> None:
    incident = room.sees()
    room.fake.account.callbacks = "lost"
    room.turn()
    assert "accepted" in room.states(incident)
    transitions.acknowledge(incident.pk, by=Contact.objects.get(name__startswith=OPERATOR), via="console")
    room.later(31)
    assert "accepted" not in room.states(incident)


def test_the_watchdog_pages_by_itself_when_no_engine_runs(room: ControlRoom) -> None:
    incident = room.sees()
    Incident.objects.filter(pk=incident.pk).update(next_action_at=incident.opened_at)
    watchdog = Watchdog()
    assert watchdog.look() == []
    with_delay = incident.opened_at.replace(year=incident.opened_at.year - 1)
    Incident.objects.filter(pk=incident.pk).update(next_action_at=with_delay)
    assert watchdog.look() == [incident.pk]
    assert room.texts(OPERATOR)
    assert room.texts(FIRST_PARTNER)
    sent = len(room.fake.messages)
    assert watchdog.look() == []
    assert len(room.fake.messages) == sent


def test_a_policy_that_reaches_nobody_pages_everybody(room: ControlRoom) -> None:
    incident = room.sees()
    incident.policy_snapshot["steps"] = [{"wait_s": 5, "channels": ["sms"], "rota": None, "agency": 999}]
    incident.save()
    room.turn()
    assert {m.to for m in room.fake.messages} == {c.mobile for c in Contact.objects.exclude(mobile="")}


def test_an_edit_of_the_policy_changes_no_page_in_flight(room: ControlRoom) -> None:
    room.sees()
    from alerts.models import PolicyStep

    PolicyStep.objects.all().delete()
    room.turn()
    room.later(16)
    assert room.texts(FIRST_PARTNER)
