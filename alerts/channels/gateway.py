"""The one way to Twilio: the real client, its address a setting, one try and one time limit a call.

There may be two accounts. What one refuses or does not answer goes out by the other.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from alerts.channels.interface import Accepted, Outcome, Refused, Unknown
from alerts.channels.reached import never_left
from alerts.failover import UNREACHABLE, Route

__all__ = ["Accepted", "Outcome", "Refused", "Unknown"]
LISTED = 20  # how many of the newest to one number are looked through
CLOCK_SKEW = timedelta(minutes=2)  # assumed: between our clock and the provider's


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the provider: 1 is the first, 2 stands by.

    Attributes:
        index: 1 or 2.
        sid: `AC` and 32 hexadecimal digits.
        token: signs callbacks and requests.
        base_url: where requests go.
        numbers: which it sends and calls from, E.164.
    """

    index: int
    sid: str
    token: str
    base_url: str
    numbers: tuple[str, ...]


def accounts() -> list[Account]:
    """The accounts that are fully set, the first one first."""
    both = [
        Account(
            1,
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_BASE_URL,
            tuple(n for n in (settings.TWILIO_FROM_NUMBER, *settings.TWILIO_MORE_NUMBERS) if n),
        ),
        Account(
            2,
            settings.TWILIO_2_ACCOUNT_SID,
            settings.TWILIO_2_AUTH_TOKEN,
            settings.TWILIO_2_BASE_URL,
            tuple(n for n in (settings.TWILIO_2_FROM_NUMBER,) if n),
        ),
    ]
    return [one for one in both if one.sid and one.token and one.numbers]


def missing() -> list[str]:
    """What has to be set before anything can go out by Twilio; one whole account is enough."""
    names = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"]
    return [] if accounts() else [name for name in names if not getattr(settings, name)]


def routes() -> list[Route]:
    """Every account with every number of it."""
    return [Route(one.index, number) for one in accounts() for number in one.numbers]


class _RebasedHttpClient(TwilioHttpClient):
    """Twilio's own HTTP client with the scheme and host of `TWILIO_BASE_URL`."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s, max_retries=None)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        rebased = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return super().request(method, rebased, *args, **kwargs)


def client(account: int = 1) -> Client:
    """Twilio's client for an account; for the first that is set where that one is not.

    Raises:
        TwilioException: no account is set.
    """
    found = accounts()
    chosen = next((one for one in found if one.index == account), found[0] if found else None)
    if chosen is None:
        raise TwilioException(f"no Twilio account: set {', '.join(missing())}")
    return _kept(chosen)


_mine = threading.local()
IDLE_S = 4.0  # a line that rested for longer may have been closed by the other side just as we use it


def _kept(chosen: Account) -> Client:
    """This thread's client of an account, so that a burst of pages goes out by one line and not by one each."""
    key, now = (chosen, settings.TWILIO_TIMEOUT_S), time.monotonic()
    kept: dict[object, tuple[Client, float]] = _mine.__dict__.setdefault("clients", {})
    made, used_at = kept.get(key, (None, 0.0))
    if made is None or now - used_at > IDLE_S:
        if made is not None:
            made.http_client.session.close()
        http = _RebasedHttpClient(chosen.base_url, settings.TWILIO_TIMEOUT_S)
        made = Client(chosen.sid, chosen.token, http_client=http)
    kept[key] = (made, now)
    return made


def status_callback(token: object) -> str:
    """Where the provider reports what became of an attempt; the token binds a late callback to it."""
    return f"{settings.PUBLIC_URL}/twilio/status/{token}"


def ask(call: Callable[..., Any], **arguments: Any) -> Outcome:
    """Make one request of the client and say what became of it; never raises for the provider's faults."""
    try:
        made = call(**arguments)
    except TwilioRestException as error:
        code = str(error.code or error.status) if error.status < 500 else str(error.status)
        return Refused(code, str(error.msg)[:200])
    except TwilioException as error:
        return Refused("answer", f"the provider's answer makes no sense: {error}"[:200])
    except requests.exceptions.RequestException as error:
        if never_left(error):
            return Refused(UNREACHABLE, "the provider could not be reached")
        return Unknown("the provider did not answer in time, or the line broke")
    except ValueError:
        return Unknown("the provider's answer could not be read")
    return Accepted(str(made.sid))


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider says of one message or call: its name, its status, its error code or nothing."""

    sid: str
    status: str
    code: str


def report(account: int, channel: str, sid: str) -> Report | None:
    """Ask after one message or call; None when there is no answer."""
    found: list[Any] = []

    def fetch() -> Any:
        api = client(account)
        found.append((api.calls if channel == "voice" else api.messages)(sid).fetch())
        return found[0]

    return _report(found[0]) if isinstance(ask(fetch), Accepted) else None


def listed(account: int, channel: str, to: str, since: datetime, body: str, known: set[str]) -> Report | None:
    """Find what was sent to a number since an instant and is not known to us yet; None when nothing fits.

    A message must have the same words. A call says nothing of its words: one to the number since then is taken for it.
    """
    found: list[Any] = []

    def fetch() -> Any:
        api = client(account)
        # No filter by time: the provider's is about when it was sent, and what still waits would be left out.
        found.extend((api.calls if channel == "voice" else api.messages).list(to=to, limit=LISTED, page_size=LISTED))
        return Accepted()

    ask(fetch)
    for one in found:
        if one.sid in known or (channel != "voice" and one.body != body):
            continue
        if one.date_created is None or one.date_created >= since - CLOCK_SKEW:
            return _report(one)
    return None


def _report(made: Any) -> Report:
    return Report(str(made.sid), str(made.status), str(getattr(made, "error_code", None) or ""))
