"""The content security policy of every page: scripts, styles and pictures come from here and nowhere else.

The one exception is the tile server of the map, where there is one: pictures may come from its host too.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{tiles}; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
Answer = HttpResponse | Awaitable[HttpResponse]


def policy(tiles_url: str) -> str:
    """The policy with the host of a tile server; without one where there is none."""
    address = urlsplit(tiles_url)
    return POLICY.format(tiles=f" {address.scheme}://{address.netloc}" if tiles_url else "")


@sync_and_async_middleware
def content_policy(get_response: Callable[[HttpRequest], Answer]) -> Callable[[HttpRequest], Answer]:
    """Django middleware."""
    words = policy(settings.MAP_TILES_URL)
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = await get_response(request)
            response["Content-Security-Policy"] = words
            return response

        return later

    def now(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = words  # type: ignore[index]
        return response  # type: ignore[return-value]

    return now
