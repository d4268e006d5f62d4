"""The camera form asks cameras what they offer, and fills their addresses in."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.zones.onvif_device import Answerer, OnvifDevice, probe_match
from tests.zones.test_editor import zoe
from zones.editor.onvif_views import to_analyse
from zones.models import Camera
from zones.onvif.asking import Stream
from zones.onvif.messages import Profile

__all__ = ["zoe"]


@pytest.fixture
def device() -> Iterator[OnvifDevice]:
    found = OnvifDevice(username="cam", password="p@ss")
    yield found
    found.end()


def text(client: Client, path: str, **form: str) -> str:
    answer = client.post(path, form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_a_zone_admin_may_ask(zoe: Client) -> None:
    operator = Client()
    operator.force_login(User.objects.get(username="operator"))
    for path in ("/cameras/find/", "/cameras/streams/", "/cameras/use-streams/"):
        assert operator.post(path).status_code == 403
        assert Client().post(path).status_code == 302
        assert zoe.get(path).status_code == 405


def test_the_streams_are_offered_and_the_chosen_ones_fill_the_form(zoe: Client, device: OnvifDevice) -> None:
    offered = text(zoe, "/cameras/streams/", onvif=device.address, username="cam", new_password="p@ss")
    assert "Acme &lt;b&gt; Bridge 4" in offered
    assert "2560 x 1440, H264" in offered
    filled = text(
        zoe, "/cameras/use-streams/", analysed="rtsp://127.0.0.1:554/sub?a=1&b=2", recorded="rtsp://127.0.0.1:554/main"
    )
    assert 'value="rtsp://127.0.0.1:554/sub?a=1&amp;b=2"' in filled
    assert 'value="rtsp://127.0.0.1:554/main"' in filled
    assert filled.count('hx-swap-oob="true"') == 2
    once = text(zoe, "/cameras/use-streams/", analysed="rtsp://a/1", recorded="rtsp://a/1")
    assert once.count("rtsp://a/1") == 1


def test_what_is_wrong_is_said_on_the_form(zoe: Client, device: OnvifDevice) -> None:
    assert "refuses the user name" in text(zoe, "/cameras/streams/", onvif=device.address, username="cam")
    assert "This is no address" in text(zoe, "/cameras/streams/", onvif="")
    assert "begins with http" in text(zoe, "/cameras/streams/", onvif="file:///etc/passwd")


def test_a_kept_password_is_used_for_its_own_machine_and_for_no_other(zoe: Client, device: OnvifDevice) -> None:
    camera = Camera.objects.get(pk=1)
    camera.source, camera.username, camera.password = "rtsp://127.0.0.1:554/x", "cam", "p@ss"
    camera.save()
    form = {"onvif": device.address, "username": "cam", "camera": "1"}
    assert "Acme" in text(zoe, "/cameras/streams/", **form)
    Camera.objects.filter(pk=1).update(source="rtsp://10.0.0.1/x")
    assert "refuses the user name" in text(zoe, "/cameras/streams/", **form)


def test_cameras_on_the_network_are_listed_without_running_what_they_say(
    zoe: Client, settings: pytest.FixtureRequest
) -> None:
    network = Answerer([probe_match("http://127.0.0.1:8000/onvif/'}x", name="%3Cscript%3Ealert(1)%3C/script%3E")])
    settings.ONVIF_DISCOVERY = f"127.0.0.1:{network.place[1]}"  # type: ignore[attr-defined]
    page = text(zoe, "/cameras/find/")
    network.end()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page
    settings.ONVIF_DISCOVERY = "127.0.0.1:9"  # type: ignore[attr-defined]
    assert "No camera answered" in text(zoe, "/cameras/find/")


@pytest.mark.parametrize(
    ("widths", "expected"), [((2560, 1280, 640), 1280), ((640, 320), 640), ((3840,), 3840), ((1920, 960), 960)]
)
def test_the_smallest_stream_that_is_large_enough_is_watched(widths: tuple[int, ...], expected: int) -> None:
    offered = tuple(Stream(Profile(str(w), str(w), "H264", w, w * 9 // 16, 10.0), f"rtsp://a/{w}") for w in widths)
    assert to_analyse(offered).profile.width == expected
