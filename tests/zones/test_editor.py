"""What the zone editor asks of the server: who may, what is refused and in which words."""

import json
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from alerts.accounts.roles import Role
from alerts.models import AuditEvent
from tests.people import give
from tests.pictures import EAST
from welfare.calibration import keeping
from welfare.calibration.models import RecordedStay
from welfare.fleet.places import ring_folder
from welfare.watch.people_log import PeopleLog
from zones import versions
from zones.models import Camera, PictureVersion, Site, Zone
from zones.site_file import read_site
from zones.tier import Tier

VIEW = read_site(EAST.with_suffix(".site.json"), (1280, 720))
PATHS = ("cameras/add/", "cameras/add-many/", "cameras/1/", "cameras/1/zones/", "cameras/1/zones.json",
         "cameras/1/zones.geojson", "cameras/1/versions/", "cameras/1/walk/", "cameras/1/picture/")  # fmt: skip
POSTS = ("cameras/1/zones/check/", "cameras/1/zones/save/", "cameras/1/zones/calibrate/", "cameras/1/zones/read/",
         "cameras/1/versions/1/roll-back/", "cameras/test/", "cameras/1/expected/", "cameras/1/people/",
         "cameras/add/", "cameras/1/", "cameras/add-many/")  # fmt: skip


@pytest.fixture
def zoe(db: None) -> Client:
    call_command("loaddata", "demo", verbosity=0)
    client = Client()
    client.force_login(give(User.objects.create_user("zoe"), Role.ZONE_ADMIN))
    return client


def post(client: Client, path: str, value: Any) -> dict[str, Any]:
    answer = client.post(path, json.dumps(value), content_type="application/json")
    return {"status": answer.status_code, **answer.json()}


def test_only_zone_admins_may(zoe: Client) -> None:
    operator, nobody = Client(), Client()
    operator.force_login(User.objects.get(username="operator"))
    for path in PATHS:
        assert operator.get(f"/{path}").status_code == 403, path
        assert nobody.get(f"/{path}").status_code == 302, path
    for path in POSTS:
        assert operator.post(f"/{path}").status_code == 403, path
        assert nobody.post(f"/{path}").status_code in (302, 403), path
    assert PictureVersion.objects.count() == 0
    for path in PATHS[:7]:
        assert zoe.get(f"/{path}").status_code == 200, path


def test_the_check_and_the_refusal_say_the_same_words(zoe: Client) -> None:
    document = versions.document(Camera.objects.get(pk=1))
    document["zones"][0]["polygon"] = [[0, 400], [90, 490], [90, 400], [0, 490]]
    checked = post(zoe, "/cameras/1/zones/check/", document)
    saved = post(zoe, "/cameras/1/zones/save/", {"document": document, "why": "x", "based_on": 0})
    assert saved["status"] == 400
    assert checked["problems"] == saved["problems"]
    assert checked["problems"][0]["where"] == "zones/0"
    assert checked["overlay"]["grid"]  # what can be shown is shown
    assert not PictureVersion.objects.exists()


