"""The map in a real browser: what is on it, by keyboard alone, live, and without a barrier."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, barriers, page
from tests.stories.conftest import ControlRoom
from zones.models import Camera, CameraStatus
from zones.tier import Tier

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIMIT_MS = 60_000


def test_the_map_is_free_of_barriers_in_both_themes_and_sizes(page: Page, console: Console, room: ControlRoom) -> None:
    room.sees()
    room.sees(Tier.CONCERN, camera_id=2, zone_id=2)
    CameraStatus.objects.create(camera_id=2, state=CameraStatus.State.STALLED)
    log_in(page)
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.goto("/map/")
            expect(page.locator(".pins a").first).to_be_visible(timeout=LIMIT_MS)
            found += barriers(page, f"map {width} {theme}")
            if os.environ.get("HANDRAIL_SCREENSHOTS"):
                page.screenshot(path=SCREENSHOTS / f"map-{width}-{theme}.png", full_page=True)
    assert found == []
