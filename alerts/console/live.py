"""Server-sent events: one listener on PostgreSQL for each process tells all open consoles that something changed."""

import asyncio
import logging
from collections.abc import AsyncIterator

import psycopg
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

logger = logging.getLogger(__name__)
BEAT_S = 4.0
RETRY_S = 1.0
GATHER_S = 0.1  # a burst of rows is one change


class Listener:
    """Fans the channel `handrail` out to the consoles of this process; listens while there is at least one."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self) -> asyncio.Event:
        """A console opened; its event is set at each change."""
        changed = asyncio.Event()
        self._waiting.add(changed)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen())
        return changed

    def leave(self, changed: asyncio.Event) -> None:
        """A console closed."""
        self._waiting.discard(changed)
        if not self._waiting and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _listen(self) -> None:
        while True:
            try:
                parameters = connection.get_connection_params()
                wanted = {k: v for k, v in parameters.items() if k in ("dbname", "user", "password", "host", "port")}
                async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listener:
                    await listener.execute("LISTEN handrail")
                    self._tell()  # whatever changed before we listened
                    async for _ in listener.notifies():
                        self._tell()
            except psycopg.Error:
                logger.warning("the live pages have lost the database; trying again in %s s", RETRY_S)
            await asyncio.sleep(RETRY_S)

    def _tell(self) -> None:
        for changed in self._waiting:
            changed.set()


LISTENER = Listener()


async def live(request: HttpRequest) -> HttpResponseBase:
    """The stream of a console: `change` when something changed, `beat` every few seconds."""
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponse("Log in first.", status=403, content_type="text/plain")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_events(), content_type="text/event-stream", headers=headers)


async def _events() -> AsyncIterator[bytes]:
    changed = LISTENER.join()
    try:
        yield b"retry: 1000\nevent: beat\ndata: \n\n"
        while True:
            try:
                await asyncio.wait_for(changed.wait(), BEAT_S)
            except TimeoutError:
                yield b"event: beat\ndata: \n\n"
                continue
            await asyncio.sleep(GATHER_S)
            changed.clear()
            yield b"event: change\ndata: \n\n"
    finally:
        LISTENER.leave(changed)