def test_the_overlay_lies_on_the_ground_and_on_the_rail(zoe: Client) -> None:
    found = post(zoe, "/cameras/1/zones/check/", versions.document(Camera.objects.get(pk=1)))["overlay"]
    assert not found["estimated"]
    places = VIEW.to_ground([point for line in found["grid"] for point in line])
    near = places[np.linalg.norm(places - VIEW.camera_m[:2], axis=1) < 25]  # farther, a tenth of a pixel is decimetres
    off = np.abs(near / found["grid_m"] - np.round(near / found["grid_m"])).min(axis=1)
    assert off.max() < 0.05
    tops = np.array(found["rails"][0])[len(found["rails"][0]) // 2 :]
    heights = VIEW.on_rail_plane(VIEW.zones[0], tops)[:, 1]
    assert heights == pytest.approx(1.1, abs=0.05)
    assert found["measures"]["East parapet footway"]["edge_m"] == pytest.approx(28.5, abs=0.5)


def test_a_mask_or_occluder_over_much_of_a_zone_is_allowed_and_told(zoe: Client) -> None:
    document = versions.document(Camera.objects.get(pk=1))
    whole = {"name": "All", "polygon": [[0, 0], [1280, 0], [1280, 720], [0, 720]]}
    assert post(zoe, "/cameras/1/zones/check/", document)["warnings"] == []
    found = post(zoe, "/cameras/1/zones/check/", document | {"masks": [whole], "occluders": [whole]})["warnings"]
    assert 'mask "All" covers' in found[0]
    assert 'of the edge of zone "East parapet footway"' in found[1]
    uncalibrated = post(zoe, "/cameras/1/zones/check/", document | {"homography": None})["warnings"]
    assert uncalibrated == ["the camera is not calibrated: every metre is an estimate"]


def test_two_admins_at_once_lose_nothing(zoe: Client) -> None:
    document = versions.document(Camera.objects.get(pk=1))
    document["zones"][0]["silent"] = True
    assert post(zoe, "/cameras/1/zones/save/", {"document": document, "why": "a", "based_on": 0})["version"] == 2
    late = post(zoe, "/cameras/1/zones/save/", {"document": document | {"masks": []}, "why": "b", "based_on": 0})
    assert late["status"] == 409
    assert "zoe saved version 2" in late["problems"][0]["words"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"method": "points", "points": [{"pixel": [1, 2], "metres": [1, 2]}]}, "1 of at least 4"),
        ({"method": "points"}, "missing"),
        ({"method": "points", "points": [{"pixel": [1, 2], "metres": [None, 2]}] * 5}, "missing|metres"),
        ({"method": "walk", "feet": [], "heads": [], "height_m": 1.7}, "feet and head"),
        ({"method": "rail", "homography": None, "top": [[1, 1], [9, 1]], "foot": [5, 9]}, "calibrate the deck first"),
    ],
)
def test_a_hopeless_calibration_is_refused_in_words(zoe: Client, value: dict[str, Any], words: str) -> None:
    answer = post(zoe, "/cameras/1/zones/calibrate/", value)
    assert answer["status"] == 400
    assert any(part in answer["fault"] for part in words.split("|"))


@pytest.mark.parametrize("body", ["", "[]", "{", '{"zones": 7}', '{"zones": [7], "masks": "x"}', "null"])
def test_nonsense_is_refused_and_changes_nothing(zoe: Client, body: str) -> None:
    for path in ("check", "save", "read"):
        answer = zoe.post(f"/cameras/1/zones/{path}/", body, content_type="application/json")
        assert answer.status_code in (200, 400)
        assert answer.json()["problems"]
    assert Zone.objects.get(pk=1).enabled


def test_a_camera_form_takes_the_log_in_out_of_the_address_and_guards_the_password(zoe: Client) -> None:
    values = {"site": 1, "name": "New", "source": "rtsp://cam:s%40crt@10.0.0.9/main", "enabled": "on"}
    assert zoe.post("/cameras/add/", values).status_code == 302
    camera = Camera.objects.get(name="New")
    assert (camera.source, camera.username, camera.password) == ("rtsp://10.0.0.9/main", "cam", "s@crt")
    event = AuditEvent.objects.get(action="camera.saved")
    assert "s@crt" not in json.dumps(event.detail)
    page = zoe.get(f"/cameras/{camera.pk}/").content.decode()
    assert "s@crt" not in page
    moved = values | {"source": "rtsp://10.6.6.6/main", "username": "cam"}
    answer = zoe.post(f"/cameras/{camera.pk}/", moved).content.decode()
    assert "Enter the password again" in answer  # else whoever changes the address would be sent it
    assert zoe.post(f"/cameras/{camera.pk}/", moved | {"source": "rtsp://10.0.0.9/sub"}).status_code == 302
    camera.refresh_from_db()
    assert (camera.source, camera.password) == ("rtsp://10.0.0.9/sub", "s@crt")
    spy = values | {"source": "rtsp://10.0.0.9/sub", "main_source": "rtsp://10.6.6.6/main"}
    assert "Enter the password again" in zoe.post(f"/cameras/{camera.pk}/", spy).content.decode()


