"""What partners answer by SMS, and what nobody may forge."""

import logging

import pytest
from django.test import Client

from alerts import transitions
from alerts.models import AuditEvent, Contact, Incident, ProviderEvent
from tests.stories.conftest import ControlRoom

PARTNER = "Bea"


def paged(room: ControlRoom) -> Incident:
    incident = room.sees()
    room.turn()
    room.later(16)
    return incident


def test_1_takes_it_on_and_stops_the_pages(room: ControlRoom) -> None:
    incident = paged(room)
    answer = room.fake.account.reply(room.number(PARTNER), f"1 {incident.pk}")
    assert "is yours" in answer
    incident.refresh_from_db()
    assert incident.state == Incident.State.ACKNOWLEDGED
    assert incident.acknowledged_via == "sms"
    sent = len(room.fake.messages)
    room.later(60)
    assert len(room.fake.messages) == sent


def test_1_alone_is_enough_while_one_is_open(room: ControlRoom) -> None:
    incident = paged(room)
    assert "is yours" in room.fake.account.reply(room.number(PARTNER), " 1 ")
    incident.refresh_from_db()
    assert incident.state == Incident.State.ACKNOWLEDGED


def test_with_two_open_the_number_is_asked_for(room: ControlRoom) -> None:
    first, second = paged(room), paged(room)
    answer = room.fake.account.reply(room.number(PARTNER), "1")
    assert str(first.pk) in answer
    assert str(second.pk) in answer
    assert Incident.objects.filter(state=Incident.State.ACKNOWLEDGED).count() == 0
    room.fake.account.reply(room.number(PARTNER), f"1 #{second.pk}")
    second.refresh_from_db()
    assert second.state == Incident.State.ACKNOWLEDGED


def test_the_second_who_answers_learns_who_was_first(room: ControlRoom) -> None:
    incident = paged(room)
    transitions.acknowledge(incident.pk, by=Contact.objects.get(name__startswith="Olivia"), via="console")
    assert "already taken on by Olivia" in room.fake.account.reply(room.number(PARTNER), f"1 {incident.pk}")


def test_2_asks_others_at_once(room: ControlRoom) -> None:
    incident = paged(room)
    calls = len(room.fake.calls)
    assert "Others are being asked" in room.fake.account.reply(room.number(PARTNER), f"2 {incident.pk}")
    room.turn()
    assert len(room.fake.calls) > calls


def test_3_and_free_words_are_kept_and_close_nothing(room: ControlRoom) -> None:
    incident = paged(room)
    room.fake.account.reply(room.number(PARTNER), f"3 {incident.pk}")
    room.fake.account.reply(room.number(PARTNER), "I can see them, going over")
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    notes = [e.detail["text"] for e in AuditEvent.objects.filter(action="note")]
    assert any("false alert" in note for note in notes)
    assert any("going over" in note for note in notes)


def test_a_stranger_is_told_nothing(room: ControlRoom) -> None:
    incident = paged(room)
    answer = room.fake.account.reply("+447700900999", f"1 {incident.pk}")
    assert "not on Handrail's list" in answer
    assert incident.place not in answer
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status/3a53aa5d-16a9-4bb0-b8ab-6ab8b0f10c3c"])
def test_a_wrong_signature_gets_403_and_a_security_line(
    room: ControlRoom, phone_line: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    incident = paged(room)
    events = ProviderEvent.objects.count()
    with caplog.at_level(logging.WARNING, "handrail.security"):
        forged = phone_line.post(
            path,
            {"From": room.number(PARTNER), "Body": f"1 {incident.pk}", "MessageSid": "SM1"},
            headers={"x-twilio-signature": "Zm9yZ2Vk"},
        )
    assert forged.status_code == 403
    assert any(record.name == "handrail.security" for record in caplog.records)
    assert ProviderEvent.objects.count() == events
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN


def test_without_a_token_every_callback_is_refused(room: ControlRoom, settings: object, phone_line: Client) -> None:
    from twilio.request_validator import RequestValidator

    settings.TWILIO_AUTH_TOKEN = ""  # type: ignore[attr-defined]
    signature = RequestValidator("").compute_signature("http://testserver/twilio/sms", {"Body": "1"})
    answer = phone_line.post("/twilio/sms", {"Body": "1"}, headers={"x-twilio-signature": signature})
    assert answer.status_code == 403


def test_a_replayed_reply_does_nothing_twice(room: ControlRoom) -> None:
    from tests.twilio_fake.fixture import deliver

    incident = paged(room)
    account = room.fake.account
    form = {"MessageSid": "SM" + "1" * 32, "From": room.number(PARTNER), "Body": "on my way", "AccountSid": account.sid}
    from twilio.request_validator import RequestValidator

    url = "http://testserver/twilio/sms"
    signature = RequestValidator(account.token).compute_signature(url, form)
    for _ in range(3):
        deliver(url, form, signature)
    assert AuditEvent.objects.filter(incident=incident, action="note").count() == 1


@pytest.mark.parametrize("words", ["yes", "OK", "1 of us will come"])
def test_words_take_nothing_on_and_are_answered_with_how_to(room: ControlRoom, words: str) -> None:
    incident = paged(room)
    answer = room.fake.account.reply(room.number(PARTNER), words)
    assert f"Noted for #{incident.pk}. Words alone take nothing on. Reply 1 to take it on" in answer
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    assert words in AuditEvent.objects.get(action="note").detail["text"]


def test_a_wrong_key_is_asked_again_and_takes_nothing_on(room: ControlRoom) -> None:
    incident = paged(room)
    room.later(31)
    room.fake.account.advance(5)
    call = next(c for c in room.fake.calls if c.to == room.number(PARTNER))
    account = room.fake.account
    form = {"CallSid": call.sid, "CallStatus": "in-progress"}
    heard = account._post(call.actions[0], form | {"Digits": "7"})
    assert "That key means nothing here" in heard
    assert "<Gather" in heard, "they may press another"
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN
    assert "is yours" in account.press(call.sid, "1")
