"""From a camera that nobody has added yet to a closed incident and a pack that verifies: real processes, real browsers.

A zone admin adds an RTSP camera, draws and calibrates its zone; a person at risk is rendered into that stream; the
operator hears and sees it, pages the partner and takes it on by keyboard alone; the partner opens the link of the SMS,
sees blurred pictures and accepts; it is closed, and the evidence pack is what was signed.
"""

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django import Settings

from alerts.accounts.roles import Role
from alerts.evidence.manifest import public_of
from alerts.models import Contact, Evidence, Incident
from alerts.partner import pins
from tests.chaos.processes import kill, start
from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, log_in_by_keys
from tests.e2e.test_zone_editor import calibrate, draw_zone, save
from tests.people import give
from tests.pictures import EAST
from tests.rtsp_server import RtspServer
from tests.stories.conftest import ControlRoom
from welfare.embedded import EmbeddedValkey
from zones.models import Camera, CameraStatus

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMPTY = EAST.with_name("empty_footway.mp4")
PIN = "274916"
KEY = "5e" * 32  # made up
CELERY = ("-m", "celery", "--app", "welfare.celery", "worker", "--loglevel", "WARNING", "--without-gossip",
          "--without-mingle")  # fmt: skip
PARTS = {
    "engine": ("manage.py", "engine"),
    "track": (*CELERY, "--hostname", "track@story", "--queues", "track", "--concurrency", "1"),
    "media": (*CELERY, "--hostname", "media@story", "--queues", "media", "--concurrency", "1"),
}
COUNTS_TONES = """() => {
  window.played = 0;
  const before = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.played += 1; return before.apply(this, when); };
}"""
T = TypeVar("T")


@pytest.fixture
def service(console: Console, tmp_path: Path, settings: Settings) -> Iterator[Console]:
    """The console with everything that stands behind it, each in a process of its own, and a broker of its own."""
    settings.PUBLIC_URL = console.address  # the fake's callbacks are checked against it
    valkey = EmbeddedValkey(tmp_path / "valkey")
    environment = console.environment | {"REDIS_URL": valkey.start()}
    with ExitStack() as stack:
        stack.callback(valkey.stop)
        for name, arguments in PARTS.items():
            stack.callback(kill, start(*arguments, log=tmp_path / f"{name}.log", **environment))
        yield console


@pytest.fixture
def stream() -> Iterator[RtspServer]:
    """A camera over an empty footway that asks for a password."""
    server = RtspServer(EMPTY, username="cam", password="p@ss word")
    yield server
    server.close()


