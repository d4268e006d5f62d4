"""Asking one camera by ONVIF what it is and which streams it has.

Nothing is asked of any other machine than the one that an admin named: a service or a stream that a device places on
another host (behind a translated address it often knows only its own) is looked for on the named one, redirects are not
followed, and no answer may be large or slow.
"""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

import requests
from requests.auth import HTTPDigestAuth
from urllib3.exceptions import HTTPError, ReadTimeoutError

from zones.onvif import messages
from zones.onvif.messages import Login, OnvifMessageError, Profile, RefusedError

T = TypeVar("T")
DEVICE_PATH = "/onvif/device_service"
LIMIT_S = 12.0  # for everything together
CONNECT_S = 3.0
MOST_BYTES = 512 * 1024
CHUNK = 16 * 1024
UNAUTHORIZED = (401, 403)


class OnvifError(Exception):
    """The camera cannot be asked; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A profile and its address, without a log-in."""

    profile: Profile
    address: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a camera said of itself.

    Attributes:
        streams: the largest first; never empty.
        ahead_s: seconds by which its clock is ahead of ours.
    """

    device: str
    streams: tuple[Stream, ...]
    ahead_s: float


def ask(address: str, username: str = "", password: str = "", *, limit_s: float = LIMIT_S) -> Found:
    """Ask the camera at an address.

    Args:
        address: as somebody types it: a host, host:port, or the whole address of its device service.
        username: for the log-in, may be empty.
        password: likewise.
        limit_s: seconds after which it is given up.

    Raises:
        OnvifError: says what is wrong and what to do.
    """
    camera = _Camera(device_place(address), username, password, time.monotonic() + limit_s)
    # In a thread of its own: a device that sends one byte a second of its header is left behind, not waited for.
    asking = ThreadPoolExecutor(1, thread_name_prefix="onvif")
    try:
        return asking.submit(camera.describe).result(limit_s + 0.5)
    except TimeoutError:
        raise OnvifError(camera.slow) from None
    finally:
        asking.shutdown(wait=False, cancel_futures=True)


def device_place(address: str) -> SplitResult:
    """The address of a device service.

    Raises:
        OnvifError: it is none.
    """
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = SplitResult("http", "", "", "", ""), None, None
    if parts.scheme not in ("http", "https"):
        raise OnvifError("An ONVIF address begins with http:// or https://, or is the camera's name or number alone.")
    if not host or any(c.isspace() for c in text):
        raise OnvifError(
            "This is no address: write the camera's name or number, like 192.168.1.20 or 192.168.1.20:8000."
        )
    name = f"[{host}]" if ":" in host else host
    path = parts.path if parts.path not in ("", "/") else DEVICE_PATH
    return SplitResult(parts.scheme, f"{name}:{port}" if port else name, path, "", "")


@dataclass(slots=True)
class _Camera:
    place: SplitResult
    username: str
    password: str
    until: float
    ahead: timedelta = timedelta()
    session: requests.Session = field(default_factory=requests.Session)

    def describe(self) -> Found:
        """Ask everything, one after the other."""
        with self.session:
            return self._described()

    def _described(self) -> Found:
        self.session.trust_env = False  # no proxy, and no log-in that this machine keeps
        self.ahead = self._ahead()
        device = self._ask(self.place, messages.get_device(), messages.device_of)
        where = self._ask(self.place, messages.get_services(), messages.media_address_of)
        media = self.place._replace(path=urlsplit(where).path or DEVICE_PATH)  # of the named machine, never another
        profiles = self._ask(media, messages.get_profiles(), messages.profiles_of)
        named = [(profile, self._address(media, profile)) for profile in profiles]
        streams = tuple(Stream(profile, address) for profile, address in named if address)
        if not profiles:
            raise OnvifError(f"{device} answers, but offers no stream with a picture: switch one on in the camera.")
        if not streams:
            raise OnvifError(f"{device} answers, but gives no RTSP address: switch RTSP on in the camera.")
        return Found(device, streams, self.ahead.total_seconds())

    def _ahead(self) -> timedelta:
        """How far the device's clock is ahead: a log-in that its clock makes old is refused."""
        answer, status = self._post(self.place, messages.envelope(messages.get_clock()))
        if status in UNAUTHORIZED:
            return timedelta()
        try:
            clock = messages.clock_of(messages.body_of(answer))
        except RefusedError:
            return timedelta()
        except OnvifMessageError as error:
            words = f"{self._name} answers, but not by ONVIF: {error}. Is ONVIF switched on, and the port right?"
            raise OnvifError(words) from None
        return clock - datetime.now(UTC) if clock else timedelta()

    def _address(self, media: SplitResult, profile: Profile) -> str:
        given = self._ask(media, messages.get_stream(profile.token), messages.stream_of)
        try:
            parts = urlsplit(given)
            host, port = parts.hostname, parts.port
        except ValueError:
            return ""
        if parts.scheme not in ("rtsp", "rtsps") or not host:
            return ""
        here = self.place.hostname or ""
        name = f"[{here}]" if ":" in here else here
        return urlunsplit((parts.scheme, f"{name}:{port}" if port else name, parts.path, parts.query, ""))

    def _ask(self, place: SplitResult, body: str, read: Callable[[ET.Element], T]) -> T:
        answer, status = self._post(place, messages.envelope(body, self._login()))
        try:
            return read(messages.body_of(answer))
        except RefusedError as error:
            if error.login or status in UNAUTHORIZED:
                raise OnvifError(self._refused) from None
            raise OnvifError(f"{self._name} refuses to say it: {error}") from None
        except OnvifMessageError as error:
            if status in UNAUTHORIZED:
                raise OnvifError(self._refused) from None
            raise OnvifError(f"{self._name} answers, but not by ONVIF (status {status}): {error}.") from None

    def _login(self) -> Login | None:
        if not self.username:
            return None
        return Login(self.username, self.password, datetime.now(UTC) + self.ahead, secrets.token_bytes(16))

    def _post(self, place: SplitResult, message: bytes) -> tuple[bytes, int]:
        """The answer, at most MOST_BYTES of it, and its status."""
        try:
            with self.session.post(
                urlunsplit(place),
                data=message,
                headers={"Content-Type": "application/soap+xml; charset=utf-8", "Accept-Encoding": "identity"},
                auth=HTTPDigestAuth(self.username, self.password) if self.username else None,
                timeout=(min(CONNECT_S, self._left()), self._left()),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return self._content(answer), answer.status_code
        except requests.exceptions.SSLError:
            words = f"The certificate of {self._name} is not trusted here: use http:// inside your own network."
            raise OnvifError(words) from None
        except requests.ConnectTimeout:
            raise OnvifError(f"{self._name} does not answer: check power, network, firewall and address.") from None
        except (requests.Timeout, ReadTimeoutError, TimeoutError):
            raise OnvifError(self.slow) from None
        except requests.ConnectionError as error:
            raise OnvifError(self._unreachable(error)) from None
        except (requests.RequestException, HTTPError, ValueError, OSError):
            raise OnvifError(f"{self._name} breaks the connection off: is this the ONVIF port?") from None

    def _content(self, answer: requests.Response) -> bytes:
        content = b""
        while chunk := answer.raw.read1(CHUNK):
            content += chunk
            if len(content) > MOST_BYTES:
                raise OnvifError(f"{self._name} sends far more than an ONVIF answer: is this the ONVIF port?")
            self._left()
        return content

    def _left(self) -> float:
        """Seconds that are left; raises when none are."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _unreachable(self, error: Exception) -> str:
        said = str(error)
        if "refused" in said:
            return f"{self._name} is there, but nothing listens on this port: cameras often use 80, 8000 or 8080."
        if "resolve" in said or "not known" in said:
            return f"The name {self.place.hostname} is not known here: correct it, or give the number."
        if "Read timed out" in said or "timed out" in said:
            return self.slow
        return f"{self._name} breaks the connection off: is this the ONVIF port?"

    @property
    def slow(self) -> str:
        """What is said of one that takes too long."""
        return f"{self._name} is too slow: no whole answer in time. Is it overloaded, or is this not the ONVIF port?"

    @property
    def _name(self) -> str:
        return self.place.netloc

    @property
    def _refused(self) -> str:
        if self.username:
            return f"{self._name} refuses the user name or the password: correct them. ONVIF may have users of its own."
        return f"{self._name} wants a log-in: fill in user name and password above."
