"""What the provider, or somebody who plays it, sends us: any order, any number of times, any nonsense."""

import itertools
import json
import logging
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from alerts.inbound.callbacks import MOST_BYTES
from alerts.models import Attempt, AuditEvent, Incident, ProviderEvent
from tests.stories.conftest import ControlRoom, room
from tests.twilio_fake.fixture import PUBLIC_URL, TOKEN

__all__ = ["room"]
SID = "SM" + "1f" * 16
CALL = "CA" + "2e" * 16
FORM = "application/x-www-form-urlencoded"
unhurried = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def call_back(path: str, form: dict[str, str], *, token: str = TOKEN, public: str = PUBLIC_URL, **more: Any) -> Any:
    signature = RequestValidator(token).compute_signature(public + path, form)
    return Client(raise_request_exception=False).post(
        path, urlencode(form), content_type=FORM, headers={"x-twilio-signature": signature}, **more
    )


def sent(room: ControlRoom, channel: str) -> Attempt:
    """An attempt that the provider accepted."""
    attempt = Attempt.objects.filter(channel=channel).last()
    if attempt is None:
        incident = room.sees()
        incident.policy_snapshot["steps"][0]["channels"] = [channel]
        incident.save()
        room.turn()
        attempt = Attempt.objects.get(channel=channel)
    return attempt


def again(attempt: Attempt) -> Attempt:
    """The attempt as it was when the provider had just accepted it."""
    attempt.events.all().delete()
    Attempt.objects.filter(follows=attempt).delete()
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.ACCEPTED, error_code="", error_words="")
    attempt.refresh_from_db()
    return attempt


MESSAGE_ENDS = [
    ([("sent", ""), ("delivered", "")], "delivered"),
    ([("sent", ""), ("undelivered", "30003")], "failed_temporary"),
    ([("sent", ""), ("undelivered", "30006")], "failed_permanent"),
    ([("sent", ""), ("undelivered", "30008"), ("delivered", "")], "delivered"),
    ([("failed", "30007"), ("undelivered", "30004")], "failed_permanent"),
]
CALL_ENDS = [
    ([("initiated", ""), ("ringing", ""), ("in-progress", ""), ("completed", "")], "failed_temporary"),
    ([("initiated", ""), ("ringing", ""), ("busy", "")], "failed_temporary"),
]


@unhurried
@given(data=st.data(), walk=st.sampled_from(MESSAGE_ENDS))
def test_reports_of_a_message_end_the_same_in_every_order_and_number(
    room: ControlRoom, data: st.DataObject, walk: tuple[list[tuple[str, str]], str]
) -> None:
    reports, end = walk
    attempt = again(sent(room, "sms"))
    extra = data.draw(st.lists(st.sampled_from(reports), max_size=4))
    for status, code in data.draw(st.permutations(reports + extra)):
        form = {"MessageSid": SID, "MessageStatus": status} | ({"ErrorCode": code} if code else {})
        assert call_back(f"/twilio/status/{attempt.token}", form).status_code == 204
    attempt.refresh_from_db()
    assert attempt.state == end
    assert Attempt.objects.filter(follows=attempt, channel="voice").count() <= 1


@unhurried
@given(data=st.data(), walk=st.sampled_from(CALL_ENDS))
def test_reports_of_a_call_end_the_same_and_a_key_counts_whenever_it_is_heard_of(
    room: ControlRoom, data: st.DataObject, walk: tuple[list[tuple[str, str]], str]
) -> None:
    reports, end = walk
    attempt = again(sent(room, "voice"))
    pressed = data.draw(st.booleans())
    extra = data.draw(st.lists(st.sampled_from(reports), max_size=4))
    machine = [("machine", "machine_start")]
    keys = [("key", "1")] * (2 * pressed)
    for what, value in data.draw(st.permutations(reports + extra + machine + keys)):
        if what == "key":
            answer = call_back(f"/twilio/voice/{attempt.token}", {"CallSid": CALL, "Digits": value})
        elif what == "machine":
            answer = call_back(f"/twilio/machine/{attempt.token}", {"CallSid": CALL, "AnsweredBy": value})
        else:
            answer = call_back(f"/twilio/status/{attempt.token}", {"CallSid": CALL, "CallStatus": what})
        assert answer.status_code in (200, 204)
    attempt.refresh_from_db()
    assert attempt.state == ("delivered" if pressed else end)
    assert attempt.answered_by == "machine_start"
    if not pressed:
        incident = Incident.objects.get(pk=attempt.notification.step_run.incident_id)
        assert incident.state == Incident.State.OPEN or AuditEvent.objects.filter(action="acknowledged").exists()


FIELDS = ["MessageSid", "SmsSid", "CallSid", "MessageStatus", "CallStatus", "ErrorCode", "Digits", "From", "Body",
          "AnsweredBy", "To", "NumMedia"]  # fmt: skip
NONSENSE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["\x00", "1\x00", "\ud7ff", "é" * 5000, "9" * 300, "-1", "null", "[]", "{}", "'; DROP TABLE x; --",
                     SID, CALL, "delivered", "completed", "+447700900003", "1", "1 1", "1 99999999999999999999"]),
)  # fmt: skip


