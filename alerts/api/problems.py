"""What goes wrong, as RFC 9457 has it: `application/problem+json` with a title, the status and what to do."""

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from alerts.transitions import TransitionError

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
WORDS = {
    401: "Send a valid token: Authorization: Bearer hr_…",
    404: "There is nothing here that this token may see.",
    429: "Too many requests with this token. Wait and try again.",
    500: "Something went wrong here; it is in the log. Look whether it was done before you send it again.",
}


class TooManyRequestsError(Exception):
    """The token has used up its rate."""


class Fault(Schema):
    """One value that is not as it must be."""

    where: str
    words: str


class Problem(Schema):
    """A problem (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = []


def problem(status: int, detail: str = "", errors: Sequence[Fault] = ()) -> HttpResponse:
    """The answer to a request that cannot be done."""
    content = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail or WORDS.get(status, ""), errors=list(errors)
    )
    answer = HttpResponse(json.dumps(content.model_dump()), status=status, content_type=MEDIA_TYPE)
    answer["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="handrail"'
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def unknown(_: HttpRequest, rest: str) -> HttpResponse:
    """An address that the API does not have."""
    return problem(404, f"The API has no address {rest!r}: /api/openapi.json lists them.")


def answer_with_problems(api: NinjaAPI) -> None:
    """Let everything that may be raised be told as a problem."""
    for kind in (Http404, HttpError, ValidationError, TransitionError, TooManyRequestsError, Exception):
        api.add_exception_handler(kind, _told)


def _told(request: HttpRequest, error: Any) -> HttpResponse:
    match error:
        case Http404():
            return problem(404)
        case ValidationError():
            return problem(422, "Some values are not as they must be.", [_fault(part) for part in error.errors])
        case TransitionError():
            return problem(409, str(error))
        case TooManyRequestsError():
            return problem(429)
        case HttpError(status_code=HTTPStatus.UNAUTHORIZED):
            return problem(401)  # the framework says "Unauthorized"; ours says what to send
        case HttpError(status_code=HTTPStatus.BAD_REQUEST):
            return problem(400, _unreadable(error.__cause__))
        case HttpError():
            return problem(error.status_code, str(error))
    logger.error("%s %s went wrong", request.method, request.path, exc_info=error)
    return problem(500)


def _unreadable(cause: BaseException | None) -> str:
    """Why a body could not be read, and what to send instead."""
    found = (
        f": {cause.msg}, line {cause.lineno} column {cause.colno}" if isinstance(cause, json.JSONDecodeError) else ""
    )
    return f"The body of the request is no JSON{found}. Send what /api/openapi.json describes for this address."


def _fault(error: dict[str, Any]) -> Fault:
    return Fault(where="/".join(str(part) for part in error.get("loc", ())), words=str(error.get("msg", "")))
