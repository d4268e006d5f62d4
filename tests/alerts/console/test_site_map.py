"""The map over HTTP: what is on it and in its list, for whom, and what it says where there is nothing to draw."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.accounts.roles import Role
from alerts.console.content_policy import policy
from alerts.models import Agency, Incident
from tests.people import give
from tests.stories.conftest import ControlRoom, room_without_engine
from zones.models import Camera, CameraStatus, Site, Zone
from zones.placing import metres_between
from zones.tier import Tier

__all__ = ["room_without_engine"]
HERE = (51.50837, -0.12097)


@pytest.fixture
def room(room_without_engine: ControlRoom) -> ControlRoom:
    return room_without_engine


def somebody(role: Role, site: Site | None = None, agency: Agency | None = None) -> Client:
    client = Client()
    client.force_login(give(User.objects.create_user(f"{role}-{User.objects.count()}"), role, site, agency))
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/map/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def drawing(text: str) -> dict[str, list[Any]]:
    found = re.search(r'<script id="drawing" type="application/json">(.*?)</script>', text)
    assert found is not None
    content: dict[str, list[Any]] = json.loads(found[1])
    return content


def another_bridge() -> Camera:
    """A second site with a camera of its own, 170 km away."""
    site = Site.objects.create(name="Other Bridge")
    return Camera.objects.create(site=site, name="Tower", source="x.mp4", latitude=51.45, longitude=-2.62)


def live(camera: int) -> None:
    CameraStatus.objects.create(camera_id=camera, state=CameraStatus.State.LIVE, last_frame_at=timezone.now())


def test_cameras_edges_and_incidents_are_on_the_map_and_in_the_list(room: ControlRoom) -> None:
    live(1)
    concern, critical = room.sees(Tier.CONCERN), room.sees(Tier.CRITICAL)
    text = shown(somebody(Role.OPERATOR))
    content = drawing(text)
    east, west = content["cameras"]
    assert (east["words"], east["shape"], east["at"], east["url"]) == ("East parapet", "✓", list(HERE), "#camera-1")
    assert west["shape"] == "✕"
    assert west["title"] == "Camera Demo Bridge / West parapet: not watched"
    assert len(east["sector"]) == 3
    ((near, far),) = east["edges"]
    assert metres_between(near, far) == pytest.approx(28.5, abs=0.5)
    first, second = content["incidents"]
    assert [first["words"], second["words"]] == [f"#{critical.pk} critical", f"#{concern.pk} concern"]
    assert (first["shape"], first["url"], first["waits"]) == ("◆", f"/incidents/{critical.pk}/", True)
    # At the zone's edge and not at the camera: halfway between the edge's ends.
    assert metres_between(first["at"], near) == pytest.approx(metres_between(first["at"], far), abs=0.1)
    assert len(content["outlines"]) == 1
    for words in ("51.50837, -0.12097", "south-east, 140°", "its place, its view and its edges", "lamp column 14",
                  f"#{critical.pk} Demo Bridge", "Waiting: nobody has taken it on"):  # fmt: skip
        assert words in text


def test_what_is_known_of_a_camera_is_drawn_and_what_is_missing_is_said(room: ControlRoom) -> None:
    Camera.objects.filter(pk=1).update(homography=None)
    Camera.objects.filter(pk=2).update(heading_deg=None)
    Camera.objects.create(site_id=1, name="North tower", source="x.mp4")
    broken = Camera.objects.create(site_id=1, name="Broken", source="x.mp4", homography=[[0, 0, 0]] * 3)
    Camera.objects.filter(pk=broken.pk).update(latitude=51.5, longitude=-0.1, heading_deg=10)
    text = shown(somebody(Role.AUDITOR))
    found = {pin["words"]: len(pin["sector"]) for pin in drawing(text)["cameras"]}
    assert found == {"Broken": 2, "East parapet": 2, "West parapet": 0}
    assert "its place and direction only: it is not calibrated" in text
    assert "its place only: which way it looks is not known" in text
    assert "not on the map: its position is not known" in text


def test_an_incident_without_a_place_is_said_above_the_list(room: ControlRoom) -> None:
    incident = room.sees()
    Camera.objects.filter(pk=1).update(latitude=None, longitude=None)
    text = shown(somebody(Role.OPERATOR))
    assert drawing(text)["incidents"] == []
    assert "1 not on the map: the position of the camera is not known." in text
    assert f'href="/incidents/{incident.pk}/"' in text
    Zone.objects.filter(pk=1).update(name="Renamed since")
    Camera.objects.filter(pk=1).update(latitude=HERE[0], longitude=HERE[1])
    assert drawing(shown(somebody(Role.OPERATOR)))["incidents"][0]["at"] == list(HERE)  # at its camera


def test_an_open_incident_with_a_place_leads_to_the_map(room: ControlRoom) -> None:
    incident, operator = room.sees(), somebody(Role.OPERATOR)
    link = f'href="/map/?site=1&amp;show=incident-{incident.pk}"'
    page = operator.get(f"/incidents/{incident.pk}/").content.decode()
    assert link in page
    assert "51.50837, -0.12097" in page
    Camera.objects.filter(pk=1).update(latitude=None, longitude=None)
    assert link not in operator.get(f"/incidents/{incident.pk}/").content.decode()


def test_each_role_sees_what_is_theirs(room: ControlRoom) -> None:
    incident, tower = room.sees(), another_bridge()
    here, there = Site.objects.get(pk=1), tower.site
    for role in (Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR):
        content = drawing(shown(somebody(role, here)))
        assert [pin["words"] for pin in content["cameras"]] == ["East parapet", "West parapet"], role
        assert [pin["key"] for pin in content["incidents"]] == [f"incident-{incident.pk}"], role
        text = shown(somebody(role, there))
        assert [pin["words"] for pin in drawing(text)["cameras"]] == ["Tower"], role
        assert drawing(text)["incidents"] == [], role
        assert "Demo Bridge" not in text, role
    text = shown(somebody(Role.ZONE_ADMIN, here))
    assert [pin["url"] for pin in drawing(text)["cameras"]] == ["/cameras/1/", "/cameras/2/"]
    assert drawing(text)["incidents"] == []
    assert incident.place not in text
    assert somebody(Role.PARTNER, None, Agency.objects.first()).get("/map/").status_code == 403
    assert Client().get("/map/").status_code == 302


def test_an_agency_sees_neither_cameras_nor_incidents_that_are_not_shared_with_it(room: ControlRoom) -> None:
    incident = room.sees()
    text = shown(somebody(Role.OPERATOR, Site.objects.get(pk=1), Agency.objects.create(name="Elsewhere Rescue")))
    assert drawing(text) == {"cameras": [], "incidents": [], "outlines": []}
    assert incident.place not in text


def test_one_site_is_chosen_and_what_waits_elsewhere_stays_said(room: ControlRoom) -> None:
    tower, operator = another_bridge(), somebody(Role.OPERATOR)
    room.sees()
    everything = drawing(shown(operator))
    assert len(everything["cameras"]) == 3
    assert len(everything["outlines"]) == 2
    text = shown(operator, f"?site={tower.site_id}")
    assert [pin["words"] for pin in drawing(text)["cameras"]] == ["Tower"]
    assert "1 more at other sites" in text
    assert 'data-waiting="1"' in text  # the sound is for all of them
    for nonsense in ("?site=x", "?site=999999999999999999999", "?site="):
        assert drawing(shown(operator, nonsense)) == everything


def test_where_there_is_nothing_to_draw_it_says_what_to_do(room: ControlRoom) -> None:
    Camera.objects.update(latitude=None, longitude=None)
    assert "Ask a zone admin to write it into the settings of the cameras." in shown(somebody(Role.OPERATOR))
    assert "Open the settings of a camera in the list below" in shown(somebody(Role.ZONE_ADMIN))
    Camera.objects.update(enabled=False)
    assert "No camera is watched yet." in shown(somebody(Role.OPERATOR))


def test_what_is_closed_or_a_notice_is_not_on_the_map(room: ControlRoom) -> None:
    incident = room.sees()
    operator = somebody(Role.OPERATOR)
    room.sees(Tier.NOTICE, frame_at=timezone.now() - timedelta(seconds=5))
    assert len(drawing(shown(operator))["incidents"]) == 1
    Incident.objects.filter(pk=incident.pk).update(state=Incident.State.RESOLVED, outcome="unknown")
    assert drawing(shown(operator))["incidents"] == []


def test_the_fragment_brings_warnings_to_the_top_of_the_page(room: ControlRoom) -> None:
    operator = somebody(Role.OPERATOR)
    fragment = operator.get("/fragments/map/").content.decode()
    assert 'id="late" hx-swap-oob="innerHTML"' in fragment
    assert "Paging is late" in fragment  # no engine runs here
    page = shown(operator)
    assert page.index("Paging is late") < page.index("<h1>Map</h1>")
    assert "hx-swap-oob" not in page


def test_pictures_come_from_the_tile_server_and_from_nowhere_else(room: ControlRoom, settings: Settings) -> None:
    assert "img-src 'self' data:;" in policy("")
    assert "img-src 'self' data: https://tiles.example.org:8443;" in policy(
        "https://tiles.example.org:8443/a/{z}/{x}/{y}"
    )
    operator = somebody(Role.OPERATOR)
    assert "A plain plan" in shown(operator)
    settings.MAP_TILES_URL, settings.MAP_TILES_CREDIT = "https://tiles.example.org/{z}/{x}/{y}.png", "© A <b>mapper</b>"
    text = shown(operator)
    assert 'data-tiles="https://tiles.example.org/{z}/{x}/{y}.png"' in text
    assert "© A &lt;b&gt;mapper&lt;/b&gt;" in text


@pytest.mark.parametrize(
    "address", ["https://t.example/{z}/{x}.png", "tiles/{z}/{x}/{y}", "https://t.example/{z}/{x}/{y}; script-src *"]
)
def test_an_address_of_tiles_that_cannot_work_is_refused_at_the_start(address: str) -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", "import welfare.settings"],
        env={"SECRET_KEY": "x", "MAP_TILES_URL": address, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ImproperlyConfigured.__name__ in done.stderr
    assert "write one address with all three places" in done.stderr
