"""The one way to Twilio: the real client, its address a setting, one try and one time limit a call."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it."""

    sid: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not take it: its code and words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether the provider took it: the answer was late, or the line broke after the request."""

    words: str


Outcome = Accepted | Refused | Unknown


class _RebasedHttpClient(TwilioHttpClient):
    """Twilio's own HTTP client with the scheme and host of `TWILIO_BASE_URL`."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s, max_retries=None)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        rebased = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        return super().request(method, rebased, *args, **kwargs)


def client() -> Client:
    """Twilio's client for the configured account."""
    http = _RebasedHttpClient(settings.TWILIO_BASE_URL, settings.TWILIO_TIMEOUT_S)
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)


def status_callback(token: object) -> str:
    """Where the provider reports what became of an attempt; the token binds a late callback to it."""
    return f"{settings.PUBLIC_URL}/twilio/status/{token}"


def ask(call: Any, **arguments: Any) -> Outcome:
    """Make one request of the client and say what became of it; never raises for the provider's faults."""
    try:
        made = call(**arguments)
    except TwilioRestException as error:
        if error.status >= 500:
            return Unknown(f"provider error {error.status}")
        return Refused(str(error.code or error.status), error.msg[:200])
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
        if _never_left(error):
            return Refused("unreachable", "the provider could not be reached")
        return Unknown("the line to the provider broke")
    except requests.exceptions.RequestException:
        return Unknown("the provider did not answer in time")
    return Accepted(str(made.sid))


def _never_left(error: Exception) -> bool:
    """Whether the request cannot have reached the provider: no connection was made."""
    words = str(error)
    return "NewConnectionError" in words or "NameResolutionError" in words or "ConnectTimeout" in words
