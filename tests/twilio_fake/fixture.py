"""`twilio_fake`: the fake in a thread on a free port; its callbacks reach the app through Django's test client.

Statuses walk only when the test says so: `twilio_fake.account.advance(2)`.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from tests.twilio_fake.server import Server
from tests.twilio_fake.state import Account, Call, Fault, Message

SID, TOKEN = "AC" + "0a" * 16, "test-token"  # made up


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


@pytest.fixture
def twilio_fake(settings: pytest.FixtureRequest) -> Iterator[TwilioFake]:
    """A fresh account that the settings name."""
    public = "http://testserver"
    server = Server(Account(SID, TOKEN, public, deliver))
    server.hang_s = 1.0
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    for name, value in {
        "TWILIO_BASE_URL": server.address,
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": "+441632960000",
        "TWILIO_TIMEOUT_S": 0.4,
        "PUBLIC_URL": public,
    }.items():
        setattr(settings, name, value)
    yield TwilioFake(server.account, server)
    server.stopping.set()
    server.shutdown()
    server.server_close()
