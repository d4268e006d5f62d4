"""Addresses of cameras without their log-ins: a kept password goes only to the host that it was kept for."""

from urllib.parse import unquote, urlsplit, urlunsplit


def host(address: str) -> tuple[str | None, int | None]:
    """Host and port of an address; nothing for a file."""
    parts = urlsplit(address)
    return parts.hostname, parts.port


def without_login(address: str) -> tuple[str, str, str]:
    """An address without its log-in, the user name, the password; the last two may be empty.

    Raises:
        ValueError: it cannot be read.
    """
    if "://" not in address:
        return address, "", ""
    parts = urlsplit(address)
    if not parts.hostname:
        raise ValueError(address)
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{name}:{parts.port}" if parts.port else name
    bare = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
    return bare, unquote(parts.username or ""), unquote(parts.password or "")
