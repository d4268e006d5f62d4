"""Which cameras say by WS-Discovery that they are on this network: one question to all, and who answers in time."""

import ipaddress
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from zones.onvif.messages import matches_of, probe

WAIT_S = 3.0
MOST_BYTES = 64 * 1024
MOST = 200
EVERYBODY = ("239.255.255.250", 3702)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that answered: what it calls itself, and the address of its device service."""

    name: str
    address: str


def discover(to: tuple[str, int] = EVERYBODY, wait_s: float = WAIT_S) -> list[Camera]:
    """Ask once and listen; sorted by address.

    Of the addresses that a camera gives, one counts that is its own: where the answer came from.

    Raises:
        OSError: this machine cannot send to the network.
    """
    found: dict[str, Camera] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ears:
        ears.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)  # this network alone
        ears.sendto(probe(str(uuid.uuid4())), to)
        until = time.monotonic() + wait_s
        while (left := until - time.monotonic()) > 0 and len(found) < MOST:
            ears.settimeout(left)
            try:
                answer, (host, _) = ears.recvfrom(MOST_BYTES)
            except (TimeoutError, ConnectionRefusedError):
                break
            for camera in _cameras(answer, host):
                found.setdefault(camera.address, camera)
    return sorted(found.values(), key=lambda camera: _order(camera.address))


def _cameras(answer: bytes, host: str) -> Iterator[Camera]:
    for name, addresses in matches_of(answer):
        own = next((address for address in addresses if _is_at(address, host)), "")
        if own:
            yield Camera(name, own)


def _is_at(address: str, host: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and parts.hostname == host
    except ValueError:
        return False


def _order(address: str) -> tuple[int, str]:
    host = urlsplit(address).hostname or ""
    return int(ipaddress.ip_address(host)), address
