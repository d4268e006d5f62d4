"""A real browser against a real server: uvicorn in a process of its own on the test's database."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
BASE_DIR = Path(__file__).resolve().parents[2]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip
PASSWORD = "a password for the tests"
LIMIT_S = 60.0
"""What a page or the server may take on a machine that is busy with other things: a limit, not a wait."""
expect.set_options(timeout=LIMIT_S * 1000)


def log_in(page: Page, name: str = "operator", *, heading: str = "Open incidents") -> None:
    """Somebody whose password is `PASSWORD` logs in with the mouse, and is where their role begins."""
    page.goto("/log-in/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


@dataclass
class Console:
    """A running console."""

    address: str
    media: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine; Playwright's own download is not used."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        words = "browser tests need Chromium: sudo apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop running in this thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def console(room: ControlRoom, tmp_path: Path) -> Iterator[Console]:
    """The console on a free port, with the demo's control room behind it."""
    for user in User.objects.filter(username__in=("operator", "supervisor")):
        user.set_password(PASSWORD)
        user.save()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, parameters = f"http://127.0.0.1:{port}", connection.get_connection_params()
    host, user, name = parameters.get("host", ""), parameters.get("user", ""), parameters["dbname"]
    environment = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?"),
        "PUBLIC_URL": address,
        "HANDRAIL_MEDIA_DIR": str(tmp_path),
        "HANDRAIL_RUN_DIR": str(tmp_path / "run"),
        "LOG_LEVEL": "WARNING",
        "SECOND_STEP_ROLES": "auditor",
        "VAPID_PRIVATE_KEY": "A" * 42 + "E",  # made up: the number 1 as a key
        "VAPID_CONTACT": "mailto:tests@example.org",
        "EVIDENCE_SIGNING_KEY": "5e" * 32,  # made up
        "TWILIO_ACCOUNT_SID": settings.TWILIO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKEN,
        "TWILIO_FROM_NUMBER": settings.TWILIO_FROM_NUMBER,
        "TWILIO_BASE_URL": settings.TWILIO_BASE_URL,
    }
    assert name in environment["DATABASE_URL"], (host, user)
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "welfare.asgi:application", "--port", str(port), "--log-level", "warning",
         "--timeout-graceful-shutdown", "1"],
        cwd=BASE_DIR,
        env=environment,
    )  # fmt: skip
    until = time.monotonic() + LIMIT_S
    while not answers(address):
        assert process.poll() is None, "the console's server has ended: its words stand above"
        assert time.monotonic() < until, f"the console's server does not answer after {LIMIT_S:.0f} s"
        time.sleep(0.05)
    yield Console(address, tmp_path, process, environment)
    process.terminate()
    process.wait(LIMIT_S)


def answers(address: str) -> bool:
    """Whether the server is there."""
    try:
        urllib.request.urlopen(f"{address}/log-in/", timeout=LIMIT_S).close()  # noqa: S310
    except OSError:
        return False
    return True
