"""An operator at 3 a.m., by keyboard alone, in a real browser."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from alerts import intake
from alerts.models import Incident
from tests.e2e.conftest import BASE_DIR, PASSWORD, Console
from tests.pictures import EAST, PERSON_AT_12_S, frame_of, now_s, people_in, ring_of
from tests.stories.conftest import ControlRoom
from welfare.watch.recorder import Recorder, segments
from welfare.watch.redact import make_clip, write_still

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = BASE_DIR / "docs" / "screenshots"


@pytest.fixture
def page(browser: Browser, console: Console) -> Iterator[Page]:
    context = browser.new_context(base_url=console.address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    lost = ("ERR_", "htmx:")  # what a browser says of a server that was switched off
    assert [c for c in complaints if not any(word in c for word in lost)] == []


def log_in_by_keys(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("User name")).to_be_focused()  # keys that are typed sooner go nowhere
    page.keyboard.type("operator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Open incidents")).to_be_visible()


def with_pictures(incident: Incident, media: Path, *, clip: bool = True) -> None:
    settings.MEDIA_ROOT, before = media, settings.MEDIA_ROOT
    now = timezone.now()
    write_still(frame_of(EAST, 12.2), [PERSON_AT_12_S], PERSON_AT_12_S, media / "stills/1.jpg")
    intake.attach(incident.pk, "still", Path("stills/1.jpg"), starts_at=now, ends_at=now)
    if clip:
        start = now_s()
        ring_of(EAST, Recorder(media / "ring", max_bytes=10**9, keep_free_bytes=0), start, 9.0)
        people = [(start + t_s, boxes) for t_s, boxes in people_in(EAST, 9.0)]
        make_clip(segments(media / "ring"), start + 4, start + 8, people, media / "clips/1.mp4")
        intake.attach(incident.pk, "clip", Path("clips/1.mp4"), starts_at=now, ends_at=now + timedelta(seconds=4))
    settings.MEDIA_ROOT = before


def test_from_quiet_to_closed_by_keyboard_alone(page: Page, console: Console, room: ControlRoom) -> None:
    log_in_by_keys(page)
    expect(page.get_by_text("All quiet. Nobody is waiting.")).to_be_visible()
    incident = room.sees()
    expect(page.get_by_text(f"#{incident.pk} Demo Bridge")).to_be_visible()  # live, nothing was pressed
    expect(page).to_have_title("(1) Open incidents: Handrail")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name=f"#{incident.pk}")).to_be_visible()
    expect(page.get_by_text("The clip is being made")).to_be_visible()
    room.turn()
    expect(page.get_by_role("cell", name="Olivia Operator").first).to_be_visible()
    with_pictures(incident, console.media)
    expect(page.locator("video")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name=f"Take on #{incident.pk}?")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"#{incident.pk} is yours.")).to_be_visible()
    expect(page.get_by_text("Taken on by Olivia Operator.")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Crew is with them")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Crew is with them")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"#{incident.pk} is closed.")).to_be_visible()
    incident.refresh_from_db()
    assert incident.outcome == "supported"


def test_a_lost_connection_cannot_be_overlooked(page: Page, console: Console) -> None:
    page.clock.install()
    log_in_by_keys(page)
    banner = page.get_by_text("The connection is lost.")
    expect(banner).to_be_hidden()
    console.process.kill()
    page.clock.fast_forward(15_000)
    expect(banner).to_be_visible()


def test_the_sound_says_whether_it_is_on(page: Page) -> None:
    log_in_by_keys(page)
    page.get_by_role("button", name="Sound is off: turn on").click()
    on = page.get_by_role("button", name="Sound is on")
    expect(on).to_have_attribute("aria-pressed", "true")
    page.goto("/incidents/")  # on the next page it is on again, at the latest with the first key
    page.keyboard.press("Tab")
    expect(on).to_have_attribute("aria-pressed", "true")
    on.press("Enter")
    expect(page.get_by_role("button", name="Sound is off: turn on")).to_have_attribute("aria-pressed", "false")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sound is off: turn on")).to_be_visible()


def barriers(page: Page, where: str) -> list[str]:
    """What axe-core finds, and anything that has to be scrolled sideways."""
    page.evaluate(AXE.read_text())
    report = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    found = [f"{where}: {v['id']} {[n['html'][:120] for n in v['nodes'][:3]]}" for v in report["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{where}: wider than the screen")
    return found
