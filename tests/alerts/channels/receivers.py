"""Real receivers on loopback: they check what they get as the other side would, and can be told to misbehave."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONG_S = 5.0  # longer than a sender of these tests waits, however slow the machine is


@dataclass
class Post:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A small HTTP server.

    Attributes:
        status: what it answers; by path where `statuses` names it.
        hang_s: how long it waits first.
        drip: it sends a header that never ends.
    """

    address: str = ""
    status: int = 201
    statuses: dict[str, int] = field(default_factory=dict)
    hang_s: float = 0.0
    drip: bool = False
    posts: list[Post] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Receiver]:
    """Serve on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            receiver.posts.append(Post(self.path, {name.title(): value for name, value in self.headers.items()}, body))
            time.sleep(receiver.hang_s)
            if receiver.drip:
                self._drip()
                return
            status = receiver.statuses.get(self.path, receiver.status)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{receiver.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _drip(self) -> None:
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                for _ in range(40):
                    self.wfile.write(b"z")
                    self.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield receiver
    server.shutdown()
    server.server_close()


class Device:
    """A browser's side of web push: its keys, and how it reads what was sealed for it (RFC 8291)."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"

    @property
    def keys(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _text(point), "auth": _text(self._auth)}

    def read(self, post: Post) -> dict[str, Any]:
        opened = http_ece.decrypt(post.body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        content: dict[str, Any] = json.loads(opened)
        return content


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def wait_for(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Look until something is there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")
