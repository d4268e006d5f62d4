"""One incident in a real browser: what is seen now, the clip in its parts, and two operators who see each other."""

import os
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from alerts import intake
from alerts.accounts.roles import Role
from alerts.models import Contact, Incident
from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, log_in_by_keys, page, with_pictures
from tests.people import give
from tests.pictures import EAST, PERSON_AT_12_S, frame_of, tiny_clip
from tests.stories.conftest import ControlRoom
from welfare.fleet import overlays
from welfare.fleet.showing import Showing
from welfare.watch.people_log import Joints, Sight
from zones.models import Camera

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
BODY: Joints = [
    *((605, 280), (590, 300), (620, 300), (585, 330), (626, 330), (582, 355), (630, 355)),
    *((594, 350), (616, 350), (592, 385), (618, 385), (590, 420), (620, 420)),
]


@pytest.fixture
def watched(console: Console) -> Iterator[threading.Event]:
    """A camera whose watch shows a frame whenever somebody looks, until the event is set."""
    before, settings.RUN_DIR = settings.RUN_DIR, console.media / "run"
    showing, stop, image = Showing(1), threading.Event(), frame_of(EAST, 12.2)

    def watch() -> None:
        from tests.welfare.fleet.test_showing import person, step_with

        while not stop.wait(0.2):
            showing.offer(time.time(), image, step_with(person()))

    thread = threading.Thread(target=watch)
    thread.start()
    yield stop
    stop.set()
    thread.join()
    settings.RUN_DIR = before


def with_part(incident: Incident, media: Path, number: int) -> None:
    before, settings.MEDIA_ROOT = settings.MEDIA_ROOT, media
    at, name = timezone.now() + timedelta(seconds=number), Path(f"clips/{incident.pk}-{number}.mp4")
    (media / "clips").mkdir(exist_ok=True)
    tiny_clip(media / name, seconds=1.0, size=(320, 180))
    sights = [Sight(1000.0 + n / 5, [PERSON_AT_12_S], [BODY]) for n in range(6)]
    overlay = overlays.write(name, Camera.objects.get(pk=1), sights, (1000.0, 1001.0))
    for kind, path in (("overlay", overlay), ("clip", name)):
        intake.attach(incident.pk, kind, path, starts_at=at, ends_at=at)
    settings.MEDIA_ROOT = before


def test_what_the_camera_sees_now_is_on_the_page_with_its_age_until_it_is_closed(
    page: Page, room: ControlRoom, watched: threading.Event
) -> None:
    incident = room.sees()
    log_in_by_keys(page)
    page.goto(f"/incidents/{incident.pk}/")
    now = page.locator(".now")
    expect(now.get_by_role("img", name="Live picture of East parapet, faces blurred")).to_be_visible()
    expect(now.get_by_text(re.compile(r"Picture is [01] s old\."))).to_be_visible()
    expect(now.locator("rect.person")).to_have_count(1)
    expect(now.locator("polygon.area")).to_have_count(1)
    page.keyboard.press("o")
    expect(now.locator("svg.over")).to_be_hidden()
    watched.set()
    expect(now.get_by_text("This picture is old")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"#{incident.pk} is closed.")).to_be_visible()
    expect(page.locator(".now")).to_have_count(0)


@pytest.mark.skipif("HANDRAIL_SCREENSHOTS" not in os.environ, reason="pictures for docs")
def test_pictures_of_the_page(page: Page, console: Console, room: ControlRoom, watched: threading.Event) -> None:
    incident = room.sees()
    room.turn()
    with_pictures(incident, console.media)
    for number in (31, 62):
        with_part(incident, console.media, number)
    log_in_by_keys(page)
    page.goto(f"/incidents/{incident.pk}/")
    expect(page.locator(".now").get_by_role("img").first).to_be_visible()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(2500)
        page.screenshot(path=SCREENSHOTS / f"incident-{width}-light.png", full_page=width == 1440)


def test_on_a_phone_the_pictures_come_first_and_the_answer_is_at_the_thumb(
    page: Page, console: Console, room: ControlRoom
) -> None:
    incident = room.sees()
    with_pictures(incident, console.media, clip=False)
    page.set_viewport_size({"width": 390, "height": 844})
    log_in_by_keys(page)
    page.goto(f"/incidents/{incident.pk}/")
    still, why = (
        page.get_by_role("img", name="The person outlined"),
        page.get_by_role("heading", name="Why this prompts"),
    )
    answer = page.get_by_role("button", name="Acknowledge")
    expect(page.get_by_role("heading", name="Pictures")).to_be_in_viewport()
    expect(answer).to_be_in_viewport(ratio=1)
    why.scroll_into_view_if_needed()
    expect(answer).to_be_in_viewport(ratio=1)
    above, below = still.bounding_box(), why.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] < below["y"]
    room.turn()  # what is live goes on being live, above the pictures and below
    expect(page.get_by_role("cell", name="Olivia Operator").first).to_be_visible()
    answer.click()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken on by Olivia Operator.")).to_be_visible()


def test_the_clip_plays_part_after_part_with_what_was_seen_over_it_by_keys(
    page: Page, console: Console, room: ControlRoom
) -> None:
    incident = room.sees()
    with_pictures(incident, console.media, clip=False)
    with_part(incident, console.media, 1)
    log_in_by_keys(page)
    page.goto(f"/incidents/{incident.pk}/")
    clip = page.locator("video")
    expect(page.locator("#clip line.bone")).to_have_count(12)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Slow")).to_have_attribute("aria-pressed", "true")
    assert clip.evaluate("v => v.playbackRate") == 0.25
    page.keyboard.press(".")
    assert clip.evaluate("v => v.paused")
    at = clip.evaluate("v => v.currentTime")
    page.keyboard.press(".")
    assert 0.01 < clip.evaluate("v => v.currentTime") - at < 0.2
    with_part(incident, console.media, 2)  # the incident is open: its clip grows, and what plays goes on playing
    expect(page.locator("#parts a")).to_have_count(2)
    first = clip.get_attribute("src")
    page.keyboard.press("l")
    page.keyboard.press("s")
    clip.evaluate("v => v.play()")
    expect(clip).not_to_have_attribute("src", str(first))
    expect(page.locator("#parts a[aria-current]")).to_have_attribute("id", "part-2")


def test_two_operators_on_one_incident_see_each_other_and_who_took_it(
    browser: Browser, page: Page, console: Console, room: ControlRoom
) -> None:
    sam = User.objects.create_user("sam", password=PASSWORD)
    give(sam, Role.OPERATOR)
    Contact.objects.create(name="Sam Supervisor", user=sam)
    incident = room.sees()
    log_in_by_keys(page)
    page.goto(f"/incidents/{incident.pk}/")
    context = browser.new_context(base_url=console.address)
    other = context.new_page()
    log_in(other, "sam")
    other.goto(f"/incidents/{incident.pk}/")
    expect(page.get_by_text("Sam Supervisor is also looking at this.")).to_be_visible()
    expect(other.get_by_text("Olivia Operator is also looking at this.")).to_be_visible()
    other.keyboard.press("a")
    other.keyboard.press("Enter")
    expect(page.get_by_text("Taken on by Sam Supervisor.")).to_be_visible()
    page.evaluate("document.querySelector('#take-on').showModal()")  # the second had the key down already
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"#{incident.pk} was already taken on by Sam Supervisor")).to_be_visible()
    other.keyboard.press("d")
    other.keyboard.press("Enter")
    expect(other.get_by_text("Nobody else was paged")).to_be_visible()
    context.close()
    expect(page.get_by_text("also looking")).to_be_hidden()
