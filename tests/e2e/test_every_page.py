"""Every page there is, and the states that no address names, in a real browser: no barrier in either theme or size."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django import Settings

from alerts import error_pages, transitions
from alerts.accounts import giving
from alerts.accounts.addresses import ROOMS
from alerts.models import FailedLogIn, Incident, PartnerLink, PartnerPin
from tests.alerts.accounts.worlds import Address, World, every_address
from tests.e2e.conftest import PASSWORD, Console, log_in
from tests.e2e.full_house import PIN, camera_fault, full_house, taken_on
from tests.e2e.test_log_in import add_a_passkey, with_passkeys
from tests.e2e.test_operator import AXE, RULES, SCREENSHOTS
from tests.stories.conftest import ControlRoom

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("quiet_log"),
    pytest.mark.timeout(1800),  # a limit for a machine that is busy with other things
]
BOSS = "supervisor of every site"
LACKING = "auditor of every site"  # the console of these tests asks auditors for a second step
PEOPLE = (BOSS, "operator", "zone admin of every site", "partner", "nobody", "operator elsewhere", LACKING)
"""Who looks: the first who is shown a page is the one to look at it."""
NO_PAGE = {
    "mfa_authenticate": "looked at below: it stands between two pages of a log-in",
    "mfa_login_webauthn": "figures for a script", "camera-walk": "figures for a script",
    "live": "a stream for a script", "icon": "a picture",
    "live-jpeg": "a picture, where a watch runs",
    "partner-evidence": "a picture, behind the PIN", "openid_connect_login": "no provider is set up",
    "openid_connect_callback": "no provider is set up", "socialaccount_login_cancelled": "goes to the log-in page",
    "shared-incident": "goes to the partner page", "short-link": "goes to the incident",
    "metrics": "for a program with a token", "calendar": "for a calendar", "api-unknown": "no such address",
}  # fmt: skip
"""Addresses whose GET gives no page of their own, and why."""
PICTURED = {
    "console": "console-1440-light", "wallboard": "wallboard-1440-dark", "who-is-paged": "who-is-paged-1440-light",
    "rota": "rota-1440-light", "retention": "retention-1440-light", "about": "about-390-light",
}  # fmt: skip
"""The pictures of the docs that are taken on the way."""
SIZES = ((1440, 900), (390, 844))
ASKED = {"light": RULES, "dark": ["color-contrast"]}  # a theme changes colours and nothing else
LOOK = """async (rules) => {
  const report = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  const where = (nodes) => nodes.map((each) => each.html.slice(0, 120)).slice(0, 3);
  const found = report.violations.map((each) => each.id + " " + where(each.nodes));
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push("wider than the screen");
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  if (!/^[^:\\s].+Handrail$/.test(document.title)) found.push("its title is " + JSON.stringify(document.title));
  if (!/^en/.test(root.lang)) found.push("its language is " + root.lang);
  return found;
}"""


@dataclass
class Look:
    """Looks at pages and keeps what is wrong with them."""

    found: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def __call__(self, page: Page, name: str) -> None:
        """The page that is open now, in both sizes and themes."""
        self.seen.append(name)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                self.found += [f"{name} {width} {theme}: {what}" for what in page.evaluate(LOOK, ASKED[theme])]
                picture = f"{name}-{width}-{theme}"
                if os.environ.get("HANDRAIL_SCREENSHOTS") and PICTURED.get(name) == picture:
                    page.screenshot(path=SCREENSHOTS / f"{picture}.png", full_page=True)


@dataclass
class House:
    """The full house with browsers in which its people are logged in."""

    room: ControlRoom
    world: World
    browsers: dict[str, BrowserContext]
    clients: dict[str, Client]

    def page(self, who: str) -> Page:
        """The page of somebody's browser."""
        return self.browsers[who].pages[0]


@pytest.fixture
def house(browser: Browser, console: Console, room: ControlRoom, settings: Settings) -> Iterator[House]:
    """Everybody is there."""
    settings.MEDIA_ROOT, settings.RUN_DIR = console.media, console.media / "run"
    made = House(room, full_house(room, console.media), {}, {})
    with ExitStack() as stack:
        for who in PEOPLE:
            made.browsers[who] = context = visit(browser, console)
            stack.callback(context.close)
            made.clients[who] = client = Client(raise_request_exception=False)
            if who == BOSS:
                with_second_step(made, context.pages[0])
                client.cookies["sessionid"] = {c["name"]: c["value"] for c in context.cookies()}["sessionid"]
            elif (user := made.world.people[who]) is not None:
                client.force_login(user)
                value = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": value, "domain": "localhost", "path": "/"}])
        yield made


