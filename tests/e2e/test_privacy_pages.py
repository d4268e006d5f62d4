"""Tokens, retention and the public page in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from alerts.models import Incident
from tests.e2e.conftest import Console, log_in
from tests.e2e.full_house import old_incidents
from tests.e2e.test_operator import page
from tests.stories.conftest import ControlRoom

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_public_page_needs_no_scripts(browser: Browser, console: Console) -> None:
    context = browser.new_context(base_url=console.address, java_script_enabled=False)
    stranger = context.new_page()
    stranger.goto("/about/")
    expect(stranger.get_by_role("heading", name="What it does not do")).to_be_visible()
    expect(stranger.get_by_text("Demo Bridge: 2 cameras")).to_be_visible()
    context.close()


def test_a_token_a_lock_and_a_deletion_by_keyboard(
    page: Page, console: Console, room: ControlRoom, settings: Settings
) -> None:
    settings.MEDIA_ROOT = console.media
    old_incidents(room, console.media)
    log_in(page, "supervisor")
    page.goto("/api-tokens/")
    page.get_by_label("Which system will use it").fill("map")
    page.get_by_label("sites:read").press("Space")
    page.get_by_label("Valid for how many days").press("Enter")
    expect(page.locator("code.secret")).to_have_text(re.compile(r"^hr_[0-9a-f]{8}_[\w-]{43}$"))
    page.goto("/retention/")
    page.get_by_label("Number of the incident").fill(str(Incident.objects.earliest("pk").pk))
    page.get_by_label("Why it is kept").fill("complaint")
    page.get_by_label("Why it is kept").press("Enter")
    expect(page.get_by_text("is deleted until the lock is released")).to_be_visible()
    page.get_by_role("button", name="Yes, delete what is due").press("Enter")
    expect(page.get_by_text("The engine deletes now what is due")).to_be_visible()
