"""Connecting a device over HTTP: only what a browser would send, only one's own."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts.models import AuditEvent, PushSubscription
from tests.alerts.channels.receivers import Device
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
ENDPOINT = "https://push.example.org/abc"


def browser(name: str = "operator") -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def add(client: Client, content: Any) -> Any:
    body = content if isinstance(content, str) else json.dumps(content)
    return client.post("/devices/add/", body, content_type="application/json")


def test_a_device_is_kept_once_and_belongs_to_who_connected_it_last(room: ControlRoom) -> None:
    sent = {"endpoint": ENDPOINT, "keys": Device().keys}
    assert add(browser(), sent).status_code == 201
    assert add(browser(), sent).status_code == 201
    assert add(browser("supervisor"), sent).status_code == 201
    kept = PushSubscription.objects.get()
    assert str(kept.contact) == "Sam Supervisor"
    assert "connected" in browser("supervisor").get("/devices/").content.decode() or kept.device
    assert browser().post(f"/devices/{kept.pk}/remove/").status_code == 302
    assert PushSubscription.objects.exists(), "nobody removes another's"
    browser("supervisor").post(f"/devices/{kept.pk}/remove/")
    assert not PushSubscription.objects.exists()
    assert AuditEvent.objects.filter(action__startswith="device").count() == 4


def test_many_devices_of_one_person_are_bounded(room: ControlRoom) -> None:
    client = browser()
    for n in range(12):
        add(client, {"endpoint": f"{ENDPOINT}/{n}", "keys": Device().keys})
    assert PushSubscription.objects.count() == 10


@pytest.mark.django_db
def test_what_no_browser_would_send_is_refused_in_words(room: ControlRoom) -> None:
    keys, client = Device().keys, browser()
    for wrong in (
        "", "nonsense", "[]", "{}", "null", "1", '{"endpoint": 1, "keys": {"p256dh": 1, "auth": 1}}', "x" * 9000,
        "[" * 5000, "\\u0000", {"endpoint": ENDPOINT}, {"endpoint": ENDPOINT, "keys": {"p256dh": "AA", "auth": "AA"}},
        {"endpoint": ENDPOINT, "keys": keys | {"auth": "é"}}, {"endpoint": "http://10.0.0.1/x", "keys": keys},
        {"endpoint": "file:///etc/passwd", "keys": keys}, {"endpoint": ENDPOINT + "x" * 900, "keys": keys},
    ):  # fmt: skip
        answer = add(client, wrong)
        assert answer.status_code == 400, wrong
        assert answer.content.decode().startswith("This device cannot be kept: ")
    assert not PushSubscription.objects.exists()


def test_the_service_worker_has_the_whole_console_as_its_scope(room: ControlRoom) -> None:
    answer = Client().get("/service-worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "showNotification" in answer.content.decode()
