"""The fake is what Twilio says it is: its answers fit Twilio's own description, its signatures Twilio's own vectors."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from alerts.channels import gateway
from tests.twilio_fake import api
from tests.twilio_fake.fixture import TwilioFake
from tests.twilio_fake.rates import Rates

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "data" / "twilio" / "twilio_msg_call_subset.prism.json"
shared = pytest.mark.skipif(not DESCRIPTION.exists(), reason="Twilio's description is not on this machine")


def schema(name: str) -> dict[str, Any]:
    """One schema of the description, its nullable fields as JSON Schema has them."""
    description = json.loads(DESCRIPTION.read_text())
    for one in description["components"]["schemas"].values():
        for field in one.get("properties", {}).values():
            if field.get("nullable") and isinstance(field.get("type"), str):
                field["type"] = [field["type"], "null"]
    return {"$ref": f"#/components/schemas/{name}", "components": description["components"]}


def text(**more: str) -> Any:
    arguments = {"to": "+447700900111", "from_": "+441632960000", "body": "Hello"} | more
    return gateway.client().messages.create(**arguments)


@shared
@pytest.mark.shared
def test_messages_and_calls_fit_twilios_own_description(twilio_fake: TwilioFake) -> None:
    text()
    gateway.client().calls.create(to="+447700900111", from_="+441632960000", twiml="<Response><Say>Hi</Say></Response>")
    account = twilio_fake.account
    for seconds in (0, 1, 5, 60):
        account.advance(seconds)
        for message in twilio_fake.messages:
            answer = api.message_json(account, message)
            jsonschema.validate(answer, schema("api.v2010.account.message"))
            assert set(answer) == set(schema("x")["components"]["schemas"]["api.v2010.account.message"]["properties"])
        for call in twilio_fake.calls:
            answer = api.call_json(account, call)
            jsonschema.validate(answer, schema("api.v2010.account.call"))
            assert set(answer) == set(schema("x")["components"]["schemas"]["api.v2010.account.call"]["properties"])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"to": "07700900111"}, 21211), ({"body": ""}, 21602), ({"from_": "Handrail!"}, 21212), ({"to": ""}, 21604),
     ({"body": "x" * 1601}, 21617), ({"status_callback": "nowhere"}, 21609)],
)  # fmt: skip
def test_it_refuses_what_twilio_refuses(twilio_fake: TwilioFake, wrong: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        text(**wrong)
    assert refused.value.code == code
    assert twilio_fake.messages == []


def test_a_wrong_token_is_refused(twilio_fake: TwilioFake, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "another"
    with pytest.raises(TwilioRestException) as refused:
        text()
    assert refused.value.status == 401


def test_what_was_sent_can_be_fetched_and_listed(twilio_fake: TwilioFake) -> None:
    sid = text().sid
    twilio_fake.account.advance(3)
    assert gateway.client().messages(sid).fetch().status == "delivered"
    assert [m.sid for m in gateway.client().messages.list(to="+447700900111")] == [sid]
    assert gateway.client().messages.list(to="+447700900222") == []


def test_the_signature_is_twilios() -> None:
    # The vector of twilio-python's own tests (MIT).
    form = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
            "Caller": "+14158675309"}  # fmt: skip
    signature = RequestValidator("12345").compute_signature("https://mycompany.com/myapp.php?foo=1&bar=2", form)
    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_by_twilios_rates_a_number_sends_one_segment_a_second_and_takes_what_comes_faster(
    twilio_fake: TwilioFake,
) -> None:
    account = twilio_fake.account
    account.rates = Rates(queue_s=4.5)
    taken = [text(body="x" * length) for length in (10, 200, 10, 10)]
    assert {one.status for one in taken} == {"queued"}
    waits = [round(m.leaves_at_s - twilio_fake.messages[0].at_s) for m in twilio_fake.messages]
    assert waits == [0, 1, 3, 4]
    with pytest.raises(TwilioRestException, match="maximum number of queued messages"):
        text()
    text(from_="+441632960001")  # its own queue
    account.advance(2.0)
    assert [m.status for m in twilio_fake.messages] == ["delivered", "sent", "queued", "queued", "delivered"]


def test_too_many_requests_at_once_are_refused(twilio_fake: TwilioFake) -> None:
    rates = twilio_fake.account.rates = Rates(requests_at_once=2)
    rates.open_requests = 2
    with pytest.raises(TwilioRestException) as refused:
        text()
    assert (refused.value.status, refused.value.code) == (429, 20429)
    rates.open_requests = 1
    text()
    assert rates.open_requests == 1
