"""A partner with nothing but a phone, and an operator who wants to be told on a device, in a real browser."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from alerts.channels.web_push.sending import notice
from alerts.models import AuditEvent, Contact, Incident, PushSubscription
from alerts.partner import links, pins
from tests.alerts.channels.receivers import Device
from tests.e2e.conftest import Console
from tests.e2e.test_operator import log_in_by_keys, page, with_pictures
from tests.stories.conftest import ControlRoom

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PIN = "274916"


@pytest.fixture
def phone(browser: Browser, console: Console) -> Iterator[Page]:
    """A partner's phone without scripts: the page must work all the same."""
    context = browser.new_context(
        base_url=console.address, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def paged(room: ControlRoom) -> tuple[Incident, Contact, str]:
    incident = room.sees()
    partner = Contact.objects.get(name__startswith="Bea")
    pins.choose(partner, PIN, by="supervisor")
    return incident, partner, "/" + links.address(partner, incident).split("/", 3)[3]


def test_a_partner_opens_the_link_takes_it_on_and_arrives_without_any_script(
    phone: Page, console: Console, room: ControlRoom
) -> None:
    incident, partner, path = paged(room)
    with_pictures(incident, console.media, clip=False)
    phone.goto(path)
    expect(phone.get_by_text("Handrail has a message for you")).to_be_visible()
    expect(phone.get_by_text(incident.place)).to_have_count(0)
    phone.get_by_label("Your PIN").fill("111222")
    phone.get_by_role("button", name="Open it").click()
    expect(phone.get_by_role("alert")).to_contain_text("4 tries are left")
    phone.get_by_label("Your PIN").fill(PIN)
    phone.get_by_role("button", name="Open it").click()
    expect(phone.get_by_role("heading", name=f"#{incident.pk} {incident.place}")).to_be_visible()
    expect(phone.get_by_role("img", name=re.compile("faces blurred"))).to_be_visible()
    expect(phone.get_by_role("heading", name="Pictures")).to_be_in_viewport()
    expect(phone.get_by_role("button", name="I take it on")).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="I take it on").click()
    expect(phone.get_by_text("It is yours. Thank you.")).to_be_visible()
    phone.get_by_label("Minutes until you are there").fill("9")
    phone.get_by_role("button", name="On our way").click()
    expect(phone.get_by_text("there in 9 minutes").first).to_be_visible()
    phone.get_by_role("button", name="Arrived").click()
    expect(phone.get_by_text("The control room sees that you are there.")).to_be_visible()
    phone.get_by_label("Note").fill("With them now, calm")
    phone.get_by_role("button", name="Send the note").click()
    expect(phone.get_by_text("Your note is kept.")).to_be_visible()
    acts = set(AuditEvent.objects.filter(incident=incident, actor=str(partner)).values_list("action", flat=True))
    assert {"wrong PIN", "link opened", "looked at still", "acknowledged", "on the way", "arrived", "note"} <= acts


SUBSCRIBED = """
// The browser's own push service is on the internet: this stands in for it, and for nothing of ours.
PushManager.prototype.subscribe = async (options) => {
  if (!options.userVisibleOnly || !options.applicationServerKey) throw new Error("options");
  return { toJSON: () => (%s) };
};
"""


def test_an_operator_connects_a_device_and_a_notice_shows_and_opens_the_incident(
    page: Page, console: Console, room: ControlRoom
) -> None:
    device = {"endpoint": "http://127.0.0.1:9/device", "keys": Device().keys}
    page.context.grant_permissions(["notifications"])
    page.add_init_script(SUBSCRIBED % json.dumps(device))
    log_in_by_keys(page)
    page.get_by_role("link", name="Devices").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    page.get_by_role("button", name="Tell me on this device").click()
    expect(page.get_by_text("This device is connected.")).to_be_visible()
    kept = PushSubscription.objects.get()
    assert (kept.endpoint, kept.contact.name) == (device["endpoint"], "Olivia Operator")
    incident = room.sees()
    text = notice(title=f"CRITICAL #{incident.pk}", body="Demo Bridge", tag="t", url=f"/incidents/{incident.pk}/")
    shown = deliver(page, console.address, text)
    assert shown == [f"CRITICAL #{incident.pk}", "Demo Bridge", f"/incidents/{incident.pk}/"]
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.get_by_text("The device is forgotten.")).to_be_visible()
    assert not PushSubscription.objects.exists()


SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  for (let tries = 0; tries < 240; tries++) {
    const [notice] = await worker.getNotifications();
    if (notice) return [notice.title, notice.body, notice.data.url];
    await new Promise((later) => setTimeout(later, 50));
  }
  return [];
}"""


def deliver(page: Page, origin: str, text: str) -> list[str]:
    """Give a pushed message to the real service worker, and return what it shows."""
    session = page.context.new_cdp_session(page)
    seen: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: seen.extend(r["registrationId"] for r in event["registrations"] if not r["isDeleted"]),
    )
    session.send("ServiceWorker.enable")
    for _ in range(600):
        if seen:
            break
        page.wait_for_timeout(100)
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    shown: list[str] = []
    for _ in range(5):  # a worker that Chromium has just put to sleep may miss the first
        session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": seen[-1], "data": text})
        shown = page.evaluate(SHOWN)
        if shown:
            break
    return shown