def test_many_cameras_come_from_a_file_or_none(zoe: Client) -> None:
    head = "site,name,source,username,password,side\n"

    def send(text: str) -> Any:
        return zoe.post("/cameras/add-many/", {"file": SimpleUploadedFile("cameras.csv", text.encode())})

    bad = (
        head + "Demo Bridge,C1,rtsp://10.0.0.1/s,u,p,east\n"
        "Nowhere,C2,rtsp://10.0.0.2/s,,,\n"
        "Demo Bridge,C1,rtsp://10.0.0.3/s,,,\n"
        "Demo Bridge,East parapet,rtsp://10.0.0.4/s,,,\n"
        "Demo Bridge,C5,rtsp://,,,\n"
        "Demo Bridge,C6,rtsp://10.0.0.6/s,,,a,b\n"
    )
    page = send(bad).content.decode()
    for words in ("Line 3: there is no site", "Line 4: &quot;C1&quot; stands in the file twice", "Line 5: ",
                  "Line 6: source", "Line 7: more values"):  # fmt: skip
        assert words in page
    assert not Camera.objects.filter(name__startswith="C").exists()
    assert "missing: source" in send("site,name\nDemo Bridge,C1\n").content.decode()
    assert send(head + 'Demo Bridge,"C1, north",rtsp://10.0.0.1/s,u,s3cret,east\n').status_code == 302
    camera = Camera.objects.get(name="C1, north")
    assert (camera.username, camera.password) == ("u", "s3cret")


def test_what_a_day_would_bring_is_told_by_tier_beside_the_record_of_silent_zones(
    zoe: Client, settings: Any, tmp_path: Path
) -> None:
    settings.RUN_DIR = tmp_path
    document, now = versions.document(Camera.objects.get(pk=1)), timezone.now()
    log = PeopleLog(ring_folder(1))
    for n in range(700):
        log.note(now.timestamp() - 700 + n, [])
    found = post(zoe, "/cameras/1/expected/", document)
    assert found["silent"] == []  # no zone of this camera is silent
    assert [(rate["tier"], rate["counted"]) for rate in found["rates"]][-1] == ("notice", 0)
    assert found["rates"][-1]["a_day"].startswith("0 (0 to 45")  # 3.689 in 699 s
    Zone.objects.update(silent=True)
    Zone.objects.create(camera_id=2, name="of another camera", silent=True, polygon=[[0, 0]], edge=[[0, 0]])
    stay = uuid.uuid4()
    RecordedStay.objects.create(
        zone_id=1, episode=stay, began_at=now - timedelta(days=2), ended_at=now, stay_s=9, edge_stay_s=9, whole=True
    )
    for tier in (Tier.NOTICE, Tier.CONCERN):
        keeping.keep_silent(1, stay, tier, now, score=3.0, triggered=False, reasons=[])
    (record,) = post(zoe, "/cameras/1/expected/", document)["silent"]
    assert record["words"] == "Watched for 2.0 days: leave it silent for 5.0 more."
    counted = {rate["tier"]: (rate["counted"], rate["a_day"]) for rate in record["rates"]}
    assert counted["concern"] == (1, "0.5 (0.01 to 2.8)")
    assert counted["notice"] == (0, "0.5 (0.01 to 2.8)")
    assert zoe.get(record["page"]).status_code == 200
    here = Client()
    here.force_login(give(User.objects.create_user("here"), Role.ZONE_ADMIN, Site.objects.get(pk=1)))
    assert post(here, "/cameras/1/expected/", document)["silent"][0]["page"] == ""  # the admin is not for them
    assert "silentconcern" not in here.get("/cameras/1/zones/").content.decode()
    assert "silentconcern" in zoe.get("/cameras/1/zones/").content.decode()


def test_a_walk_gives_the_sightings_of_one_person_alone(zoe: Client, settings: Any, tmp_path: Path) -> None:
    settings.RUN_DIR = tmp_path
    log, now = PeopleLog(ring_folder(1)), time.time()
    log.note(now - 3, [(0.0, 0.0, 10.0, 40.0)])
    log.note(now - 2, [(0.0, 0.0, 10.0, 40.0), (50.0, 0.0, 60.0, 40.0)])
    log.note(now - 1, [])
    found = zoe.get(f"/cameras/1/walk/?from={now - 10}&to={now}").json()
    assert found == {"feet": [[5.0, 40.0]], "heads": [[5.0, 0.0]], "frames": 3, "crowded": 1}
    for times in ("from=x", "from=1&to=nan", "from=1&to=1e999", "from=-1&to=1", f"from=1&to={'9' * 400}"):
        assert zoe.get(f"/cameras/1/walk/?{times}").status_code == 400, times
