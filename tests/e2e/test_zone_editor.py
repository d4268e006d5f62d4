"""A zone admin sets up a camera and draws its zones, by mouse and by keyboard alone, in a real browser."""

import gzip
import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from alerts.accounts.roles import Role
from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.full_house import drawn
from tests.e2e.test_operator import SCREENSHOTS, barriers
from tests.people import give
from tests.pictures import EAST, PERSON_AT_12_S, beginning_of
from tests.rtsp_server import RtspServer
from tests.zones.onvif_device import OnvifDevice
from welfare.watch.people_log import PeopleLog
from zones.models import Camera, PictureVersion, Zone
from zones.site_file import read_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))
AREA = [(40, 640), (1100, 160), (1250, 175), (420, 715)]
EDGE = [(27, 689), (1150, 162)]
expect.set_options()  # a fresh picture is taken by a process of its own


@pytest.fixture
def page(browser: Browser, console: Console) -> Iterator[Page]:
    give(User.objects.create_user("zoe", password=PASSWORD), Role.ZONE_ADMIN)
    context = browser.new_context(base_url=console.address, viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    log_in(page, "zoe", heading="Cameras")
    yield page
    context.close()
    answers = ("status of 400", "status of 502", "status of 403")  # refusals that the page puts into words
    assert [c for c in complaints if not any(word in c for word in answers)] == []


@pytest.fixture(scope="module")
def stream() -> Iterator[RtspServer]:
    server = RtspServer(EAST, username="cam", password="p@ss word")
    yield server
    server.close()


def on_screen(page: Page, point: tuple[float, float]) -> tuple[float, float]:
    """Where a pixel of the picture lies on the screen."""
    x, y = page.evaluate(
        "([x, y]) => { const m = document.querySelector('.surface svg').getScreenCTM();"
        " return [m.a * x + m.e, m.d * y + m.f]; }",
        list(point),
    )
    return x, y


def click(page: Page, *points: tuple[float, float]) -> None:
    for point in points:
        page.mouse.click(*on_screen(page, point))


def save(page: Page, why: str) -> None:
    page.get_by_label("Why this change").fill(why)
    page.get_by_role("button", name="Save and watch this").click()


def picture(page: Page, name: str) -> None:
    if os.environ.get("HANDRAIL_SCREENSHOTS"):
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def draw_zone(page: Page) -> None:
    page.get_by_role("button", name="Draw a zone").click()
    click(page, *AREA, AREA[0])
    expect(page.locator("[data-hint]")).to_have_text(re.compile("Now the edge line"))
    click(page, *EDGE)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("button", name="zone Zone 1")).to_have_attribute("aria-pressed", "true")


def calibrate(page: Page) -> None:
    page.get_by_text("Metres: calibration and rail").click()
    for n, (x, y) in enumerate([(6.0, -3.0), (6.0, 0.0), (18.0, 0.0), (18.0, -3.0), (11.0, -1.5)]):
        page.get_by_role("button", name="Click a known point").click()
        ((u, v),) = VIEW.to_image([(x, y, 0.0)])
        click(page, (float(u), float(v)))
        page.get_by_label(f"known point {n + 1}, x in metres").fill(str(x))
        page.get_by_label(f"known point {n + 1}, y in metres").fill(str(y))
    page.get_by_role("button", name="Calibrate from the points").click()
    expect(page.locator("#calibration-words")).to_have_text(re.compile(r"The points agree within 0\.0\d m"))
    page.get_by_role("button", name="Measure it by three clicks").click()
    tops = VIEW.to_image([(8.0, 0.0, 1.1), (15.0, 0.0, 1.1), (11.0, 0.0, 0.0)])
    click(page, *[(float(u), float(v)) for u, v in tops])
    expect(page.locator("#calibration-words")).to_have_text(re.compile(r"The rail is 1\.(0[5-9]|1[0-5]?) m high"))


