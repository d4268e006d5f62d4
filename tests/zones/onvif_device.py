"""A fake ONVIF device on loopback, made from the ONVIF Core and Media descriptions (SOAP 1.2, UsernameToken, Digest).

It checks a log-in as a device does: the digest is worked out anew from nonce, created and its own password, a message
that its clock finds old is refused, and so is a nonce that came before. It can also misbehave.
"""

import base64
import hashlib
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list
from xml.etree import ElementTree as ET

SOAP = "http://www.w3.org/2003/05/soap-envelope"
FAULT = (
    '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:ter="http://www.onvif.org/ver10/error">'
    'ter:{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">{words}</s:Text></s:Reason></s:Fault>'
)
REALM, NONCE = "camera", "a0b1c2"


class OnvifDevice(ThreadingHTTPServer):
    """Serves `/onvif/device_service` and `/onvif/media`.

    Args:
        username: whom it lets in; empty lets everybody in.
        password: theirs.
        digest: it wants HTTP Digest instead of a UsernameToken.
        ahead_s: how far its clock is ahead.
        host: what it believes its own address to be.
        misbehaves: "", slow, drip, garbage, huge, html, bomb, redirect, hangs-up, no-media.
    """

    daemon_threads = True

    def __init__(
        self,
        *,
        username: str = "",
        password: str = "",
        digest: bool = False,
        ahead_s: float = 0.0,
        host: str = "127.0.0.1",
        misbehaves: str = "",
        streams: tuple[tuple[str, int, int], ...] = (("main", 2560, 1440), ("sub", 1280, 720)),
        rtsp: str = "rtsp://{host}:554/{token}?a=1&amp;b=2",
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.username, self.password, self.digest, self.ahead_s = username, password, digest, ahead_s
        self.host, self.misbehaves, self.streams, self.rtsp = host, misbehaves, streams, rtsp
        self.seen: set[str] = set()
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def address(self) -> str:
        """As an admin types it."""
        return f"127.0.0.1:{self.server_address[1]}"

    def now(self) -> datetime:
        """By its own clock."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def end(self) -> None:
        """Stop."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no matter."""


class _Asked(BaseHTTPRequestHandler):
    server: OnvifDevice
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        message = self.rfile.read(int(self.headers["Content-Length"]))
        device = self.server
        if device.misbehaves and self._misbehave(device.misbehaves):
            return
        root = ET.fromstring(message)  # noqa: S314 - our own client
        body = root.find(f"{{{SOAP}}}Body")
        assert body is not None
        asked = body[0].tag.rpartition("}")[2]
        device.asked.append(asked)
        if asked != "GetSystemDateAndTime" and device.username:
            if device.digest and not self._digest_holds():
                self._answer(401, b"", {"WWW-Authenticate": f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth"'})
                return
            if not device.digest and not self._token_holds(root):
                self._soap(400, FAULT.format(code="NotAuthorized", words="Sender not authorized"))
                return
        self._soap(200, getattr(self, f"_{asked}")(body[0]))

    def _digest_holds(self) -> bool:
        given = self.headers.get("Authorization", "")
        if not given.startswith("Digest "):
            return False
        told = parse_keqv_list(parse_http_list(given.removeprefix("Digest ")))
        own = hashlib.md5(f"{self.server.username}:{REALM}:{self.server.password}".encode()).hexdigest()  # noqa: S324
        what = hashlib.md5(f"POST:{told['uri']}".encode()).hexdigest()  # noqa: S324
        whole = f"{own}:{NONCE}:{told['nc']}:{told['cnonce']}:auth:{what}"
        return told["response"] == hashlib.md5(whole.encode()).hexdigest()  # noqa: S324

    def _token_holds(self, root: ET.Element) -> bool:
        texts = {e.tag.rpartition("}")[2]: e.text or "" for e in root.iter()}
        if "Nonce" not in texts or texts["Nonce"] in self.server.seen:
            return False
        self.server.seen.add(texts["Nonce"])
        created = datetime.fromisoformat(texts["Created"])
        if abs((self.server.now() - created).total_seconds()) > 10 or texts["Username"] != self.server.username:
            return False
        whole = base64.b64decode(texts["Nonce"]) + texts["Created"].encode() + self.server.password.encode()
        return texts["Password"] == base64.b64encode(hashlib.sha1(whole).digest()).decode()  # noqa: S324

    def _GetSystemDateAndTime(self, _: ET.Element) -> str:  # noqa: N802 - ONVIF's name
        t = self.server.now()
        return (
            '<tds:GetSystemDateAndTimeResponse xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
            'xmlns:tt="http://www.onvif.org/ver10/schema"><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>'
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{t.hour}</tt:Hour><tt:Minute>{t.minute}</tt:Minute><tt:Second>{t.second}"
            f"</tt:Second></tt:Time><tt:Date><tt:Year>{t.year}</tt:Year><tt:Month>{t.month}</tt:Month><tt:Day>{t.day}"
            "</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _GetDeviceInformation(self, _: ET.Element) -> str:  # noqa: N802
        return (
            '<tds:GetDeviceInformationResponse xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
            "<tds:Manufacturer>Acme &lt;b&gt;</tds:Manufacturer><tds:Model>Bridge 4\n</tds:Model><tds:FirmwareVersion>1"
            "</tds:FirmwareVersion><tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId>"
            "</tds:GetDeviceInformationResponse>"
        )

    def _GetCapabilities(self, _: ET.Element) -> str:  # noqa: N802
        where = f"http://{self.server.host}:{self.server.server_address[1]}/onvif/media"
        media = "" if self.server.misbehaves == "no-media" else f"<tt:Media><tt:XAddr>{where}</tt:XAddr></tt:Media>"
        return (
            '<tds:GetCapabilitiesResponse xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
            f'xmlns:tt="http://www.onvif.org/ver10/schema"><tds:Capabilities>{media}</tds:Capabilities>'
            "</tds:GetCapabilitiesResponse>"
        )

    def _GetProfiles(self, _: ET.Element) -> str:  # noqa: N802
        profiles = "".join(
            f'<trt:Profiles token="{token}" fixed="true"><tt:Name>{token} stream</tt:Name>'
            '<tt:VideoEncoderConfiguration token="v"><tt:Name>v</tt:Name><tt:Encoding>H264</tt:Encoding><tt:Resolution>'
            f"<tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution><tt:RateControl>"
            "<tt:FrameRateLimit>12</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles>"
            for token, width, height in self.server.streams
        )
        audio = '<trt:Profiles token="sound"><tt:Name>sound</tt:Name></trt:Profiles>'
        return (
            '<trt:GetProfilesResponse xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
            f'xmlns:tt="http://www.onvif.org/ver10/schema">{profiles}{audio}</trt:GetProfilesResponse>'
        )

    def _GetStreamUri(self, asked: ET.Element) -> str:  # noqa: N802
        token = next(e.text for e in asked.iter() if e.tag.endswith("ProfileToken"))
        uri = self.server.rtsp.format(host=self.server.host, token=token)
        return (
            '<trt:GetStreamUriResponse xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
            f'xmlns:tt="http://www.onvif.org/ver10/schema"><trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri>'
            "</trt:GetStreamUriResponse>"
        )

    def _soap(self, status: int, body: str) -> None:
        envelope = f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'
        self._answer(status, envelope.encode(), {"Content-Type": "application/soap+xml"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _misbehave(self, how: str) -> bool:
        """Whether that was all."""
        if how == "slow":
            time.sleep(3.0)
        elif how == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(40):
                self.wfile.write(b"x")
                time.sleep(0.1)
        elif how == "garbage":
            self._answer(200, b"\x00\xffnot xml", {})
        elif how == "html":
            self._answer(200, b"<html><body>Router</body></html>", {"Content-Type": "text/html"})
        elif how == "bomb":
            self._answer(200, b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>', {})
        elif how == "huge":
            self._answer(200, b"<a>" + b"x" * 3_000_000, {})
        elif how == "redirect":
            self._answer(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"})
        elif how == "hangs-up":
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            return False
        return True


class Answerer:
    """What a device on the network says to a probe: one answer, by UDP on loopback, from the socket's own address."""

    def __init__(self, answers: list[bytes]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.place: tuple[str, int] = self._socket.getsockname()
        self.probes: list[bytes] = []
        self._answers = answers
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            while True:
                probe, who = self._socket.recvfrom(65536)
                self.probes.append(probe)
                for answer in self._answers:
                    self._socket.sendto(answer, who)
        except OSError:
            return

    def end(self) -> None:
        """Stop."""
        self._socket.close()


def probe_match(*addresses: str, name: str = "Bridge%20East") -> bytes:
    """The answer of one device."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body>'
        "<d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/type/video_encoder "
        f"onvif://www.onvif.org/name/{name}</d:Scopes><d:XAddrs>{' '.join(addresses)}</d:XAddrs>"
        "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()
