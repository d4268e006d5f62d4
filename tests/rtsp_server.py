"""A small RTSP server for tests (RFC 2326, Digest log-in of RFC 2069, H.264 by RFC 6184 over the RTSP connection).

It plays an MP4 for ever in real time. `frozen` stops the packets and keeps the connection, `show` goes over to another
clip at once, `close` drops everything.
"""

import base64
import hashlib
import re
import secrets
import socket
import socketserver
import struct
import threading
import time
from pathlib import Path
from typing import Any

import av
from av.bitstream import BitStreamFilterContext

LARGEST = 1300  # bytes of a packet's payload
CLOCK_HZ = 90_000


class RtspServer(socketserver.ThreadingTCPServer):
    """Serves one clip on loopback at rtsp://127.0.0.1:port/cam; user and password may be empty."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, clip: Path, *, username: str = "", password: str = "", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.username, self.password = username, password
        self.packets, self.duration_s = _packets(clip)
        self.frozen, self.stopping = threading.Event(), threading.Event()
        self.connections: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """The stream, without user and password."""
        return f"rtsp://127.0.0.1:{self.port}/cam"

    def show(self, clip: Path) -> None:
        """Whoever watches sees another clip from its beginning; its size and encoder are the same."""
        self.packets, self.duration_s = _packets(clip)

    def close(self) -> None:
        """Drop every connection and stop listening."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in self.connections:
            connection.close()


class Session(socketserver.BaseRequestHandler):
    """One connection."""

    server: RtspServer
    request: socket.socket

    def handle(self) -> None:
        """Answer requests until the client goes."""
        self.server.connections.append(self.request)
        self.lock, self.nonce = threading.Lock(), secrets.token_hex(8)
        buffer = b""
        try:
            while not self.server.stopping.is_set() and (data := self.request.recv(65536)):
                buffer += data
                while b"\r\n\r\n" in buffer:
                    buffer = self._skip_interleaved(buffer)
                    if b"\r\n\r\n" not in buffer:
                        break
                    head, buffer = buffer.split(b"\r\n\r\n", 1)
                    self._answer(head.decode())
        except OSError:
            return

    @staticmethod
    def _skip_interleaved(buffer: bytes) -> bytes:
        while buffer[:1] == b"$" and len(buffer) >= 4:
            buffer = buffer[4 + struct.unpack(">H", buffer[2:4])[0] :]
        return buffer

    def _answer(self, head: str) -> None:
        lines = head.split("\r\n")
        method = lines[0].split()[0]
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        sequence = headers.get("cseq", "0")
        if self.server.username and method != "OPTIONS" and not self._may(method, headers):
            challenge = f'Digest realm="handrail", nonce="{self.nonce}"'
            self._reply("401 Unauthorized", sequence, f"WWW-Authenticate: {challenge}")
        elif method == "OPTIONS":
            self._reply("200 OK", sequence, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "DESCRIBE":
            self._reply("200 OK", sequence, "Content-Type: application/sdp", body=self._sdp())
        elif method == "SETUP":
            self._reply("200 OK", sequence, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1")
        elif method == "PLAY":
            self._reply("200 OK", sequence, "Session: 1", "Range: npt=0-")
            threading.Thread(target=self._play, daemon=True).start()
        else:
            self._reply("200 OK", sequence, "Session: 1")

    def _may(self, method: str, headers: dict[str, str]) -> bool:
        given = dict(re.findall(r'(\w+)="([^"]*)"', headers.get("authorization", "")))
        first = _md5(f"{self.server.username}:handrail:{self.server.password}")
        second = _md5(f"{method}:{given.get('uri', '')}")
        return given.get("response") == _md5(f"{first}:{self.nonce}:{second}")

    def _reply(self, status: str, sequence: str, *headers: str, body: str = "") -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {sequence}", *headers, f"Content-Length: {len(body)}", "", body]
        with self.lock:
            self.request.sendall("\r\n".join(lines).encode())

    def _sdp(self) -> str:
        parts = [unit for unit in self.server.packets[0][1] if unit[0] & 31 in (7, 8)]
        sprop = ",".join(base64.b64encode(part).decode() for part in parts)
        return (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=cam\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sprop}\r\na=control:track1\r\n"
        )

    def _play(self) -> None:
        start, number, round_s = time.monotonic(), 0, 0.0
        try:
            while True:
                packets, duration_s = self.server.packets, self.server.duration_s
                for shown_s, units in packets:
                    if self.server.packets is not packets:
                        duration_s = shown_s
                        break
                    wait = start + round_s + shown_s - time.monotonic()
                    if self.server.stopping.wait(max(wait, 0.0)):
                        return
                    while self.server.frozen.is_set():
                        time.sleep(0.02)
                    stamp = int((round_s + shown_s) * CLOCK_HZ) & 0xFFFFFFFF
                    for payload, last in _payloads(units):
                        self._rtp(payload, number, stamp, last=last)
                        number = (number + 1) & 0xFFFF
                round_s += duration_s
        except OSError:
            return

    def _rtp(self, payload: bytes, number: int, stamp: int, *, last: bool) -> None:
        packet = struct.pack(">BBHII", 0x80, 96 | (0x80 if last else 0), number, stamp, 7) + payload
        with self.lock:
            self.request.sendall(b"$\0" + struct.pack(">H", len(packet)) + packet)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _packets(clip: Path) -> tuple[list[tuple[float, list[bytes]]], float]:
    """(seconds, NAL units) of each frame in the order of decoding, and the clip's length."""
    found: list[tuple[float, list[bytes]]] = []
    with av.open(str(clip)) as container:
        stream: Any = container.streams.video[0]
        annexb = BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in container.demux(stream):
            for part in annexb.filter(packet):
                units = [unit for unit in re.split(b"\0\0\0?\1", bytes(part)) if unit]
                found.append((float((part.pts or 0) * part.time_base), units))
        seconds = float(stream.duration * stream.time_base)
    return found, seconds


def _payloads(units: list[bytes]) -> list[tuple[bytes, bool]]:
    """RTP payloads of one frame; True marks the last. Large units are cut into FU-A fragments."""
    parts: list[bytes] = []
    for unit in units:
        if len(unit) <= LARGEST:
            parts.append(unit)
            continue
        chunks = [unit[i : i + LARGEST] for i in range(1, len(unit), LARGEST)]
        for n, chunk in enumerate(chunks):
            mark = (0x80 if n == 0 else 0) | (0x40 if n == len(chunks) - 1 else 0)
            parts.append(bytes([unit[0] & 0xE0 | 28, mark | unit[0] & 31]) + chunk)
    return [(part, n == len(parts) - 1) for n, part in enumerate(parts)]
