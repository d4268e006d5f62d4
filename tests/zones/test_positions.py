"""A camera's position: typed, pasted, from a CSV and a site file; what is odd about it is told."""

import math
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from alerts.accounts.roles import Role
from tests.people import give
from zones import site_transfer
from zones.drawing import DrawingError
from zones.models import Camera, Site

HEAD = "site,name,source,latitude,longitude,heading_deg\n"
NEW = {"site": 1, "name": "New", "source": "rtsp://10.0.0.9/main", "enabled": "on"}


@pytest.fixture
def zoe(db: None) -> Client:
    call_command("loaddata", "demo", verbosity=0)
    client = Client()
    client.force_login(give(User.objects.create_user("zoe"), Role.ZONE_ADMIN))
    return client


def test_a_position_is_typed_or_pasted_whole(zoe: Client) -> None:
    zoe.post("/cameras/add/", NEW | {"latitude": "51.50837", "longitude": "-0.12", "heading_deg": "359.5"})
    camera = Camera.objects.get(name="New")
    assert (camera.position, camera.heading_deg) == ((51.50837, -0.12), 359.5)
    zoe.post(f"/cameras/{camera.pk}/", NEW | {"latitude": "51.5, -0.125"})
    camera.refresh_from_db()
    assert (camera.position, camera.heading_deg) == ((51.5, -0.125), None)
    assert camera.position_words == "51.50000, -0.12500"
    zoe.post(f"/cameras/{camera.pk}/", NEW)
    camera.refresh_from_db()
    assert (camera.position, camera.position_words) == (None, "")


def test_a_position_far_from_the_site_is_kept_and_asked_about(zoe: Client) -> None:
    near = zoe.post("/cameras/add/", NEW | {"latitude": "51.509", "longitude": "-0.12"}, follow=True)
    assert "Is its position right?" not in near.content.decode()
    lost_minus = NEW | {"name": "Far", "latitude": "51.509", "longitude": "2.62"}
    page = zoe.post("/cameras/add/", lost_minus, follow=True).content.decode()
    assert "Is its position right? It is 190 km from the nearest other camera of Demo Bridge." in page
    assert Camera.objects.get(name="Far").position == (51.509, 2.62)


def test_many_positions_come_from_a_file_or_none(zoe: Client) -> None:
    def send(text: str) -> Any:
        return zoe.post("/cameras/add-many/", {"file": SimpleUploadedFile("cameras.csv", text.encode())})

    bad = HEAD + "Demo Bridge,C1,rtsp://10.0.0.1/s,51.5,,\nDemo Bridge,C2,rtsp://10.0.0.2/s,51.5,-181,400\n"
    page = send(bad).content.decode()
    assert "Line 2: A position is a latitude and a longitude" in page
    assert "Line 3: longitude: The longitude is -181: write decimal degrees from -180 to 180." in page
    assert "Line 3: heading_deg: The direction is 400" in page
    assert not Camera.objects.filter(name__startswith="C").exists()
    assert send(HEAD + "Demo Bridge,C1,rtsp://10.0.0.1/s,51.5,-0.1,90\n").status_code == 302
    assert Camera.objects.get(name="C1").position == (51.5, -0.1)


def test_a_site_file_carries_positions_and_refuses_odd_ones(zoe: Client) -> None:
    content = site_transfer.dump(Site.objects.get(pk=1))
    assert content["cameras"][0]["latitude"] == 51.50837
    content["cameras"][0] |= {"latitude": 51.6, "longitude": -0.1, "heading_deg": 12.0}
    site_transfer.load(content, by="zoe")
    assert Camera.objects.get(name="East parapet").position == (51.6, -0.1)
    content["cameras"][0] |= {"latitude": None, "heading_deg": math.nan}
    with pytest.raises(DrawingError) as caught:
        site_transfer.load(content, by="zoe")
    words = [problem.words for problem in caught.value.problems]
    assert 'camera "East parapet": A position is a latitude and a longitude: give both, or neither.' in words
    assert any("heading_deg: The direction is nan" in each for each in words)
    assert Camera.objects.get(name="East parapet").position == (51.6, -0.1)
