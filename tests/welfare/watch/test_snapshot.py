"""A fresh picture of a camera, and every way in which none comes, each in words that say what to do."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.pictures import tiny_clip
from tests.rtsp_server import RtspServer
from welfare.watch.snapshot import take


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RtspServer]:
    server = RtspServer(tiny_clip(tmp_path / "tiny.mp4"), username="cam", password="p@ss word")
    yield server
    server.close()


def test_a_picture_comes_with_what_was_right_on_the_way(server: RtspServer) -> None:
    found = take(server.address, "cam", "p@ss word")
    assert (found.fault, found.size, found.codec) == ("", (64, 48), "h264")
    image = cv2.imdecode(np.frombuffer(found.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (48, 64, 3)
    assert found.passed == (
        f"127.0.0.1 answers on port {server.port}",
        "the log-in is accepted",
        "a picture came: 64 x 48, h264",
    )


def test_a_wrong_password_is_told_as_that_and_never_repeated(server: RtspServer) -> None:
    found = take(server.address, "cam", "wrong-secret")
    assert (found.kind, found.passed) == ("login", (f"127.0.0.1 answers on port {server.port}",))
    assert found.fault == "the camera refuses the user name or the password: correct them"
    assert take(server.address).fault == "the camera wants a log-in: correct them"
    assert "wrong-secret" not in repr(found)


def test_a_camera_that_sends_no_picture_is_given_up(server: RtspServer) -> None:
    server.frozen.set()
    found = take(server.address, "cam", "p@ss word", limit_s=3.0)
    assert found.kind == "slow"
    assert "within 3 seconds" in found.fault


def test_something_that_is_no_camera_is_told_as_that() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            for _ in range(2):
                client, _ = listener.accept()
                client.sendall(b"SSH-2.0-OpenSSH\r\n")
                client.close()

        threading.Thread(target=answer, daemon=True).start()
        assert take(f"rtsp://127.0.0.1:{port}/cam").kind == "video"


@pytest.mark.parametrize(
    ("address", "kind", "words"),
    [
        ("rtsp://127.0.0.1:1/cam", "port", "nothing listens on port 1"),
        ("rtsp://no-such-host.invalid/cam", "address", "not known here"),
        ("ftp://127.0.0.1/cam", "address", "addresses may begin with"),
        ("no/such/file.mp4", "path", "no such file"),
        (__file__, "video", "no video"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_exactly(address: str, kind: str, words: str) -> None:
    found = take(address)
    assert found.kind == kind
    assert words in found.fault
    assert found.jpeg == b""
