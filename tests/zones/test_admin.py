"""Cameras and zones in the admin: a password goes in and never comes out; half a polygon is refused in words."""

import json
import logging

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from zones.models import Camera, Zone

PASSWORD = "p@ss:w/rd"


@pytest.fixture
def admin(db: None) -> Client:
    call_command("loaddata", "demo", verbosity=0)
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x" * 20))
    return client


def form(camera: Camera, **more: object) -> dict[str, object]:
    values = {
        name: getattr(camera, name)
        for name in ("name", "source", "username", "width", "height", "rail_height_m", "side", "lamp_column")
    }
    zones = {"zones-TOTAL_FORMS": 0, "zones-INITIAL_FORMS": 0}
    return (
        values | {"site": camera.site_id, "enabled": "on", "homography": json.dumps(camera.homography)} | zones | more
    )


def test_a_password_is_kept_encrypted_and_never_shown(admin: Client, caplog: pytest.LogCaptureFixture) -> None:
    camera = Camera.objects.get(pk=1)
    address = f"/admin/zones/camera/{camera.pk}/change/"
    with caplog.at_level(logging.DEBUG):
        assert admin.post(address, form(camera, new_password=PASSWORD)).status_code == 302
    camera.refresh_from_db()
    assert camera.password == PASSWORD
    assert PASSWORD not in camera.sealed_password
    page = admin.get(address).content.decode()
    assert PASSWORD not in page
    assert camera.sealed_password not in page
    assert PASSWORD not in caplog.text
    assert admin.post(address, form(camera)).status_code == 302
    camera.refresh_from_db()
    assert camera.password == PASSWORD


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("polygon", [[0, 0], [9, 0]], "at least 3"),
        ("polygon", [[0, 0], [90, 90], [90, 0], [0, 90]], "cross"),
        ("edge", [[0, 0]], "at least 2"),
        ("edge", "nowhere", "edge"),
        ("overrides", {"stay_from_s": 30}, "Say why"),
    ],
)
def test_a_zone_that_cannot_work_is_refused_when_it_is_saved(
    admin: Client, field: str, value: object, words: str
) -> None:
    zone = Zone.objects.get(pk=1)
    values = {"camera": zone.camera_id, "name": zone.name, "kind": zone.kind, "enabled": "on", "override_reason": "",
              "polygon": zone.polygon, "edge": zone.edge, "overrides": {}}  # fmt: skip
    asked = {
        k: json.dumps(v) if k in ("polygon", "edge", "overrides") else v for k, v in (values | {field: value}).items()
    }
    answer = admin.post(f"/admin/zones/zone/{zone.pk}/change/", asked)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Zone.objects.get(pk=1).polygon == zone.polygon


def test_a_broken_calibration_is_refused(admin: Client) -> None:
    camera = Camera.objects.get(pk=1)
    answer = admin.post(f"/admin/zones/camera/{camera.pk}/change/", form(camera, homography="[[1, 2], [3, 4]]"))
    assert "3 rows of 3 numbers" in answer.content.decode()


def test_incidents_can_only_be_read(admin: Client) -> None:
    assert admin.get("/admin/alerts/incident/").status_code == 200
    assert admin.get("/admin/alerts/incident/add/").status_code == 403
