"""The door for the provider: a signature for our public address, well-formed fields, each event once.

What happens to a page if the process dies here: an event is kept together with what it changes or not at all, and the
provider, or our own polling, brings it again.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from alerts.channels import gateway
from alerts.models import Attempt, ProviderEvent

security = logging.getLogger("handrail.security")
logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]

MOST_BYTES = 64 * 1024  # assumed: the longest SMS is 1,600 characters, and the rest of a callback is short
LONGEST = 4096
PLAIN = "text/plain; charset=utf-8"
SID = re.compile(r"(SM|MM|CA)[0-9a-fA-F]{32}")
WORD = re.compile(r"[a-z_-]{1,24}")
CODE = re.compile(r"[0-9]{0,6}")


class MalformedError(ValueError):
    """A callback that makes no sense; the message says which field, and holds nothing of what it said."""


def signed(view: View) -> View:
    """Refuse a request that Twilio did not sign for our public address; no token set refuses everything."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _read(request)
            if not is_signed(request):
                where = request.META.get("REMOTE_ADDR", "an unknown address")
                security.warning("callback refused: wrong signature, %s from %s", _kind(request), where)
                return HttpResponse("This request was not signed by the provider.\n", status=403, content_type=PLAIN)
            return view(request, *args, **kwargs)
        except MalformedError as error:
            logger.warning("callback refused: %s, %s", _kind(request), error)
            return HttpResponse(f"This callback cannot be used: {error}.\n", status=400, content_type=PLAIN)

    return checked


def _kind(request: HttpRequest) -> str:
    """Which callback it is, without the token of its address."""
    return "/".join(request.path.split("/")[:3])


def _read(request: HttpRequest) -> None:
    """Read the form, or say what is wrong with it."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise MalformedError(f"the body is longer than {MOST_BYTES} bytes")
        values = [value for name in request.POST for value in (name, *request.POST.getlist(name))]
    except MalformedError:
        raise
    except (SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise MalformedError("the body cannot be read as a form") from error
    if any("\x00" in value for value in values):
        raise MalformedError("a field holds a NUL")
    if any(len(value) > LONGEST for value in values):
        raise MalformedError(f"a field is longer than {LONGEST} characters")


def is_signed(request: HttpRequest) -> bool:
    """Whether one of our accounts' tokens signed this request for our public address.

    The address is `PUBLIC_URL`, never what the request says of itself: behind a proxy that is another host, port or
    scheme, and a forger may write there what they like.
    """
    url = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    tokens = [one.token for one in gateway.accounts()]
    return bool(signature) and any(RequestValidator(token).validate(url, request.POST, signature) for token in tokens)


def field(request: HttpRequest, *names: str, pattern: re.Pattern[str] | None = None, default: str | None = None) -> str:
    """The first of the named fields that is there.

    Raises:
        MalformedError: none is there and there is no default, or it does not fit the pattern.
    """
    value = next((request.POST[name] for name in names if request.POST.get(name)), default)
    if value is None:
        raise MalformedError(f"{' or '.join(names)} is missing")
    if pattern is not None and not pattern.fullmatch(value):
        raise MalformedError(f"{names[0]} is not what it should be")
    return value


def keep(kind: str, request: HttpRequest, attempt: Attempt | None, *identity: str) -> bool:
    """Write an event to the inbox; False when it is already there (sent twice, or replayed)."""
    fingerprint = hashlib.sha256(json.dumps([kind, *identity]).encode()).hexdigest()
    try:
        with transaction.atomic():
            ProviderEvent.objects.create(
                kind=kind, fingerprint=fingerprint, attempt=attempt, payload=request.POST.dict()
            )
    except IntegrityError:
        return False
    return True
