"""The map in a real browser: what is on it, by keyboard alone, live, and without a barrier."""

import base64
import os
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from alerts.accounts.roles import Role
from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, barriers, page
from tests.people import give
from tests.stories.conftest import ControlRoom
from zones.models import Camera, CameraStatus
from zones.tier import Tier

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIMIT_MS = 60_000
GREEN = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkqP9fDwAEAQF/5xkNsgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def with_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile server is named before the console starts."""
    monkeypatch.setenv("MAP_TILES_URL", "https://tiles.example.org/{z}/{x}/{y}.png")
    monkeypatch.setenv("MAP_TILES_CREDIT", "© those who mapped it")


def pin(page: Page, words: str) -> Locator:
    return page.locator(".pins a", has_text=words)


def the_map(page: Page) -> Page:
    page.goto("/map/")
    expect(page.locator(".pins a").first).to_be_visible(timeout=LIMIT_MS)
    return page


def on_the_plan(page: Page, words: str) -> tuple[float, float]:
    """How far a pin lies from the plan's middle, pixels: whatever is said above the plan moves both."""
    boxes = page.evaluate(
        "pin => [document.querySelector('.plan'), pin].map(each => each.getBoundingClientRect().toJSON())",
        pin(page, words).element_handle(),
    )
    (plan_x, plan_y), (x, y) = ((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes)
    return x - plan_x, y - plan_y


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_map_is_free_of_barriers_in_both_themes_and_sizes(page: Page, room: ControlRoom) -> None:
    room.sees()
    room.sees(Tier.CONCERN, camera_id=2, zone_id=2)
    CameraStatus.objects.create(camera_id=2, state=CameraStatus.State.STALLED)
    soon = timezone.now() + timedelta(hours=1)  # so that the picture does not grow old while the test looks
    CameraStatus.objects.create(camera_id=1, state=CameraStatus.State.LIVE, last_frame_at=soon)
    log_in(page)
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += barriers(the_map(page), f"map {width} {theme}")
            if os.environ.get("HANDRAIL_SCREENSHOTS"):
                page.screenshot(path=SCREENSHOTS / f"map-{width}-{theme}.png", full_page=True)
    assert found == []


def test_the_most_pressing_incident_is_reached_on_the_map_by_keyboard_alone(page: Page, room: ControlRoom) -> None:
    room.sees(Tier.CONCERN, camera_id=2, zone_id=2)
    critical = room.sees(Tier.CRITICAL)
    log_in(page)
    the_map(page).get_by_role("button", name="Whole plan").focus()
    page.keyboard.press("Tab")
    place = page.get_by_role("region", name=re.compile("Arrow keys move it"))
    expect(place).to_be_focused()
    before = middle(pin(page, "critical"))
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "x => document.querySelector('.pins a').getBoundingClientRect().x + 20 < x", arg=before[0], timeout=LIMIT_MS
    )
    page.keyboard.press("Tab")
    expect(pin(page, "critical")).to_be_focused()
    expect(pin(page, "critical")).to_have_accessible_name(
        re.compile(f"#{critical.pk} critical, Demo Bridge.*nobody has")
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"#{critical.pk}")).to_be_visible(timeout=LIMIT_MS)


def test_a_new_incident_comes_by_itself_and_the_map_stays_where_it_was_moved_to(page: Page, room: ControlRoom) -> None:
    first = room.sees(Tier.CONCERN, camera_id=2, zone_id=2)
    page.emulate_media(reduced_motion="reduce")  # then a zoom is there at once
    log_in(page)
    the_map(page).get_by_role("button", name="Zoom in").click()
    x, y = middle(page.locator(".plan"))
    page.mouse.move(x, y + 150)
    page.mouse.down()
    page.mouse.move(x + 80, y + 190, steps=4)
    page.mouse.up()
    before = on_the_plan(page, f"#{first.pk}")
    critical = room.sees(Tier.CRITICAL)
    expect(pin(page, f"#{critical.pk} critical")).to_have_count(1, timeout=LIMIT_MS)
    assert on_the_plan(page, f"#{first.pk}") == pytest.approx(before, abs=1)
    expect(page.get_by_role("link", name=f"#{critical.pk} Demo Bridge")).to_be_visible()
    expect(page).to_have_title("(2) Map: Handrail")


def test_an_incident_leads_to_its_place_on_the_map(page: Page, room: ControlRoom) -> None:
    room.sees(Tier.CONCERN, camera_id=2, zone_id=2)
    critical = room.sees(Tier.CRITICAL)
    log_in(page)
    page.goto(f"/incidents/{critical.pk}/")
    page.get_by_role("link", name="Show on the map").press("Enter")
    expect(pin(page, "critical")).to_be_visible(timeout=LIMIT_MS)
    x, y = on_the_plan(page, "critical")
    assert x == pytest.approx(0, abs=2)
    assert -60 < y < 0  # its words stand above its place


def test_a_camera_that_no_longer_sees_says_so_on_the_map(page: Page, room: ControlRoom) -> None:
    log_in(page)
    expect(pin(the_map(page), "✕ East parapet")).to_be_visible()
    Camera.objects.filter(pk=1).update(name="Renamed")
    expect(pin(page, "✕ Renamed")).to_be_visible(timeout=LIMIT_MS)


def test_tiles_lie_under_the_plan_where_a_server_has_them(
    with_tiles: None, page: Page, console: Console, room: ControlRoom
) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=GREEN, content_type="image/png")

    page.route("https://tiles.example.org/**", answer)
    log_in(page)
    the_map(page)
    expect(page.locator(".leaflet-tile-loaded").first).to_be_attached(timeout=LIMIT_MS)
    expect(page.get_by_text("© those who mapped it")).to_be_visible()
    assert re.fullmatch(r"https://tiles\.example\.org/\d+/\d+/\d+\.png", asked[0])
    assert barriers(page, "with tiles") == []


def test_a_tile_server_that_does_not_answer_leaves_the_plan(with_tiles: None, page: Page, room: ControlRoom) -> None:
    page.route("https://tiles.example.org/**", lambda route: route.abort())
    log_in(page)
    the_map(page)
    expect(page.get_by_text("The tile server does not answer: what you see is the plain plan.")).to_be_visible()
    expect(page.locator("path.plan-edge").first).to_be_attached()


def test_a_position_is_picked_by_keyboard_and_kept(page: Page, room: ControlRoom) -> None:
    give(User.objects.create_user("zoe", password=PASSWORD), Role.ZONE_ADMIN)
    log_in(page, "zoe", heading="Cameras")
    page.goto("/cameras/2/")
    take = page.get_by_role("button", name="Take the place under the cross")
    expect(take).to_be_visible(timeout=LIMIT_MS)
    expect(page.locator(".pins .pin", has_text="This camera")).to_be_visible()
    assert barriers(page, "picking") == []
    if os.environ.get("HANDRAIL_SCREENSHOTS"):
        page.locator(".pick").screenshot(path=SCREENSHOTS / "camera-position-1440-light.png")
    before = page.get_by_label("Longitude").input_value()
    take.press("Enter")
    expect(page.get_by_text("It is kept when you save.")).to_be_visible()
    picked = page.get_by_label("Latitude").input_value(), page.get_by_label("Longitude").input_value()
    assert picked[1] != before
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("is kept.")).to_be_visible(timeout=LIMIT_MS)
    assert Camera.objects.get(pk=2).position == (float(picked[0]), float(picked[1]))
