"""One fresh picture of a camera, and what is wrong where none comes: `python -m welfare.watch.snapshot`.

FFmpeg may hang in ways that no time limit of its own ends, so the picture is taken in a process that is killed. The
address goes in by standard input: a password never stands in a list of processes.
"""

import base64
import json
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import av
import cv2
import numpy as np
from av.error import FFmpegError, HTTPNotFoundError, HTTPUnauthorizedError, InvalidDataError

from welfare.watch.address import SourceError, is_file, split_address, with_credentials

ROOT = Path(__file__).resolve().parents[2]  # files are named from here
LIMIT_S = 15.0
CONNECT_S = 3.0
PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture of a camera.

    Attributes:
        jpeg: the picture; empty where none came.
        size: width and height, pixels.
        codec: of the stream, e.g. `h264`.
        passed: what was found to be right, in words, in order.
        fault: what is wrong and what to do; empty where a picture came.
        kind: of the fault: address, port, login, path, video, codec, slow; empty where there is none.
    """

    jpeg: bytes = field(default=b"", repr=False)
    size: tuple[int, int] = (0, 0)
    codec: str = ""
    passed: tuple[str, ...] = ()
    fault: str = ""
    kind: str = ""


class _FaultError(Exception):
    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


def take(address: str, username: str = "", password: str = "", *, limit_s: float = LIMIT_S) -> Snapshot:
    """A fresh picture, or what is wrong; never longer than the limit.

    Args:
        address: of a stream or a file, without credentials.
        username: for the log-in, may be empty.
        password: likewise.
        limit_s: seconds after which it is given up.
    """
    asked = json.dumps([address, username, password])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "welfare.watch.snapshot"], input=asked.encode(), capture_output=True,
            timeout=limit_s, check=True, cwd=ROOT,
        )  # fmt: skip
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        words = (
            f"no picture came within {limit_s:.0f} seconds: is the camera overloaded, or the stream's key frames rare?"
        )
        return Snapshot(fault=words, kind="slow")
    except (subprocess.CalledProcessError, ValueError):
        return Snapshot(fault="the stream made the decoder fail: set the camera to H.264 or H.265", kind="codec")
    jpeg, size = base64.b64decode(found["jpeg"]), (found["size"][0], found["size"][1])
    return Snapshot(jpeg, size, found["codec"], tuple(found["passed"]), found["fault"], found["kind"])


def _take(address: str, username: str, password: str) -> Snapshot:
    passed: list[str] = []
    try:
        address = _reachable(address, passed)
        with _opened(address, username, password) as container:
            if username:
                passed.append("the log-in is accepted")
            if not container.streams.video:
                raise _FaultError("video", "the stream has no picture track: choose the camera's video stream")
            stream = container.streams.video[0]
            codec = str(stream.codec_context.name)
            for picture in container.decode(stream):
                image = np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
                passed.append(f"a picture came: {picture.width} x {picture.height}, {codec}")
                done = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
                return Snapshot(done, (picture.width, picture.height), codec, tuple(passed))
            raise _FaultError("video", "the stream ended before a picture came: check the address")
    except _FaultError as fault:
        return Snapshot(passed=tuple(passed), fault=fault.words, kind=fault.kind)
    except FFmpegError:
        words = "the stream cannot be decoded: set the camera to H.264 or H.265"
        return Snapshot(passed=tuple(passed), fault=words, kind="codec")


def _reachable(address: str, passed: list[str]) -> str:
    """The address without credentials, once its host is known and something listens on its port."""
    try:
        address, _, _ = split_address(address)
    except SourceError as error:
        raise _FaultError("address", str(error)) from None
    if is_file(address):
        return address
    parts = urlsplit(address)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise _FaultError("address", f"the name {host} is not known here: correct it, or give the number") from None
    try:
        socket.create_connection((str(places[0][4][0]), port), CONNECT_S).close()
    except ConnectionRefusedError:
        words = f"{host} is there, but nothing listens on port {port}: correct the port, or switch on {parts.scheme}"
        raise _FaultError("port", words) from None
    except OSError:
        raise _FaultError("address", f"{host} does not answer: check power, network, firewall and address") from None
    passed.append(f"{host} answers on port {port}")
    return address


def _opened(address: str, username: str, password: str) -> av.container.InputContainer:
    options = {"rtsp_transport": "tcp"} if address.startswith("rtsp") else {}
    try:
        return av.open(with_credentials(address, username, password), options=options, timeout=(8.0, 8.0))
    except HTTPUnauthorizedError:
        words = "the camera refuses the user name or the password" if username else "the camera wants a log-in"
        raise _FaultError("login", f"{words}: correct them") from None
    except (HTTPNotFoundError, FileNotFoundError):
        words = "there is no such file" if is_file(address) else "the camera has no stream at this path"
        raise _FaultError("path", f"{words}: correct the address") from None
    except InvalidDataError:
        raise _FaultError("video", "what comes is no video: correct the address") from None
    except FFmpegError as error:
        reason = (error.strerror or "no answer").lower()  # the kind alone: FFmpeg's texts hold the whole address
        raise _FaultError("video", f"the connection ends without a stream ({reason}): check the address") from None


def _main() -> None:
    found = asdict(_take(*json.loads(sys.stdin.read())))
    found["jpeg"] = base64.b64encode(found["jpeg"]).decode()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main()
