"""A camera is asked by ONVIF what it is: a fake device, good and bad, on loopback."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.zones.onvif_device import Answerer, OnvifDevice, probe_match
from zones.onvif.asking import Found, OnvifError, ask, device_place
from zones.onvif.discovery import discover

USER, PASSWORD = "ad<min", "p@ss wörd"


@contextmanager
def device(**how: Any) -> Iterator[OnvifDevice]:
    found = OnvifDevice(**how)
    try:
        yield found
    finally:
        found.end()


def asked(how: OnvifDevice, username: str = "", password: str = "", limit_s: float = 8.0) -> Found:
    return ask(how.address, username, password, limit_s=limit_s)


def test_it_says_what_it_is_and_which_streams_it_has_the_largest_first() -> None:
    with device() as camera:
        found = asked(camera)
    assert found.device == "Acme <b> Bridge 4"
    assert [(s.profile.width, s.profile.height, s.profile.codec, s.profile.fps) for s in found.streams] == [
        (2560, 1440, "H264", 12.0), (1280, 720, "H264", 12.0)
    ]  # fmt: skip
    assert found.streams[1].address == "rtsp://127.0.0.1:554/sub?a=1&b=2"


@pytest.mark.parametrize("digest", [False, True], ids=["UsernameToken", "HTTP Digest"])
def test_with_the_right_log_in_it_answers_and_the_password_is_never_sent(digest: bool) -> None:
    with device(username=USER, password=PASSWORD, digest=digest) as camera:
        assert len(asked(camera, USER, PASSWORD).streams) == 2


@pytest.mark.parametrize("digest", [False, True], ids=["UsernameToken", "HTTP Digest"])
def test_a_wrong_log_in_and_a_missing_one_are_told_apart(digest: bool) -> None:
    with device(username=USER, password=PASSWORD, digest=digest) as camera:
        with pytest.raises(OnvifError, match="refuses the user name or the password"):
            asked(camera, USER, "wrong")
        with pytest.raises(OnvifError, match="wants a log-in"):
            asked(camera)


def test_a_clock_that_is_an_hour_off_keeps_nobody_out() -> None:
    with device(username=USER, password=PASSWORD, ahead_s=3600.0) as camera:
        assert asked(camera, USER, PASSWORD).ahead_s == pytest.approx(3600.0, abs=5.0)


def test_nothing_is_ever_asked_of_another_machine_than_the_one_that_was_named() -> None:
    with device(host="169.254.169.254") as camera:
        found = asked(camera)
        assert camera.asked.count("GetStreamUri") == 2  # the media service was found, on the named machine
    assert all(s.address.startswith("rtsp://127.0.0.1:554/") for s in found.streams)


def test_a_stream_that_is_no_rtsp_is_not_offered() -> None:
    with device(rtsp="file:///etc/passwd?{host}{token}") as camera, pytest.raises(OnvifError, match="no RTSP address"):
        asked(camera)
    with device(streams=()) as camera, pytest.raises(OnvifError, match="no stream with a picture"):
        asked(camera)


def test_one_without_a_media_service_is_asked_where_it_is() -> None:
    with device(misbehaves="no-media") as camera:
        assert len(asked(camera).streams) == 2


@pytest.mark.parametrize(
    ("misbehaves", "words"),
    [
        ("garbage", "not by ONVIF"),
        ("html", "not by ONVIF"),
        ("bomb", "document type"),
        ("huge", "far more than an ONVIF answer"),
        ("redirect", "not by ONVIF"),
        ("hangs-up", "breaks the connection off"),
        ("slow", "too slow"),
        ("drip", "too slow"),
    ],
)
def test_one_that_misbehaves_is_told_in_words_and_in_time(misbehaves: str, words: str) -> None:
    begun = time.monotonic()
    with device(misbehaves=misbehaves) as camera, pytest.raises(OnvifError, match=words):
        asked(camera, limit_s=1.0)
    assert time.monotonic() - begun < 6.0


def test_a_closed_port_and_an_unknown_name_say_what_to_do() -> None:
    with device() as camera:
        gone = camera.address
    with pytest.raises(OnvifError, match="nothing listens on this port"):
        ask(gone)
    with pytest.raises(OnvifError, match=r"name no-such-camera\.invalid is not known"):
        ask("no-such-camera.invalid")


@pytest.mark.parametrize(
    "address",
    ["", "   ", "rtsp://10.0.0.1/", "file:///etc/passwd", "http://", "10.0.0.1:notaport", "a b", "http://[::1"],
)
def test_what_is_no_address_is_refused_before_anything_is_asked(address: str) -> None:
    with pytest.raises(OnvifError):
        device_place(address)


def test_an_address_may_be_short() -> None:
    assert device_place(" 10.0.0.7 ").geturl() == "http://10.0.0.7/onvif/device_service"
    assert device_place("https://cam.example:8443/onvif/dev").geturl() == "https://cam.example:8443/onvif/dev"
    assert device_place("http://user:secret@10.0.0.7:8000/").geturl() == "http://10.0.0.7:8000/onvif/device_service"


def test_cameras_that_answer_a_probe_are_found_once_each_and_by_their_own_address_alone() -> None:
    own = "http://127.0.0.1:8000/onvif/device_service"
    answers = [
        probe_match("http://[fe80::1]/onvif/device_service", own),
        probe_match(own),
        probe_match("http://169.254.169.254/latest"),
        probe_match("ftp://127.0.0.1/", "http://127.0.0.1:9000/onvif/device_service", name="%3Cscript%3E"),
        b"\x00 garbage",
        b"<a/>",
    ]
    network = Answerer(answers)
    found = discover(network.place, wait_s=0.5)
    network.end()
    assert [(c.name, c.address) for c in found] == [
        ("Bridge East", own), ("<script>", "http://127.0.0.1:9000/onvif/device_service")
    ]  # fmt: skip
    assert b"NetworkVideoTransmitter" in network.probes[0]


def test_an_empty_network_is_empty() -> None:
    network = Answerer([])
    assert discover(network.place, wait_s=0.2) == []
    network.end()
