"""Pages for what went wrong before or outside a view. They need neither database nor log-in: what is so, what to do."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER_S = 5
BACK = "What you typed is still in the page before this one: go back, and"
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent cannot be read, or is too large."""
    if isinstance(exception, TOO_LARGE):
        return _page(400, "That is too much at once", f"Nothing was changed. {BACK} send less: text that is shorter.")
    return _page(400, "This cannot be read", f"Nothing was changed. {BACK} send it again.")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that is older than the log-in, or comes from another site."""
    words = f"You logged in or out after it was opened, or it is not ours. Nothing was changed. {BACK} load it again."
    return _page(403, "This form is too old", words)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database does not answer: then it is worth another try."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        sure = "Most likely nothing was changed, and sending it twice does no harm."
        words = f"{sure} {BACK} send it again in a moment. If somebody needs help, ring the control room."
        answer = _page(503, "The database does not answer", words)
        answer["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    words = "It stands in the log. Look whether it was done before you send it again, and tell who runs this service."
    return _page(500, "Something went wrong here", words)


def _page(status: int, heading: str, words: str) -> HttpResponse:
    answer = HttpResponse(render_to_string("fault.html", {"heading": heading, "words": words}), status=status)
    answer["Cache-Control"] = "no-store"
    return answer