def visit(browser: Browser, console: Console) -> BrowserContext:
    """A browser at the service; passkeys belong to a name, not to a number of a machine."""
    context = browser.new_context(base_url=console.address.replace("127.0.0.1", "localhost"))
    context.add_init_script(path=AXE)
    context.new_page().goto("/about/")
    return context


def with_second_step(house: House, page: Page) -> None:
    """The supervisor logs in by password, adds a passkey with recovery codes, and an authenticator app."""
    user = house.world.people[BOSS]
    assert user is not None
    user.set_password(PASSWORD)
    user.save()
    with_passkeys(page)
    log_in(page, user.username)
    add_a_passkey(page)
    TOTP.activate(user, generate_totp_secret())


def shown_to(house: House, path: str) -> str:
    """Who is shown a page at an address; "" for forms alone, parts of a page and files.

    Raises:
        AssertionError: it refuses everybody.
    """
    for who in PEOPLE:
        answer: Any = house.clients[who].get(path)
        html, status = answer.headers.get("Content-Type", "").startswith("text/html"), answer.status_code
        whole = html and not answer.streaming and b"<html" in answer.content
        answer.close()
        if status == 200 and whole:
            return who
        if status in (200, 405) or not html:
            return ""
    raise AssertionError(f"{path} shows nobody a page: let the full house show it, or say in NO_PAGE why not")


def path_of(house: House, address: Address) -> str:
    """An address with one thing of the house in each of its parts; a passkey is the supervisor's own."""
    if address.name == "open-wall-screen":
        return f"/wall/{house.world.screens['wall screen'].secret}/"
    if "webauthn/keys/" in address.path:
        key = Authenticator.objects.get(user=house.world.people[BOSS], type=Authenticator.Type.WEBAUTHN)
        return re.sub(r"<[^>]+>", str(key.pk), address.path)
    return house.world.path(address)


def test_every_page_is_free_of_barriers_in_both_themes_and_sizes(house: House) -> None:
    look = Look()
    known = [(address.name, path_of(house, address)) for address in every_address() if address.room not in ROOMS]
    # A person's own first: some of them ask for the password again minutes after the log-in.
    every = dict(sorted(known, key=lambda each: not each[1].startswith("/account/")))
    assert set(NO_PAGE) <= set(every), "addresses that are no more"
    for name, path in every.items():
        who = "" if name in NO_PAGE else shown_to(house, path)
        if who:
            page = house.page(who)
            page.goto(path)
            expect(page).to_have_url(re.compile(re.escape(path) + "$"))
            look(page, name)
    for more in (of_admin, of_incidents, of_partners, of_log_ins, of_refusals):
        more(house, look)
    assert not look.found, "\n".join([f"{len(look.seen)} pages were looked at:", *look.found])


def of_admin(house: House, look: Look) -> None:
    """Every page of the admin that a supervisor of every site may open."""
    page, client = house.page(BOSS), house.clients[BOSS]
    for address in every_address():
        if address.room == "admin":
            path = house.world.path(address)
            answer: Any = client.get(path)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                page.goto(path)
                look(page, path)
    assert "/admin/alerts/policy/" in look.seen


def of_incidents(house: House, look: Look) -> None:
    """An incident in each state, its dialogs, and a note that was refused; a house where nothing happens."""
    room, page, quiet = house.room, house.page(BOSS), house.page("operator elsewhere")
    taken, fault = taken_on(room), camera_fault()
    closed = Incident.objects.filter(state=Incident.State.RESOLVED).earliest("pk")
    for name, incident in {"taken on": taken, "camera fault": fault, "closed": closed}.items():
        page.goto(f"/incidents/{incident.pk}/")
        look(page, f"incident, {name}")
    page.goto(f"/incidents/{taken.pk}/")
    for dialog in ("call", "note", "escalate", "snooze", "stand-down", "close", "help"):
        button = page.locator(f"#do-{dialog}")
        if button.count():
            button.click()
            expect(page.locator(f"dialog#{dialog}")).to_be_visible()
            look(page, f"incident, dialog {dialog}")
            page.keyboard.press("Escape")
    page.locator("#do-note").click()
    page.locator("#note-text").evaluate("field => field.removeAttribute('maxlength')")
    page.locator("#note-text").fill("x" * 2100)
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#note-fault")).to_be_visible()
    look(page, "incident, note refused")
    for path in ("/", "/wallboard/", "/incidents/", "/cameras/", "/who-is-paged/", "/reports/", "/hand-over/"):
        quiet.goto(path)
        look(quiet, f"{path} where nothing is")


