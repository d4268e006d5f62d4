"""Logging in in a real browser: without barriers, by a passkey, and an old page that says that it is old."""

import os
import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.test_operator import SCREENSHOTS, barriers, page

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def local(browser: Browser, console: Console) -> Page:
    """A browser with a passkey in it; passkeys belong to a name, not to a number of a machine."""
    context = browser.new_context(base_url=console.address.replace("127.0.0.1", "localhost"))
    made = context.new_page()
    devtools = context.new_cdp_session(made)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return made


def test_a_passkey_is_added_and_logs_in_by_itself(local: Page) -> None:
    log_in(local)
    local.goto("/account/second-step/webauthn/add/")
    local.get_by_label("Password").fill(PASSWORD)
    local.get_by_role("button", name="Confirm").click()
    local.get_by_label("Name").fill("the desk")
    local.get_by_label("Passwordless").check()
    local.get_by_role("button", name="Add").click()
    expect(local.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    local.get_by_role("button", name="Log out").click()
    local.goto("/log-in/?next=/incidents/")
    local.get_by_role("button", name="Log in with a passkey").click()
    expect(local).to_have_url(re.compile("/incidents/$"))
    local.context.close()


def test_the_pages_of_log_ins_are_free_of_barriers(page: Page) -> None:
    pages = {"log-in": "/log-in/", "account": "/account/", "second-step": "/account/second-step/",
             "authenticator": "/account/second-step/totp/activate/", "passkey": "/account/second-step/webauthn/add/",
             "sessions": "/account/sessions/", "password": "/account/password/", "people": "/people/",
             "person": f"/people/{User.objects.get(username='operator').pk}/"}  # fmt: skip
    found: list[str] = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for name, path in pages.items():
                if name == "account":
                    log_in(page, "supervisor")
                page.goto(path)
                if "/account/confirm/" in page.url:
                    found += barriers(page, f"confirm {width} {theme}")
                    page.get_by_label("Password").fill(PASSWORD)
                    page.get_by_role("button", name="Confirm").click()
                found += barriers(page, f"{name} {width} {theme}")
                if os.environ.get("HANDRAIL_SCREENSHOTS"):
                    page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png", full_page=True)
            page.context.clear_cookies()
    assert found == []


def test_a_console_whose_log_in_is_over_says_so_and_leads_back(browser: Browser, console: Console) -> None:
    page = browser.new_context(base_url=console.address).new_page()
    log_in(page)
    page.goto("/incidents/")
    Session.objects.all().delete()
    page.goto("/")
    expect(page).to_have_url("/log-in/?next=/")
    log_in(page)
    Session.objects.all().delete()
    expect(page.get_by_text("You are logged out")).to_be_visible(timeout=45_000)
    expect(page).to_have_title("Logged out: Handrail")
    page.get_by_role("link", name="Log in again").click()
    expect(page).to_have_url("/log-in/?next=/")
    page.context.close()