@unhurried
@given(
    path=st.sampled_from(["status", "voice", "machine", "sms"]),
    form=st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(min_size=1, max_size=12)), NONSENSE, max_size=8),
    known=st.booleans(),
)
def test_nonsense_that_is_signed_is_answered_in_words_and_never_breaks(
    room: ControlRoom, path: str, form: dict[str, str], known: bool
) -> None:
    token = sent(room, "sms").token if known else uuid.uuid4()
    address = "/twilio/sms" if path == "sms" else f"/twilio/{path}/{token}"
    answer = call_back(address, form)
    assert answer.status_code in (200, 204, 400, 404), (answer.status_code, form)
    if answer.status_code >= 400:
        assert answer.content, "it says what was wrong"
        assert answer.headers["Content-Type"].startswith("text/plain")


@unhurried
@given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, "application/json", "multipart/form-data; boundary=x",
                                                           "text/xml", "", "multipart/form-data"]))  # fmt: skip
def test_nonsense_that_is_not_signed_is_refused(room: ControlRoom, body: bytes, kind: str) -> None:
    answer = Client(raise_request_exception=False).post(
        "/twilio/sms", body, content_type=kind, headers={"x-twilio-signature": "Zm9yZ2Vk"}
    )
    assert answer.status_code in (400, 403)
    assert ProviderEvent.objects.filter(kind="reply").count() == 0


def test_what_is_wrong_is_said_without_a_number_in_the_log(room: ControlRoom, caplog: pytest.LogCaptureFixture) -> None:
    status = f"/twilio/status/{sent(room, 'sms').token}"
    mobile = room.number("Bea")
    wrong: list[tuple[str, dict[str, str], str]] = [
        (status, {"MessageSid": SID}, "MessageStatus or CallStatus or SmsStatus is missing"),
        (status, {"MessageStatus": "sent"}, "MessageSid or CallSid or SmsSid is missing"),
        (status, {"MessageStatus": "sent", "MessageSid": mobile}, "MessageSid is not what it should be"),
        (status, {"MessageStatus": "sent", "MessageSid": SID, "ErrorCode": "x"}, "ErrorCode is not what it should be"),
        ("/twilio/sms", {"From": mobile, "Body": "1\x00", "MessageSid": SID}, "a field holds a NUL"),
        ("/twilio/sms", {"Body": "1", "MessageSid": SID}, "From is missing"),
        ("/twilio/sms", {"From": mobile, "Body": "1" * 5000, "MessageSid": SID}, "longer than 4096 characters"),
        ("/twilio/sms", {"From": mobile, "Body": "1" * MOST_BYTES, "MessageSid": SID}, "the body is longer than"),
        ("/twilio/sms", {f"a{n}": "1" for n in range(1200)}, "cannot be read as a form"),
    ]
    with caplog.at_level(logging.WARNING):
        for path, form, words in wrong:
            answer = call_back(path, form)
            assert answer.status_code == 400
            assert words in answer.content.decode()
    said = [record.getMessage() for record in caplog.records if "callback refused" in record.getMessage()]
    assert len(said) == len(wrong)
    assert not any(mobile in line or mobile[1:] in line for line in said)
    assert call_back(f"/twilio/status/{uuid.uuid4()}", {"MessageStatus": "sent", "MessageSid": SID}).status_code == 404
    assert Client().get("/twilio/sms").status_code == 405


@pytest.mark.parametrize("public", ["https://handrail.example.org", "https://handrail.example.org:8443",
                                    "http://10.0.0.5:8080"])  # fmt: skip
def test_the_signature_is_that_of_the_public_address_whatever_the_proxy_says(
    room: ControlRoom, settings: Settings, public: str
) -> None:
    settings.PUBLIC_URL = public
    path = f"/twilio/status/{sent(room, 'sms').token}?region=ie1&x=%20%C3%A9"
    form = {"MessageSid": SID, "MessageStatus": "delivered"}
    behind = {"HTTP_HOST": "testserver", "HTTP_X_FORWARDED_PROTO": "http", "HTTP_X_FORWARDED_HOST": "evil.example"}
    assert call_back(path, form, public="http://testserver", **behind).status_code == 403
    assert call_back(path.split("?")[0] + "?region=us1", form, public=public + "/x", **behind).status_code == 403
    assert call_back(path, form, public=public, token="another", **behind).status_code == 403
    assert call_back(path, form, public=public, **behind).status_code == 204


def test_twilios_own_signature_vectors(settings: Settings) -> None:
    # The vectors of twilio-python's own tests (MIT): the form, ports, and a key that comes several times.
    form = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
            "Caller": "+14158675309"}  # fmt: skip
    for url, signature in (
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:1234/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ):
        assert RequestValidator("12345").validate(url, form, signature), url


def test_requests_replayed_and_reordered_change_nothing(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    room.later(16)
    mobile = room.number("Bea")
    said = [{"MessageSid": f"SM{n:032x}", "From": mobile, "Body": body} for n, body in enumerate(["hello", "2", "1"])]
    for form in said:
        assert call_back("/twilio/sms", form).status_code == 200
    incident.refresh_from_db()
    before = (incident.version, AuditEvent.objects.count(), ProviderEvent.objects.count())
    for form in itertools.chain(*itertools.permutations(said)):
        assert call_back("/twilio/sms", form).content.decode().count("<Message>") == 0
    incident.refresh_from_db()
    assert (incident.version, AuditEvent.objects.count(), ProviderEvent.objects.count()) == before
    assert json.dumps(incident.acknowledged_via) == '"sms"'
