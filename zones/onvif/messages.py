"""ONVIF's messages as values: what is asked, and what of an answer is read. No network, no clock.

SOAP 1.2 with the WS-Security UsernameToken of the ONVIF Core Specification, section 5.9; profiles and stream addresses
of the Media Service (ver10), discovery by WS-Discovery (April 2005). What a device says is not trusted: texts are cut,
and an entity or a document type is refused.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

SOAP = "http://www.w3.org/2003/05/soap-envelope"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
NETWORK = "http://www.onvif.org/ver10/network/wsdl"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"  # noqa: S105 - a name
LONGEST = 200  # characters of a text that a device gives
MOST_PROFILES = 32


class OnvifMessageError(ValueError):
    """What came is no answer of an ONVIF device; the message says what it is instead."""


class RefusedError(ValueError):
    """The device answered with a fault.

    Attributes:
        login: the log-in is missing or wrong.
    """

    def __init__(self, words: str, *, login: bool) -> None:
        super().__init__(words)
        self.login = login


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and password, as they are hashed into a message."""

    username: str
    password: str
    created: datetime
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream that a camera offers; sizes in pixels, 0 where it does not say."""

    token: str
    name: str
    codec: str
    width: int
    height: int
    fps: float


def get_clock() -> str:
    """Ask for the device's clock: answered without a log-in, and needed for one."""
    return f'<GetSystemDateAndTime xmlns="{DEVICE}"/>'


def get_device() -> str:
    """Ask who made it."""
    return f'<GetDeviceInformation xmlns="{DEVICE}"/>'


def get_services() -> str:
    """Ask where its services are."""
    return f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>'


def get_profiles() -> str:
    """Ask which streams it offers."""
    return f'<GetProfiles xmlns="{MEDIA}"/>'


def get_stream(token: str) -> str:
    """Ask for the address of a profile's stream, by RTSP."""
    setup = (
        f'<StreamSetup><Stream xmlns="{SCHEMA}">RTP-Unicast</Stream>'
        f'<Transport xmlns="{SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
    )
    return f'<GetStreamUri xmlns="{MEDIA}">{setup}<ProfileToken>{escape(token)}</ProfileToken></GetStreamUri>'


def envelope(body: str, login: Login | None = None) -> bytes:
    """A whole message."""
    header = f"<s:Header>{_security(login)}</s:Header>" if login else ""
    return f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}">{header}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def _security(login: Login) -> str:
    """UsernameToken with PasswordDigest: Base64(SHA-1(nonce + created + password))."""
    created = login.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha1(login.nonce + created.encode() + login.password.encode(), usedforsecurity=False).digest()
    return (
        f'<Security s:mustUnderstand="1" xmlns="{WSS}"><UsernameToken>'
        f"<Username>{escape(login.username)}</Username>"
        f'<Password Type="{TOKEN}#PasswordDigest">{base64.b64encode(digest).decode()}</Password>'
        f"<Nonce>{base64.b64encode(login.nonce).decode()}</Nonce>"
        f'<Created xmlns="{WSU}">{created}</Created></UsernameToken></Security>'
    )


def body_of(answer: bytes) -> ET.Element:
    """The body of an answer.

    Raises:
        OnvifMessageError: it is no SOAP message.
        RefusedError: it is a fault.
    """
    root = _parsed(answer)
    body = root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or body is None:
        raise OnvifMessageError("what answers there is no ONVIF device")
    fault = body.find(f"{{{SOAP}}}Fault")
    if fault is not None:
        said = " ".join(text for text in (t.strip() for t in fault.itertext()) if text)
        login = any(word in said for word in ("NotAuthorized", "FailedAuthentication", "not authorized"))
        raise RefusedError(_cut(said), login=login)
    return body


def _parsed(answer: bytes) -> ET.Element:
    if b"<!DOCTYPE" in answer or b"<!ENTITY" in answer:
        raise OnvifMessageError("what answers there sends a document type, which no ONVIF device does")
    try:
        return ET.fromstring(answer)  # noqa: S314 - entities were refused, nothing outside is ever fetched
    except (ET.ParseError, ValueError, LookupError):
        raise OnvifMessageError("what answers there is no ONVIF device") from None


