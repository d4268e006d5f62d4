"""A screen on a wall, from its key to its end, in a real browser."""

import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from alerts.models import WallScreen
from tests.e2e.conftest import Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, barriers, page
from tests.stories.conftest import ControlRoom
from zones.tier import Tier

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT_MS = 60_000
ENDED = "This screen shows nothing any more"


def looked_at(page: Page, name: str) -> list[str]:
    """What stands in the way of people on a page, in both themes and sizes."""
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += barriers(page, f"{name} {width} {theme}")
            if os.environ.get("HANDRAIL_SCREENSHOTS"):
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png", full_page=True)
    return found


def test_a_screen_lives_by_its_key_and_says_when_that_has_ended(
    page: Page, browser: Browser, console: Console, room: ControlRoom
) -> None:
    room.sees(Tier.URGENT)
    log_in(page, "supervisor")
    page.get_by_role("link", name="Wall screens").click()
    page.get_by_label("Which screen").fill("north wall")
    page.get_by_role("button", name="Make the key").click()
    link = re.search(r"http://\S+/wall/hw_[\w-]+/", page.content())
    assert link is not None
    found = looked_at(page, "wall-screens")
    with browser.new_context(base_url=console.address) as kiosk:
        wall = kiosk.new_page()
        wall.goto(link[0])
        found += looked_at(wall, "wall-link")
        wall.get_by_role("button", name="Show the wallboard on this screen").click()
        expect(wall.get_by_text("Demo Bridge / East parapet").first).to_be_visible(timeout=PATIENT_MS)
        found += looked_at(wall, "wall-screen")
        room.sees(Tier.CRITICAL)
        expect(wall.locator(".wall-rows .tier-critical")).to_be_visible(timeout=PATIENT_MS)
        WallScreen.objects.update(revoked_at=timezone.now(), revoked_by="sam")
        expect(wall.get_by_role("heading", name=ENDED)).to_be_visible(timeout=PATIENT_MS)
        expect(wall.get_by_text("Demo Bridge")).to_have_count(0)
        found += looked_at(wall, "wall-ended")
    assert found == []
