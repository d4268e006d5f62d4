"""The signed webhook against a receiver on loopback that checks the signature as docs/channels.md says."""

import hashlib
import hmac
import json
import time

import pytest
from pytest_django import Settings

from alerts.channels import webhook
from alerts.channels.interface import Accepted, Refused, Unknown
from alerts.models import Contact, ContactAddress, Incident
from tests.alerts.channels.conftest import Page
from tests.alerts.channels.receivers import LONG_S, Post, Receiver

SECRET = "a secret of the receiver's, 32 long"


def is_genuine(post: Post, now: float, secret: str = SECRET) -> bool:
    """The receiver's own check, written from the document and not from our code."""
    timestamp = post.headers["Handrail-Timestamp"]
    if abs(now - int(timestamp)) > 300:
        return False
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + post.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(post.headers["Handrail-Signature"], f"v1={expected}")


@pytest.fixture
def hooked(partner: Contact, receiver: Receiver) -> Contact:
    address = ContactAddress(contact=partner, channel="webhook", address=f"{receiver.address}/alerts?site=1")
    address.secret = SECRET
    address.save()
    return partner


def test_the_receiver_knows_who_called_and_that_nothing_was_changed(
    page: Page, hooked: Contact, receiver: Receiver, incident: Incident
) -> None:
    attempt = page("webhook", hooked)
    assert webhook.send(attempt) == Accepted(delivered=True)
    (post,) = receiver.posts
    assert post.path == "/alerts?site=1"
    assert is_genuine(post, time.time())
    assert not is_genuine(post, time.time() + 301), "too old"
    assert not is_genuine(post, time.time(), secret="another"), "not ours"
    forged = Post(post.path, post.headers, post.body.replace(b"critical", b"notice"))
    assert not is_genuine(forged, time.time())
    assert not is_genuine(Post(post.path, post.headers | {"Handrail-Timestamp": str(int(time.time()) + 9)}, post.body),
                          time.time())  # fmt: skip
    said = json.loads(post.body)
    assert said["delivery"] == post.headers["Handrail-Delivery"] == str(attempt.token)
    assert said["event"] == "page"
    assert said["incident"]["number"] == incident.pk
    assert said["incident"]["place"] == incident.place
    assert "reasons" not in said["incident"]


def test_the_secret_is_not_stored_in_the_open(hooked: Contact) -> None:
    kept = hooked.addresses.get()
    assert SECRET not in kept.sealed_secret
    assert kept.secret == SECRET
    assert SECRET not in str(kept)


def test_whatever_the_receiver_does_is_an_outcome_in_time(
    page: Page, hooked: Contact, receiver: Receiver, settings: Settings
) -> None:
    for status in (400, 401, 404, 410, 500, 503):
        receiver.status = status
        assert webhook.send(page("webhook", hooked)) == Refused(str(status), f"the receiver answered {status}")
    receiver.status = 302
    assert webhook.send(page("webhook", hooked)) == Refused("302", "the receiver answered 302")
    assert "/elsewhere" not in [post.path for post in receiver.posts]
    receiver.status, receiver.hang_s = 200, LONG_S
    settings.CHANNEL_TIMEOUT_S = 0.4
    assert isinstance(webhook.send(page("webhook", hooked)), Unknown)
    receiver.hang_s, receiver.drip = 0.0, True
    assert webhook.send(page("webhook", hooked)) == Unknown("no answer in time"), "a byte now and then is no answer"
    settings.CHANNEL_TIMEOUT_S = 5.0
    hooked.addresses.update(address="http://127.0.0.1:9/")
    assert webhook.send(page("webhook", hooked)) == Refused("unreachable", "the receiver could not be reached")
    hooked.addresses.update(address="http://[bad/")
    assert isinstance(webhook.send(page("webhook", hooked)), Refused)
    hooked.addresses.all().delete()
    assert isinstance(webhook.send(page("webhook", hooked)), Refused)
