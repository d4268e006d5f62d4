"""Send one notice to every device of a person (RFC 8030, 8291, 8292); a device that has gone is forgotten."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.urls import reverse
from py_vapid import Vapid02, VapidException
from pywebpush import WebPushException, webpush

from alerts import audit
from alerts.channels import wording
from alerts.channels.deadline import Deadline
from alerts.channels.interface import Accepted, Outcome, Refused, Unknown
from alerts.channels.reached import never_left
from alerts.failover import UNREACHABLE
from alerts.models import Attempt, Contact, Incident, PushSubscription

logger = logging.getLogger(__name__)
TTL_S = 600  # assumed: a device that comes back later has been told another way
GONE = ("404", "410")  # RFC 8030: the subscription has expired or was ended
_deadline = Deadline("push")


def missing() -> list[str]:
    """Our key and a way to reach us, which the push services want."""
    return [name for name in ("VAPID_PRIVATE_KEY", "VAPID_CONTACT") if not getattr(settings, name)]


def address(contact: Contact) -> str:
    """How many devices there are; their addresses stay with the subscriptions."""
    count = contact.push_subscriptions.count()
    return f"{count} device{'s' if count > 1 else ''}" if count else ""


def payload(attempt: Attempt) -> str:
    """What the device shows, also on a locked screen: no picture, no reason, no person."""
    incident = attempt.notification.step_run.incident
    over = wording.is_over(attempt)
    return notice(
        title=f"Stand down: #{incident.pk}" if over else wording.title(incident),
        body=f"{incident.place} is in hand. Thank you." if over else f"{incident.place}. Open to answer.",
        tag=f"incident-{incident.pk}",
        url=_page(incident),
    )


def notice(*, title: str, body: str, tag: str, url: str) -> str:
    """A notice as the service worker reads it."""
    return json.dumps({"title": title, "body": body[:300], "tag": tag, "url": url})


def _page(incident: Incident) -> str:
    return reverse("incident", args=[incident.pk])


def send(attempt: Attempt) -> Outcome:
    """Tell every device of the person; one that took it is enough."""
    return send_to(attempt.notification.contact, payload(attempt))


def send_to(contact: Contact, content: str) -> Outcome:
    """Send one notice to all devices of a person, side by side."""
    devices = list(contact.push_subscriptions.all())
    if not devices:
        return Refused("gone", "the person has no device any more")
    try:
        key = Vapid02.from_string(settings.VAPID_PRIVATE_KEY)
    except (VapidException, ValueError) as error:
        return Refused("key", f"VAPID_PRIVATE_KEY is no key: {error}"[:200])
    outcomes = _deadline.ask_all([_call(device, content, key) for device in devices], settings.CHANNEL_TIMEOUT_S)
    for device, outcome in zip(devices, outcomes, strict=True):
        if isinstance(outcome, Refused) and outcome.code in GONE:
            forget(device)
    return min(outcomes, key=lambda outcome: [Accepted, Unknown, Refused].index(type(outcome)))


def forget(device: PushSubscription) -> None:
    """A browser ended its subscription: it is not asked again, and the console says that it is gone."""
    if PushSubscription.objects.filter(pk=device.pk).delete()[0]:
        audit.record("engine", "device gone", None, contact=str(device.contact), device=device.device)


def _call(device: PushSubscription, content: str, key: Vapid02) -> Any:
    keys = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    return lambda: _post(keys, content, key)


def _post(device: dict[str, Any], content: str, key: Vapid02) -> Outcome:
    session = requests.Session()
    session.max_redirects = 0  # a push service has no reason to send us elsewhere
    try:
        webpush(
            device,
            data=content,
            vapid_private_key=key,
            vapid_claims={"sub": settings.VAPID_CONTACT},
            ttl=TTL_S,
            headers={"Urgency": "high"},
            timeout=settings.CHANNEL_TIMEOUT_S,
            requests_session=session,
        )
    except WebPushException as error:
        if error.response is None:
            return Refused("key", "the device's keys make no sense")
        return Refused(str(error.response.status_code), f"the push service answered {error.response.status_code}")
    except requests.exceptions.RequestException as error:
        if never_left(error) or isinstance(error, requests.exceptions.TooManyRedirects):
            return Refused(UNREACHABLE, "the push service could not be reached")
        return Unknown("the push service did not answer in time, or the line broke")
    except ValueError:
        return Refused("key", "the device's keys make no sense")
    finally:
        session.close()
    return Accepted()


def is_allowed(endpoint: str) -> bool:
    """Whether we may post to a push service: by TLS, or on this machine while the service itself is only here."""
    parts = urlsplit(endpoint)
    here = parts.hostname in ("127.0.0.1", "localhost")
    local = urlsplit(settings.PUBLIC_URL).hostname in ("127.0.0.1", "localhost", "testserver")
    return (parts.scheme == "https" and bool(parts.hostname) and not here) or (
        parts.scheme == "http" and here and local
    )
