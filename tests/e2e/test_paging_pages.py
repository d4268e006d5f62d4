"""Who is paged, rotas, partners, maintenance and reports in a real browser: no barrier in either theme or size."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts.maintenance import windows
from alerts.models import Contact, MaintenanceWindow, Shift
from tests.e2e.conftest import Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, barriers, page
from tests.stories.conftest import ControlRoom
from tests.stories.test_reports import a_day

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def with_something_to_see(room: ControlRoom) -> None:
    """A gap, an unproven number, work that goes on, and incidents that were paged."""
    a_day(room)
    now = timezone.now()
    rota = Shift(rota_id=1).rota
    rota.layers.all().delete()
    olivia = Contact.objects.get(name__startswith="Olivia")
    for start, end in ((-1, 60), (70, 24 * 30)):
        Shift.objects.create(
            rota=rota, contact=olivia, starts_at=now + timedelta(hours=start), ends_at=now + timedelta(hours=end)
        )
    MaintenanceWindow.objects.create(
        camera_id=2, starts_at=now, ends_at=now + timedelta(hours=2), reason="new bracket", opened_by="supervisor"
    )
    windows.settle()


def test_every_page_of_paging_is_free_of_barriers_in_both_themes_and_sizes(
    page: Page, console: Console, room: ControlRoom
) -> None:
    with_something_to_see(room)
    log_in(page, "supervisor")
    rooms = ("who-is-paged", "policies", "rotas", "partners", "maintenance", "reports")
    pages = {"open": "/", "policy": "/policies/3/versions/1/", "rota": "/rotas/2/", "rota-gap": "/rotas/1/"} | {
        name: f"/{name}/" for name in rooms
    }
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for name, path in pages.items():
                page.goto(path)
                found += barriers(page, f"{name} {width} {theme}")
                if os.environ.get("HANDRAIL_SCREENSHOTS") and name in ("who-is-paged", "rota", "reports"):
                    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png", full_page=True)
    assert found == []


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
