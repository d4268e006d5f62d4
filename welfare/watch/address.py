"""Camera addresses: credentials are kept apart from the address, and join it only in FFmpeg's hands."""

from urllib.parse import quote, unquote, urlsplit, urlunsplit

STREAMS = ("rtsp", "rtsps", "http", "https")


class SourceError(RuntimeError):
    """A camera or file cannot be watched; the message says why and what to do, and holds no password."""


def is_file(address: str) -> bool:
    """Whether an address names a file rather than a stream."""
    return "://" not in address


def split_address(url: str) -> tuple[str, str, str]:
    """Take user name and password out of an address.

    Returns:
        The address without them, the user name, the password; the last two may be empty.

    Raises:
        SourceError: not an address that can be watched.
    """
    if is_file(url):
        return url, "", ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise SourceError("the address is not readable: write rtsp://host:port/path") from None
    if parts.scheme not in STREAMS:
        raise SourceError(f"addresses may begin with {', '.join(STREAMS)}; this one begins with {parts.scheme}")
    if not host:
        raise SourceError("the address has no host: write rtsp://host:port/path")
    bare = f"[{host}]" if ":" in host else host
    place = f"{bare}:{port}" if port else bare
    address = urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
    return address, unquote(parts.username or ""), unquote(parts.password or "")


def with_credentials(address: str, username: str, password: str) -> str:
    """The address as FFmpeg needs it; never log, store or show the result."""
    if is_file(address) or not username:
        return address
    parts = urlsplit(address)
    login = f"{quote(username, safe='')}:{quote(password, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{parts.netloc}", parts.path, parts.query, ""))
