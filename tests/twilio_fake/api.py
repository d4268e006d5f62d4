"""Twilio's REST API 2010-04-01 for messages and calls: its checks, its answers, its errors."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from tests.twilio_fake.rates import segments
from tests.twilio_fake.state import Account, Call, Message

E164 = re.compile(r"\+[1-9]\d{6,14}")
VERSION = "2010-04-01"


class ApiError(Exception):
    """An error as Twilio answers it."""

    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.body: dict[str, Any] = {
            "code": code,
            "message": words,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


WORDS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21201: (400, "No 'To' number specified"),
    21205: (400, "Url is not a valid URL"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid 'From' Phone Number"),
    21602: (400, "Message body is required"),
    21604: (400, "A 'To' phone number is required"),
    21603: (400, "A 'From' phone number is required"),
    21609: (400, "Invalid 'StatusCallback' parameter"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The 'To' phone number is not currently reachable via SMS"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


def error(code: int, status: int = 0) -> ApiError:
    """The error of a code."""
    usual, words = WORDS.get(code, (400, f"Error {code}"))
    return ApiError(status or usual, code, words)


def create_message(account: Account, form: dict[str, list[str]]) -> dict[str, Any]:
    """POST Messages.json."""
    to, sender, body, callback = (_one(form, name) for name in ("To", "From", "Body", "StatusCallback"))
    if not to:
        raise error(21604)
    if not E164.fullmatch(to):
        raise error(21211)
    if not sender and not _one(form, "MessagingServiceSid"):
        raise error(21603)
    if sender and not E164.fullmatch(sender):
        raise error(21212)
    if not body and not _one(form, "MediaUrl"):
        raise error(21602)
    if len(body) > 1600:
        raise error(21617)
    if callback and not _is_url(callback):
        raise error(21609)
    behaviour = "21610" if account.phone(to).stopped else account.phone(to).sms
    if behaviour in ("21211", "21610", "21612"):
        raise error(int(behaviour))
    if account.rates is not None and account.rates.is_full(sender, account.now()):
        raise error(21611)
    return message_json(account, account.send(to, sender, body, callback))


def create_call(account: Account, form: dict[str, list[str]]) -> dict[str, Any]:
    """POST Calls.json."""
    to, sender, twiml, url = (_one(form, name) for name in ("To", "From", "Twiml", "Url"))
    if not to:
        raise error(21201)
    if not E164.fullmatch(to):
        raise error(21211)
    if not E164.fullmatch(sender):
        raise error(21212)
    if not twiml and not _is_url(url):
        raise error(21205)
    machine = _one(form, "AsyncAmdStatusCallback") if _one(form, "AsyncAmd") == "true" else ""
    if machine and (not _is_url(machine) or not _one(form, "MachineDetection")):
        raise error(21205)
    return call_json(account, account.call(to, sender, twiml, _one(form, "StatusCallback"), machine))


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _date(at_s: float) -> str:
    return format_datetime(datetime.fromtimestamp(at_s, UTC))


def message_json(account: Account, message: Message) -> dict[str, Any]:
    """A message with every field of the description."""
    uri = f"/{VERSION}/Accounts/{account.sid}/Messages/{message.sid}"
    return {
        "account_sid": account.sid,
        "api_version": VERSION,
        "body": message.body,
        "date_created": _date(message.at_s),
        "date_sent": None if message.status == "queued" else _date(message.at_s),
        "date_updated": _date(account.now()),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def call_json(account: Account, call: Call) -> dict[str, Any]:
    """A call with every field of the description."""
    uri = f"/{VERSION}/Accounts/{account.sid}/Calls/{call.sid}"
    over = call.status in ("completed", "no-answer", "busy", "failed")
    return {
        "account_sid": account.sid,
        "answered_by": None,
        "api_version": VERSION,
        "caller_name": None,
        "date_created": _date(call.at_s),
        "date_updated": _date(account.now()),
        "direction": "outbound-api",
        "duration": "5" if over else None,
        "end_time": _date(account.now()) if over else None,
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": call.sender,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": "PN" + account.sid[2:],
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": _date(call.at_s) if call.status == "in-progress" or over else None,
        "status": call.status,
        "subresource_uris": {"events": f"{uri}/Events.json"},
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }
