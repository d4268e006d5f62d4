"""Maintenance by keyboard in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.test_operator import page
from tests.stories.conftest import ControlRoom

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_administrator_begins_and_ends_work_with_the_keyboard(page: Page, room: ControlRoom) -> None:
    log_in(page, "supervisor")
    page.goto("/maintenance/")
    page.get_by_label("What is worked on").select_option(label="Demo Bridge / West parapet")
    page.get_by_label("Why").fill("new bracket")
    page.get_by_label("Why").press("Enter")
    expect(page.get_by_role("heading", name="On now: Demo Bridge / West parapet")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("Maintenance of Demo Bridge / West parapet until")).to_be_visible()
    page.goto("/maintenance/")
    page.get_by_role("button", name="It is over").press("Enter")
    expect(page.get_by_text("Nothing is worked on now.")).to_be_visible()
