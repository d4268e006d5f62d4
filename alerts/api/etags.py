"""An answer that its asker has already is not sent again (RFC 9110, ETag and If-None-Match)."""

import hashlib
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with its ETag, or 304 where the asker named it; for the asker alone to keep."""
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization"
    if request.method != "GET" or response.status_code != HTTPStatus.OK:
        return response
    response["ETag"] = etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=etag, response=response)
    return found if isinstance(found, HttpResponse) else response
