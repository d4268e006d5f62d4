"""Tokens, retention, the impact summary and the public page in a real browser: no barrier in either theme or size."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from alerts import intake, transitions
from alerts.api import tokens
from alerts.models import Contact, Deletion, Incident, RetentionRun
from alerts.retention import locks
from tests.e2e.conftest import Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, barriers, page
from tests.stories.conftest import ControlRoom

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = {"api": "/api/", "api-tokens": "/api-tokens/", "retention": "/retention/", "impact": "/impact/"}
PICTURED = ("about", "api-tokens", "retention")


def with_something_kept(room: ControlRoom, media: Path) -> None:
    """Two closed incidents whose stills are due, one of them locked, a run that asks, a report and tokens."""
    settings.MEDIA_ROOT, before = media, settings.MEDIA_ROOT
    olivia, now = Contact.objects.get(name__startswith="Olivia"), timezone.now()
    for n in (1, 2):
        incident = room.sees()
        (media / "stills").mkdir(exist_ok=True)
        (media / f"stills/{n}.jpg").write_bytes(b"still")
        intake.attach(incident.pk, "still", Path(f"stills/{n}.jpg"), starts_at=now, ends_at=now)
        transitions.resolve(incident.pk, by=olivia, outcome="supported")
        Incident.objects.filter(pk=incident.pk).update(resolved_at=now - timedelta(days=100))
    locks.place(incident.pk, by="supervisor", reason="the coroner has asked")
    done = RetentionRun.objects.create(state="done", began_at=now - timedelta(days=5))
    RetentionRun.objects.create(
        state="asks", doubts=["The last run was 5 days ago."], plan=[{"key": "still", "count": 1, "total": 2}]
    )
    rule = "clip of an incident, faces blurred: deleted 90 days after its incident was closed"
    path = f"clips/2026/08/01/{incident.pk}-1.mp4"
    Deletion.objects.create(run=done, key="clip", rule=rule, incident_number=1, path=path, state="gone", gone_at=now)
    tokens.make("dispatch", ["incidents:read", "sites:read"], by="supervisor", days=90)
    gone = tokens.make("the old wall", ["sites:read"], by="supervisor", days=90)
    tokens.revoke(gone.token, by="supervisor")
    settings.MEDIA_ROOT = before


def look(page: Page, pages: dict[str, str]) -> list[str]:
    """The barriers of some pages in both themes and sizes."""
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for name, path in pages.items():
                page.goto(path)
                found += barriers(page, f"{name} {width} {theme}")
                if os.environ.get("HANDRAIL_SCREENSHOTS") and name in PICTURED:
                    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png", full_page=True)
    return found


def test_privacy_is_seen_without_barriers_by_strangers_and_administrators(
    page: Page, browser: Browser, console: Console, room: ControlRoom
) -> None:
    with_something_kept(room, console.media)
    assert look(page, {"about": "/about/"}) == []
    without_scripts(browser, console)
    log_in(page, "supervisor")
    assert look(page, PAGES) == []
    by_keyboard(page)


def without_scripts(browser: Browser, console: Console) -> None:
    context = browser.new_context(base_url=console.address, java_script_enabled=False)
    stranger = context.new_page()
    stranger.goto("/about/")
    expect(stranger.get_by_role("heading", name="What it does not do")).to_be_visible()
    expect(stranger.get_by_text("Demo Bridge: 2 cameras")).to_be_visible()
    context.close()


def by_keyboard(page: Page) -> None:
    """A token is made, an incident is locked, and retention may delete."""
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
