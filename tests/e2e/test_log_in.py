"""Logging in in a real browser: by a passkey, and an old page that says that it is old."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.test_operator import page

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
    return with_passkeys(context.new_page())


def with_passkeys(page: Page) -> Page:
    """A device that keeps passkeys."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def add_a_passkey(page: Page) -> None:
    page.goto("/account/second-step/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("the desk")
    page.get_by_label("Passkey: log in with it alone").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_is_added_and_logs_in_by_itself(local: Page) -> None:
    log_in(local)
    add_a_passkey(local)
    local.get_by_role("button", name="Log out").click()
    local.goto("/log-in/?next=/incidents/")
    local.get_by_role("button", name="Log in with a passkey").click()
    expect(local).to_have_url(re.compile("/incidents/$"))
    local.context.close()


def test_a_console_whose_log_in_is_over_says_so_and_leads_back(browser: Browser, console: Console) -> None:
    page = browser.new_context(base_url=console.address).new_page()
    log_in(page)
    page.goto("/incidents/")
    Session.objects.all().delete()
    page.goto("/")
    expect(page).to_have_url("/log-in/?next=/")
    log_in(page)
    Session.objects.all().delete()
    expect(page.get_by_text("You are logged out")).to_be_visible()
    expect(page).to_have_title("Logged out: Handrail")
    page.get_by_role("link", name="Log in again").click()
    expect(page).to_have_url("/log-in/?next=/")
    page.context.close()