def clock_of(body: ET.Element) -> datetime | None:
    """The device's UTC; None where it does not say."""
    utc = body.find(f".//{{{SCHEMA}}}UTCDateTime")
    if utc is None:
        return None
    try:
        year, month, day, hour, minute, second = (
            int(_text(utc, name)) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
        )
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def device_of(body: ET.Element) -> str:
    """Maker and model in words."""
    return " ".join(part for part in (_text(body, "Manufacturer"), _text(body, "Model")) if part) or "an ONVIF device"


def media_address_of(body: ET.Element) -> str:
    """Where its media service is; empty where it has none."""
    media = body.find(f".//{{{SCHEMA}}}Media")
    return _text(media, "XAddr") if media is not None else ""


def profiles_of(body: ET.Element) -> list[Profile]:
    """The streams that it offers, those with a picture; the largest first."""
    found = [p for p in map(_profile, body.iter(f"{{{MEDIA}}}Profiles")) if p.token]
    return sorted(found[:MOST_PROFILES], key=lambda p: (-p.width * p.height, p.token))


def _profile(profile: ET.Element) -> Profile:
    encoder = profile.find(f"{{{SCHEMA}}}VideoEncoderConfiguration")
    token = profile.get("token", "")[:LONGEST]
    if encoder is None:
        return Profile("", "", "", 0, 0, 0.0)
    return Profile(
        token=token,
        name=_text(profile, "Name") or token,
        codec=_text(encoder, "Encoding"),
        width=int(_number(encoder, "Width")),
        height=int(_number(encoder, "Height")),
        fps=_number(encoder, "FrameRateLimit"),
    )


def stream_of(body: ET.Element) -> str:
    """The address of a stream; empty where it gives none."""
    return _text(body, "Uri")


def probe(message: str) -> bytes:
    """A WS-Discovery probe for devices that send video.

    Args:
        message: its own number, a UUID.
    """
    header = (
        f'<a:MessageID xmlns:a="{ADDRESSING}">urn:uuid:{message}</a:MessageID>'
        f'<a:To xmlns:a="{ADDRESSING}">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>'
        f'<a:Action xmlns:a="{ADDRESSING}">{DISCOVERY}/Probe</a:Action>'
    )
    body = f'<d:Probe xmlns:d="{DISCOVERY}" xmlns:n="{NETWORK}"><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe>'
    return (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def matches_of(answer: bytes) -> list[tuple[str, list[str]]]:
    """Name and addresses of each device in an answer to a probe; nothing for what is no such answer."""
    try:
        body = body_of(answer)
    except (OnvifMessageError, RefusedError):
        return []
    found = []
    for match in body.iter(f"{{{DISCOVERY}}}ProbeMatch"):
        scopes = _text(match, "Scopes", most=5000).split()
        found.append((_name_in(scopes), _text(match, "XAddrs", most=2000).split()))
    return found


def _name_in(scopes: list[str]) -> str:
    """`onvif://www.onvif.org/name/Bridge%20East` says what the device calls itself."""
    from urllib.parse import unquote

    for kind in ("name", "hardware"):
        for scope in scopes:
            start = f"onvif://www.onvif.org/{kind}/"
            if scope.startswith(start):
                return _cut(unquote(scope.removeprefix(start)))
    return "a camera"


def _text(within: ET.Element, name: str, most: int = LONGEST) -> str:
    """The text of the first element of a name, whatever its namespace: devices do not agree on it."""
    return next(_texts(within, name, most), "")


def _texts(within: ET.Element, name: str, most: int) -> Iterator[str]:
    for element in within.iter():
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name and element.text:
            yield _cut(element.text, most)


def _number(within: ET.Element, name: str) -> float:
    try:
        return max(0.0, min(float(_text(within, name)), 100_000.0))
    except ValueError:
        return 0.0


def _cut(text: str, most: int = LONGEST) -> str:
    """One line without anything that is no letter."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:most]
