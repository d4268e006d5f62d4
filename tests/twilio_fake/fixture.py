"""`twilio_fake`: the fake in a thread on a free port; its callbacks reach the app through Django's test client.

Statuses walk only when the test says so: `twilio_fake.account.advance(2)`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.test import Client
from pytest_django import Settings

from tests.twilio_fake.server import Server
from tests.twilio_fake.state import Account, Call, Fault, Message

SID, TOKEN = "AC" + "0a" * 16, "test-token"  # made up
SECOND_SID, SECOND_TOKEN, SECOND_NUMBER = "AC" + "0b" * 16, "second-token", "+441632960099"
PUBLIC_URL = "http://testserver"


@dataclass
class TwilioFake:
    """The running fake, for tests."""

    account: Account
    server: Server

    @property
    def messages(self) -> list[Message]:
        """What was sent to phones, oldest first."""
        return [m for m in self.account.messages.values() if m.direction == "outbound-api"]

    @property
    def calls(self) -> list[Call]:
        """Calls made, oldest first."""
        return list(self.account.calls.values())

    def fail_next(self, code: int = 0, *, status: int = 400, line: str = "") -> None:
        """Let the next request fail: by Twilio's code, or by a broken line."""
        self.account.faults.append(Fault(0 if line else status, code, line))


def deliver(url: str, form: dict[str, str], signature: str) -> str:
    """A callback into the app under test."""
    path = "/" + url.split("/", 3)[3]
    return Client().post(path, form, headers={"x-twilio-signature": signature}).content.decode()


@contextmanager
def serving(sid: str, token: str) -> Iterator[TwilioFake]:
    """One account on a free port."""
    server = Server(Account(sid, token, PUBLIC_URL, deliver))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield TwilioFake(server.account, server)
    server.stopping.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def twilio_fake(settings: Settings) -> Iterator[TwilioFake]:
    """A fresh account that the settings name."""
    with serving(SID, TOKEN) as fake:
        settings.TWILIO_BASE_URL = fake.server.address
        settings.TWILIO_ACCOUNT_SID = SID
        settings.TWILIO_AUTH_TOKEN = TOKEN
        settings.TWILIO_FROM_NUMBER = "+441632960000"
        settings.TWILIO_MORE_NUMBERS = []
        settings.PUBLIC_URL = PUBLIC_URL
        yield fake


@pytest.fixture
def second_account(twilio_fake: TwilioFake, settings: Settings) -> Iterator[TwilioFake]:
    """A second account of the provider, standing by."""
    with serving(SECOND_SID, SECOND_TOKEN) as fake:
        settings.TWILIO_2_BASE_URL = fake.server.address
        settings.TWILIO_2_ACCOUNT_SID = SECOND_SID
        settings.TWILIO_2_AUTH_TOKEN = SECOND_TOKEN
        settings.TWILIO_2_FROM_NUMBER = SECOND_NUMBER
        fake.account.phones = twilio_fake.account.phones  # the same phones are out there
        yield fake
