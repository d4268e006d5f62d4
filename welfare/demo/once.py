"""The demo's story, told to the end by itself: a clip, a concern, pages, a reply by SMS, a clip, a closed incident.

`python -m welfare.demo.once` runs beside the demo's processes and looks only at what they did: the database, the
phones of the Twilio fake, and the console over HTTP. It exits 0 when everything happened, 1 with what was missing.
"""

import http.cookiejar
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import django

if TYPE_CHECKING:
    from alerts.models import Attempt, Incident

LOOK_S = 0.1
T = TypeVar("T")


class MissingError(RuntimeError):
    """Something did not happen in time; the message says what."""


def wait(what: str, limit_s: float, look: Callable[[], T | None]) -> T:
    """Look until something is there.

    Raises:
        MissingError: it is not there after `limit_s` seconds.
    """
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(LOOK_S)
    raise MissingError(f"missing after {limit_s:.0f} s: {what}")


@dataclass(slots=True)
class Timeline:
    """What happened, in seconds from the frame that raised the concern."""

    frame_at: datetime | None = None
    lines: list[str] = field(default_factory=list)

    def note(self, words: str, at: datetime | None) -> None:
        """Print one line."""
        if at is None:
            raise MissingError(f"missing: the time of {words}")
        self.frame_at = self.frame_at or at
        sys.stdout.write(f"{(at - self.frame_at).total_seconds():8.2f} s  {words}\n")


class Browser:
    """A log-in at the console."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> bytes:
        """A page's content."""
        with self._opener.open(self._base + path, timeout=10) as answer:
            return bytes(answer.read())

    def post(self, path: str, **form: str) -> bytes:
        """Send a form with its token."""
        token = next(cookie.value or "" for cookie in self._cookies if cookie.name == "csrftoken")
        body = urllib.parse.urlencode(form | {"csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(self._base + path, body, {"Referer": self._base + path})  # noqa: S310
        with self._opener.open(request, timeout=10) as answer:
            return bytes(answer.read())


def partner_replies(number: str, body: str) -> str:
    """Type an SMS on a partner's phone of the fake."""
    request = urllib.request.Request(  # noqa: S310
        os.environ["TWILIO_BASE_URL"] + "/_fake/reply",
        json.dumps({"from": number, "body": body}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["answer"])


def first_critical() -> "Incident | None":
    """The incident of the demo clip."""
    from alerts.models import Incident
    from zones.tier import Tier

    return Incident.objects.filter(tier=Tier.CRITICAL).order_by("pk").first()


def accepted(incident: "Incident", **more: Any) -> "Attempt | None":
    """The first page about an incident that the provider took."""
    from alerts.models import Attempt

    found = Attempt.objects.filter(notification__step_run__incident=incident, accepted_at__isnull=False, **more)
    return found.select_related("notification__contact__agency").order_by("accepted_at").first()


def acknowledged(incident: "Incident") -> "Incident | None":
    """The incident, once somebody has taken it on."""
    incident.refresh_from_db()
    return incident if incident.acknowledged_at else None


def tell() -> None:
    """The story.

    Raises:
        MissingError: what did not happen.
    """
    from alerts.models import Evidence, Incident

    timeline = Timeline()
    incident = wait("a critical incident from the demo clip", 120, first_critical)
    timeline.note(f"the frame that raised #{incident.pk}, {incident.place}", incident.first_frame_at)
    timeline.note(f"incident #{incident.pk} opened, {incident.get_tier_display()}", incident.opened_at)
    page = wait("a page that the provider accepted", 20, lambda: accepted(incident))
    timeline.note(f"page to {page.notification.contact} accepted ({page.get_channel_display()})", page.accepted_at)
    still = wait("a still", 10, lambda: incident.evidence.filter(kind=Evidence.Kind.STILL).first())
    timeline.note("still attached, faces blurred", still.created_at)
    partner = wait(
        "a page to a partner agency after the operator's time",
        60,
        lambda: accepted(incident, notification__contact__agency__isnull=False),
    )
    timeline.note(f"page to {partner.notification.contact} accepted", partner.accepted_at)
    said = partner_replies(partner.address, f"1 {incident.pk}")
    sys.stdout.write(f"              {partner.notification.contact} replies 1 {incident.pk}: {said}\n")
    taken = wait("the acknowledgement by SMS", 10, lambda: acknowledged(incident))
    timeline.note(f"taken on by {taken.acknowledged_by}, by {taken.acknowledged_via}", taken.acknowledged_at)
    clip = wait("the clip", 90, lambda: incident.evidence.filter(kind=Evidence.Kind.CLIP).first())
    timeline.note("clip attached, faces blurred", clip.created_at)
    close_at_console(incident)
    incident.refresh_from_db()
    if incident.state != Incident.State.RESOLVED or incident.resolved_at is None:
        raise MissingError(f"incident #{incident.pk} is {incident.get_state_display()}, not closed")
    timeline.note(f"closed by {incident.resolved_by}: {incident.get_outcome_display()}", incident.resolved_at)


def close_at_console(incident: "Incident") -> None:
    """Log in as the operator, look at the incident with its pictures, and close it."""
    browser = Browser(os.environ["PUBLIC_URL"])
    wait("the console", 20, lambda: _answers(browser))
    browser.post("/log-in/", login="operator", password=os.environ["DEMO_OPERATOR_PASSWORD"], next="/")
    address = f"/incidents/{incident.pk}/"
    text = browser.get(address).decode()
    pictures = set(re.findall(r'src="(/evidence/\d+/)"', text))
    if len(pictures) < 2:
        raise MissingError(f"still and clip on {address}: found {sorted(pictures)}")
    for picture in pictures:
        if len(browser.get(picture)) < 10_000:
            raise MissingError(f"a picture at {picture}")
    browser.post(f"{address}close/", outcome="supported", note="told by the demo")


def _answers(browser: Browser) -> bool:
    try:
        return bool(browser.get("/log-in/"))
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Tell the story; 0 when all of it happened."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "welfare.settings")
    django.setup()
    try:
        tell()
    except (MissingError, urllib.error.URLError) as error:
        sys.stdout.write(f"FAILED: {error}\n")
        return 1
    sys.stdout.write("All of it happened: from pixels to a page, an answer, and a closed incident.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