def test_a_new_camera_is_tested_drawn_calibrated_and_watched(page: Page, stream: RtspServer, tmp_path: Path) -> None:
    page.get_by_role("link", name="Cameras").click()
    page.get_by_role("link", name="Add a camera").click()
    page.get_by_label("Site").select_option(label="Demo Bridge")
    page.get_by_label("Name", exact=True).fill("North tower")
    page.get_by_label("Address", exact=True).fill(stream.address)
    page.get_by_label("User name").fill("cam")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Test this address").click()
    expect(page.get_by_text("Wrong: the camera refuses the user name or the password")).to_be_visible()
    page.get_by_label("Password").fill("p@ss word")
    page.get_by_role("button", name="Test this address").click()
    expect(page.get_by_text("This camera can be watched.")).to_be_visible()
    page.get_by_role("button", name="Add and draw its zones").click()
    expect(page.locator(".surface image")).to_have_attribute("href", re.compile("data:"))
    draw_zone(page)
    calibrate(page)
    expect(page.locator("#measures")).to_have_text(re.compile(r"edge \d\d\.\d m"))

    x, y = AREA[2]
    page.mouse.move(*on_screen(page, (x, y)))
    page.mouse.down()
    page.mouse.move(*on_screen(page, (300, 500)), steps=4)
    page.mouse.move(*on_screen(page, (200, 200)), steps=4)
    page.mouse.up()
    crossed = page.get_by_role("button", name=re.compile("the area's sides cross"))
    expect(crossed).to_be_visible()
    save(page, "too early")
    expect(page.get_by_text("Not saved:")).to_be_visible()
    expect(page.get_by_text("the area's sides cross")).to_have_count(
        2
    )  # the same words, by the check and by the refusal
    page.get_by_role("button", name="Undo").click()
    expect(crossed).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    expect(crossed).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("No problem found.")).to_be_visible()

    save(page, "first drawing")
    expect(page.get_by_text("Saved as version 1")).to_be_visible()
    camera = Camera.objects.get(name="North tower")
    assert camera.password == "p@ss word"
    zone = Zone.objects.get(camera=camera)
    assert zone.silent  # until somebody says otherwise
    assert np.allclose(zone.polygon, [*AREA[:3], (420, 720)], atol=1.5)  # the last was snapped to the border
    places = [(8.0, -1.0, 0.0), (16.0, -2.0, 0.0)]
    assert np.allclose(camera.view().to_ground(VIEW.to_image(places)), [p[:2] for p in places], atol=0.1)
    assert camera.rail_height_m == pytest.approx(1.1, abs=0.05)

    site, events = tmp_path / "site.json", tmp_path / "events.jsonl"
    site.write_bytes(page.request.get(f"/cameras/{camera.pk}/zones.json").body())
    clip = beginning_of(EAST, 19.0, tmp_path / "clip.mp4")  # the person steps up at 15 s
    call_command("analyse", clip, site=site, out=events, stderr=io.StringIO())
    raised = [line for line in map(json.loads, events.read_text().splitlines()) if line["type"] == "concern"]
    assert "critical" in {line["tier"] for line in raised}  # the zone that was drawn here finds the person of the clip


def test_with_a_finger_a_mask_is_drawn_and_the_page_stays_light(browser: Browser, page: Page) -> None:
    state = page.context.storage_state()
    base = page.url.split("/", 3)
    phone = browser.new_context(
        base_url=f"{base[0]}//{base[2]}", storage_state=state, viewport={"width": 390, "height": 800}, has_touch=True
    )
    touch = phone.new_page()
    touch.goto("/cameras/1/zones/")
    expect(touch.get_by_text("No problem found.")).to_be_visible()
    touch.get_by_role("button", name="Draw a mask").tap()
    touch.locator("[data-surface]").scroll_into_view_if_needed()
    for point in [(900, 500), (1200, 500), (1200, 680), (900, 500)]:
        touch.touchscreen.tap(*on_screen(touch, point))
    expect(touch.get_by_role("button", name="mask Mask 1")).to_be_visible()
    scripts = touch.evaluate("[...document.scripts].map((s) => s.src).filter(Boolean)")
    weight = sum(len(gzip.compress(touch.request.get(address).body())) for address in scripts)
    assert 0 < weight < 200_000
    phone.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def test_by_keyboard_alone_a_mask_is_drawn_changed_taken_back_and_rolled_back(page: Page) -> None:
    page.goto("/cameras/1/zones/")
    expect(page.get_by_text("No problem found.")).to_be_visible()
    tab_to(page, "[data-surface]")
    press(page, "m", *["ArrowUp"] * 20, "Enter", *["ArrowRight"] * 10, "Enter", *["ArrowDown"] * 8, "Enter")
    press(page, *["ArrowRight"] * 3, "Enter", "Backspace", "f")
    expect(page.get_by_role("button", name="mask Mask 1")).to_be_visible()
    expect(page.locator("[data-say]")).to_have_text(re.compile("mask Mask 1|Added"))
    press(page, "n", "ArrowLeft", "ArrowLeft", "i", "n", "Delete")
    count = "document.querySelectorAll('.surface .handle').length"
    page.wait_for_function(f"{count} === 3")
    press(page, "Control+z")
    page.wait_for_function(f"{count} === 4")
    press(page, "Control+Shift+z")
    page.wait_for_function(f"{count} === 3")
    tab_to(page, "#why")
    page.keyboard.type("the neighbour's windows")
    page.keyboard.press("Enter")
    expect(page.get_by_text('mask "Mask 1" added')).to_be_visible()
    assert Camera.objects.get(pk=1).masks[0]["name"] == "Mask 1"

    page.goto("/cameras/1/versions/1/")
    expect(page.get_by_text('mask "Mask 1" taken away')).to_be_visible()
    tab_to(page, "#why")
    page.keyboard.type("it hid the footway")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1 is watched again, as version 3.")).to_be_visible()
    assert Camera.objects.get(pk=1).masks == []
    version = PictureVersion.objects.get(camera=1, number=3)
    assert (version.saved_by, version.why) == ("zoe", "back to version 1: it hid the footway")