def wait(page: Page, what: str, limit_s: float, look: Callable[[], T | None]) -> T:
    """Look until something is there, while the browser lives on."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if found := look():
            return found
        page.wait_for_timeout(200)
    raise AssertionError(f"missing after {limit_s:.0f} s: {what}")


def keep(page: Page, name: str, at: Locator | None = None) -> None:
    """A picture of a step for the docs, as a control room and as a phone see it, with what it is about in sight."""
    if not os.environ.get("HANDRAIL_SCREENSHOTS"):
        return
    before = page.viewport_size
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        if at is not None:
            at.evaluate("part => part.scrollIntoView({ block: 'center' })")
        wait(page, "its pictures", 60, lambda: page.evaluate("[...document.images].every((one) => one.complete)"))
        page.screenshot(path=SCREENSHOTS / f"story-{name}-{width}.jpg", type="jpeg", quality=60)
    if before:
        page.set_viewport_size(before)


def visit(browser: Browser, console: Console, stack: ExitStack, width: int = 1440) -> Page:
    """Somebody at a browser of their own."""
    context = browser.new_context(base_url=console.address, viewport={"width": width, "height": 900})
    stack.callback(context.close)
    return context.new_page()


def add_the_camera(page: Page, stream: RtspServer) -> Camera:
    """What a zone admin does."""
    give(User.objects.create_user("zoe", password=PASSWORD), Role.ZONE_ADMIN)
    log_in(page, "zoe", heading="Cameras")
    page.goto("/cameras/add/")
    page.get_by_label("Site").select_option(label="Demo Bridge")
    page.get_by_label("Name", exact=True).fill("North tower")
    page.get_by_label("Address", exact=True).fill(stream.address)
    page.get_by_label("User name").fill("cam")
    page.get_by_label("Password").fill("p@ss word")
    page.get_by_role("button", name="Test this address").click()
    expect(page.get_by_text("This camera can be watched.")).to_be_visible()
    keep(page, "1-camera", page.get_by_text("This camera can be watched."))
    page.get_by_role("button", name="Add and draw its zones").click()
    expect(page.locator(".surface image")).to_have_attribute("href", re.compile("data:"))
    draw_zone(page)
    calibrate(page)
    page.get_by_label("Silent: people are scored, nobody is paged").uncheck()
    keep(page, "2-zone", page.locator(".surface"))
    save(page, "the north tower is watched from today")
    expect(page.get_by_text("Saved as version 1")).to_be_visible()
    return Camera.objects.get(name="North tower")


def is_live(camera: Camera) -> bool:
    """Whether pictures of a camera are looked at."""
    return CameraStatus.objects.filter(camera=camera, state="live", last_frame_at__isnull=False).exists()


def evidence(kind: str) -> Callable[[], Evidence | None]:
    """Looks for a still or a clip."""
    return lambda: Evidence.objects.filter(kind=kind).first()


def test_from_a_new_camera_to_a_pack_that_verifies(
    browser: Browser, service: Console, stream: RtspServer, room: ControlRoom, tmp_path: Path
) -> None:
    Camera.objects.update(enabled=False)
    partner = Contact.objects.get(name__startswith="Bea")
    pins.choose(partner, PIN, by="supervisor")
    with ExitStack() as stack:
        desk = visit(browser, service, stack)
        log_in_by_keys(desk)
        expect(desk.get_by_text("All quiet. Nobody is waiting.")).to_be_visible()
        desk.get_by_role("button", name="Sound is off: turn on").press("Enter")
        desk.evaluate(COUNTS_TONES)

        admin = visit(browser, service, stack)
        camera = add_the_camera(admin, stream)
        wait(admin, "pictures of the new camera", 60, lambda: is_live(camera))
        stream.show(EAST)  # somebody walks in, stands at the rail, steps up

        expect(desk.get_by_text(re.compile(r"#\d+ Demo Bridge"))).to_be_visible(timeout=60_000)
        incident = Incident.objects.get(camera=camera, subject="person")
        expect(desk).to_have_title(re.compile(r"^\(\d\)"))
        wait(desk, "the sound", 60, lambda: desk.evaluate("window.played"))
        keep(desk, "3-console")
        desk.keyboard.press("1")
        expect(desk.get_by_role("heading", name=f"#{incident.pk}")).to_be_visible()
        wait(desk, "the operator's own page", 60, lambda: room.texts("Olivia"))
        desk.keyboard.press("e")
        desk.keyboard.press("Enter")
        expect(desk.get_by_text("The next people are paged now.")).to_be_visible()  # the page is here again
        text = wait(desk, "the partner's SMS", 60, lambda: room.texts("Bea"))[0].body
        wait(desk, "a still", 60, evidence("still"))
        now = desk.get_by_role("img", name="Live picture of North tower, faces blurred")
        expect(now).to_be_visible()
        keep(desk, "4-incident")
        desk.keyboard.press("a")
        expect(desk.get_by_role("heading", name=f"Take on #{incident.pk}?")).to_be_visible()
        desk.keyboard.press("Enter")
        expect(desk.get_by_text(f"#{incident.pk} is yours.")).to_be_visible()
        wait(desk, "the clip", 90, evidence("clip"))

        phone = visit(browser, service, stack, width=390)
        link = re.search(r"https?://\S+", text)
        assert link is not None, text
        phone.goto(link[0])
        expect(phone.get_by_text(incident.place)).to_have_count(0)
        keep(phone, "5-partner-link")
        phone.get_by_label("Your PIN").fill(PIN)
        phone.get_by_role("button", name="Open it").click()
        expect(phone.get_by_role("img", name=re.compile("faces blurred"))).to_be_visible()
        clip = phone.locator("video").first
        clip.evaluate("video => video.play()")
        wait(phone, "the clip to play", 60, lambda: clip.evaluate("video => video.currentTime > 0.5"))
        keep(phone, "6-partner")
        phone.get_by_label("Minutes until you are there").fill("9")
        phone.get_by_role("button", name="On our way").click()
        expect(phone.get_by_text("there in 9 minutes").first).to_be_visible()

        expect(desk.get_by_text("there in 9 min").first).to_be_visible()
        desk.keyboard.press("c")
        desk.keyboard.press("1")
        keep(desk, "7-close")
        desk.keyboard.press("Enter")
        expect(desk.get_by_text(f"#{incident.pk} is closed.")).to_be_visible()

        boss = visit(browser, service, stack)
        log_in(boss, "supervisor")
        boss.goto(f"/incidents/{incident.pk}/")
        with boss.expect_download() as kept:
            boss.get_by_role("button", name="Make the evidence pack").click()
        keep(boss, "8-pack", boss.get_by_role("button", name="Make the evidence pack"))
        pack, said = tmp_path / "pack.zip", io.StringIO()
        kept.value.save_as(pack)
        call_command("verify_pack", pack, key=public_of(KEY), stdout=said)
        assert f"holds: incident #{incident.pk}" in said.getvalue()
