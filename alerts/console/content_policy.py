"""The content security policy of every page: scripts, styles and pictures come from here and nowhere else."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
Answer = HttpResponse | Awaitable[HttpResponse]


@sync_and_async_middleware
def content_policy(get_response: Callable[[HttpRequest], Answer]) -> Callable[[HttpRequest], Answer]:
    """Django middleware."""
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = await get_response(request)
            response["Content-Security-Policy"] = POLICY
            return response

        return later

    def now(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY  # type: ignore[index]
        return response  # type: ignore[return-value]

    return now