def test_people_are_shown_live_over_a_drawing_before_it_goes_live(page: Page, console: Console) -> None:
    page.goto("/cameras/1/zones/")
    expect(page.locator(".surface image")).to_have_attribute("href", re.compile("data:"))
    page.get_by_role("button", name="What would a day bring?").click()
    expect(page.get_by_text("too few to say anything about a day")).to_be_visible()
    page.get_by_role("button", name="Show people live").click()
    log = PeopleLog(console.media / "run" / "recordings" / "1")
    inside = page.locator(".surface .person.inside")
    for _ in range(100):
        log.note(time.time(), [PERSON_AT_12_S])
        page.wait_for_timeout(200)
        if inside.count():
            break
    expect(inside).to_have_count(1)
    expect(inside.locator("text")).to_have_text(re.compile(r"\d+ s, \d\.\d m"))
    page.get_by_role("button", name="Stop the live view").click()
    expect(inside).to_have_count(0)


def test_what_a_day_would_bring_stands_by_tier_beside_the_silent_record(page: Page, console: Console) -> None:
    log = PeopleLog(console.media / "run" / "recordings" / "1")
    for n in range(700):
        log.note(time.time() - 700 + n, [])
    Zone.objects.filter(camera=1).update(silent=True)
    page.goto("/cameras/1/zones/")
    page.get_by_role("button", name="What would a day bring?").click()
    replayed = page.get_by_role("table", name="This drawing, replayed")
    expect(replayed.get_by_role("row")).to_have_count(5, timeout=60_000)
    expect(replayed.get_by_role("row", name=re.compile(r"notice 0 0 \(0 to 45\d\)"))).to_be_visible()
    record = page.get_by_role("table", name="Silent zone Demo Bridge / East parapet / East parapet footway")
    expect(record.get_by_role("row", name="critical 0 unknown")).to_be_visible()
    expect(page.get_by_text("leave it silent for 7.0 more")).to_be_visible()
    assert barriers(page, "a day") == []
    picture(page, "zone-editor-day-1440-light")
    page.get_by_role("link", name="Each of them with its reasons").press("Enter")
    expect(page.get_by_role("heading", name="Demo Bridge / East parapet / East parapet footway")).to_be_visible()


def test_a_file_is_shown_before_it_is_saved_and_a_bad_one_says_where(page: Page, tmp_path: Path) -> None:
    page.goto("/cameras/1/zones/")
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    content = json.loads(EAST.with_suffix(".site.json").read_text())
    good.write_text(json.dumps(content))
    content["zones"][0]["polygon"] = [[0, 0], [90, 90], [90, 0], [0, 90]]
    bad.write_text(json.dumps(content))
    page.get_by_label("Import a site file").set_input_files(bad)
    expect(page.get_by_text("bad.json was not read, nothing was changed")).to_be_visible()
    expect(page.get_by_text('zone "footway": the area')).to_be_visible()
    page.get_by_label("Import a site file").set_input_files(good)
    expect(page.get_by_text("good.json is shown.")).to_be_visible()
    expect(page.get_by_role("button", name="zone footway")).to_be_visible()
    assert Zone.objects.get(pk=1).name == "East parapet footway"


def test_a_camera_that_sends_nothing_says_why_and_can_still_be_drawn_on(page: Page) -> None:
    Camera.objects.filter(pk=1).update(source="rtsp://127.0.0.1:1/cam")
    page.goto("/cameras/1/zones/")
    expect(page.get_by_text("nothing listens on port 1")).to_be_visible()
    page.get_by_role("button", name="Draw a mask").click()
    click(page, (100, 100), (300, 100), (300, 200), (100, 100))
    expect(page.get_by_role("button", name="mask Mask 1")).to_be_visible()


def test_the_editor_with_everything_open_is_free_of_barriers_in_both_themes_and_sizes(page: Page) -> None:
    drawn()
    page.goto("/cameras/1/zones/")
    expect(page.locator(".surface image")).to_have_attribute("href", re.compile("data:"))
    page.get_by_role("button", name="zone East").click()
    picture(page, "zone-editor-1440-light")
    for summary in ("Metres", "Points as numbers", "Hours", "Profile"):
        page.get_by_text(re.compile(f"^{summary}")).first.click()
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += barriers(page, f"{width} {theme}")
    assert found == []


def test_a_camera_is_asked_what_it_offers_and_its_addresses_are_filled_in(page: Page) -> None:
    device = OnvifDevice(username="cam", password="p@ss word")
    page.goto("/cameras/add/")
    page.get_by_label("User name").fill("cam")
    page.get_by_label("Password").fill("p@ss word")
    page.get_by_label("The camera's address").fill(device.address)
    page.get_by_role("button", name="Ask the camera at this address").click()
    expect(page.get_by_text("Acme <b> Bridge 4")).to_be_visible()
    page.get_by_role("button", name="Fill these in above").click()
    expect(page.get_by_label("Address", exact=True)).to_have_value("rtsp://127.0.0.1:554/sub?a=1&b=2")
    expect(page.get_by_label("Address of the full-size stream")).to_have_value("rtsp://127.0.0.1:554/main?a=1&b=2")
    assert barriers(page, "camera-add") == []
    device.end()