def of_partners(house: House, look: Look) -> None:
    """Behind a link: a PIN that is wrong, the page, a note that was refused, a lock, and what is over or never was."""
    page, link = house.page("nobody"), house.world.link

    def give(pin: str) -> None:
        page.goto(f"/p/{link.token}")
        page.get_by_label("Your PIN").fill(pin)
        page.get_by_role("button", name="Open it").click()

    give("111222")
    expect(page.get_by_role("alert")).to_contain_text("tries are left")
    look(page, "partner, wrong PIN")
    give(PIN)
    expect(page.get_by_role("heading", name="What was observed")).to_be_visible()
    look(page, "partner")
    page.get_by_label("Note").evaluate("field => field.removeAttribute('maxlength')")
    page.get_by_label("Note").fill("x" * 2100)
    page.get_by_role("button", name="Send the note").click()
    expect(page.get_by_label("Note")).to_have_value("x" * 2100)
    look(page, "partner, note refused")
    page.context.clear_cookies()
    PartnerPin.objects.filter(contact=link.contact).update(locked_until=timezone.now() + timedelta(minutes=9))
    give(PIN)
    expect(page.get_by_role("alert")).to_contain_text("opens again at")
    look(page, "partner, locked")
    other = PartnerLink.objects.get(contact=4, incident=house.world.incident)
    transitions.resolve(house.world.incident.pk, by=other.contact, outcome="supported")
    for name, token in {"partner, no PIN": other.token, "partner, nothing there": "nothinghere"}.items():
        page.goto(f"/p/{token}")
        look(page, name)
    Incident.objects.filter(pk=house.world.incident.pk).update(resolved_at=timezone.now() - timedelta(days=9))
    page.goto(f"/p/{link.token}")
    look(page, "partner, over")


def of_log_ins(house: House, look: Look) -> None:
    """Log-ins that fail, are held, or need a second step, and a link for a new password."""
    page, boss, operator = house.page("nobody"), house.world.people[BOSS], house.world.people["operator"]
    assert boss is not None
    assert operator is not None

    def give(name: str, password: str = PASSWORD) -> None:
        page.goto("/log-in/")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in", exact=True).click()

    give("operator", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    look(page, "log-in, wrong")
    FailedLogIn.objects.bulk_create(FailedLogIn(name="held", address="192.0.2.1") for _ in range(20))
    give("held")
    expect(page.get_by_role("alert")).to_contain_text("too many tries")
    look(page, "log-in, held")
    give(boss.username)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    look(page, "second step, asked")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "second step, wrong")
    page.context.clear_cookies()
    page.goto(giving.new_password_path(operator, by=boss))
    expect(page).to_have_url(re.compile("set-password|new-password"))
    look(page, "new password")
    page.goto("/account/new-password/x-x/")
    look(page, "new password, old link")
    page.goto("/incidents/")
    look(page, "log-in, to see a page")


def of_refusals(house: House, look: Look) -> None:
    """What nobody wants to see: others' pages, no page, a form too old, a fault, and a database that is gone."""
    page = house.page("operator")
    lacking = house.page(LACKING)
    lacking.goto("/")
    expect(lacking.get_by_text("Your role needs a second step")).to_be_visible()
    look(lacking, "second step, to be set up")
    for name, path in {"403": "/people/", "404": "/incidents/9999/"}.items():
        page.goto(path)
        look(page, name)
    page.goto("/account/")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="This form is too old")).to_be_visible()
    look(page, "form too old")
    for name, answer in faults().items():
        page.route("**/fault", as_answered(answer))
        page.goto("/fault")
        look(page, name)
        page.unroute("**/fault")


def faults() -> dict[str, HttpResponse]:
    """What the service says when it cannot read what was sent, when it is broken, and without its database."""
    answers = {"too much": error_pages.bad_request(HttpRequest(), RequestDataTooBig())}
    for name, error in {"fault": ValueError(), "no database": OperationalError()}.items():
        try:
            raise error
        except type(error):
            answers[name] = error_pages.server_error(HttpRequest())
    return answers


def as_answered(answer: HttpResponse) -> Callable[[Route], None]:
    """Gives a browser an answer that was made beforehand."""
    return lambda route: route.fulfill(status=answer.status_code, content_type="text/html", body=answer.content)
