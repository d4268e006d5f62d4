"""Web push against a real endpoint on loopback that opens the sealed payload and checks who sent it."""

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pytest_django import Settings

from alerts.channels import web_push
from alerts.channels.interface import Accepted, Refused, Unknown
from alerts.channels.web_push.keys import make_key
from alerts.channels.web_push.sending import is_allowed
from alerts.models import AuditEvent, Contact, Incident, PushSubscription
from tests.alerts.channels.conftest import Page
from tests.alerts.channels.receivers import LONG_S, Device, Post, Receiver

CONTACT = "mailto:control@example.org"


@pytest.fixture(autouse=True)
def _switched_on(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_CONTACT = make_key(), CONTACT
    settings.PUBLIC_URL = "http://127.0.0.1:8000"


def subscribe(contact: Contact, receiver: Receiver, name: str = "phone") -> Device:
    device = Device()
    endpoint = f"{receiver.address}/{name}"
    PushSubscription.objects.create(contact=contact, endpoint=endpoint, device=name, **device.keys)
    return device


def claims_of(post: Post, audience: str) -> dict[str, Any]:
    """Check the VAPID token (RFC 8292) as a push service does, and return what it says."""
    parts = post.headers["Authorization"].removeprefix("vapid ").split(",")
    fields = dict(part.strip().split("=", 1) for part in parts)
    point = base64.urlsafe_b64decode(fields["k"] + "==")
    signed, _, signature = fields["t"].rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))
    assert claims["aud"] == audience
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600
    return claims


def test_each_device_gets_a_sealed_notice_that_only_it_can_read(
    page: Page, partner: Contact, receiver: Receiver, incident: Incident
) -> None:
    phone, laptop = subscribe(partner, receiver, "phone"), subscribe(partner, receiver, "laptop")
    assert web_push.address(partner) == "2 devices"
    assert web_push.send(page("push", partner)) == Accepted()
    posts = {post.path: post for post in receiver.posts}
    assert phone.read(posts["/phone"]) == laptop.read(posts["/laptop"])
    notice = phone.read(posts["/phone"])
    assert notice["title"] == f"CRITICAL welfare concern #{incident.pk}"
    assert notice["url"] == f"/incidents/{incident.pk}/"
    assert "75 s" not in json.dumps(notice), "the reasons are not for a locked screen"
    assert incident.place.encode() not in posts["/phone"].body
    assert claims_of(posts["/phone"], receiver.address)["sub"] == CONTACT
    assert posts["/phone"].headers["Urgency"] == "high"
    assert posts["/phone"].headers["Ttl"] == "600"


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_has_gone_is_forgotten_and_the_others_still_count(
    page: Page, partner: Contact, receiver: Receiver, status: int
) -> None:
    subscribe(partner, receiver, "old")
    subscribe(partner, receiver, "new")
    receiver.statuses["/old"] = status
    assert web_push.send(page("push", partner)) == Accepted()
    assert [found.device for found in partner.push_subscriptions.all()] == ["new"]
    assert AuditEvent.objects.get(action="device gone").detail["device"] == "old"
    receiver.statuses["/new"] = status
    refused = web_push.send(page("push", partner))
    assert isinstance(refused, Refused)
    assert refused.code == str(status)
    assert web_push.address(partner) == ""
    assert web_push.send(page("push", partner)) == Refused("gone", "the person has no device any more")


def test_a_push_service_that_fails_hangs_or_sends_us_elsewhere_is_an_outcome_and_never_an_error(
    page: Page, partner: Contact, receiver: Receiver, settings: Settings
) -> None:
    subscribe(partner, receiver)
    for status in (400, 403, 413, 429, 500, 503):
        receiver.status = status
        assert web_push.send(page("push", partner)) == Refused(str(status), f"the push service answered {status}")
    receiver.status = 307
    assert isinstance(web_push.send(page("push", partner)), Refused)
    assert "/elsewhere" not in [post.path for post in receiver.posts]
    receiver.status, receiver.hang_s = 201, LONG_S
    settings.CHANNEL_TIMEOUT_S = 0.4
    assert isinstance(web_push.send(page("push", partner)), Unknown)
    settings.CHANNEL_TIMEOUT_S = 5.0
    PushSubscription.objects.update(endpoint="http://127.0.0.1:9/nobody")
    assert isinstance(web_push.send(page("push", partner)), Refused)
    PushSubscription.objects.update(p256dh="nonsense")
    assert isinstance(web_push.send(page("push", partner)), Refused)
    settings.VAPID_PRIVATE_KEY = "nonsense"
    assert isinstance(web_push.send(page("push", partner)), Refused)


def test_it_is_off_without_its_settings(settings: Settings) -> None:
    assert web_push.missing() == []
    settings.VAPID_CONTACT = ""
    assert web_push.missing() == ["VAPID_CONTACT"]


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [("https://push.example.org/x", True), ("http://push.example.org/x", False), ("http://127.0.0.1:9/x", True),
     ("https://127.0.0.1/x", False), ("file:///etc/passwd", False), ("https://", False), ("gopher://x", False)],
)  # fmt: skip
def test_only_push_services_are_posted_to(endpoint: str, allowed: bool) -> None:
    assert is_allowed(endpoint) is allowed


def test_this_machine_is_posted_to_only_while_the_service_is_only_here(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://handrail.example.org"
    assert not is_allowed("http://127.0.0.1:9/x")
    assert not is_allowed("http://localhost/x")
