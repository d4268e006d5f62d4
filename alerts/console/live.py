"""Server-sent events: one listener on PostgreSQL for each process tells all open consoles that something changed.

The same connection says whose page is open on which incident: nobody polls for it.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from functools import partial

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from alerts.accounts import scope, sessions, wall_screens
from alerts.accounts.roles import Act
from alerts.accounts.scope import Person
from alerts.console.presence import BEAT_S, TABLE, OpenPage, Presence, opened
from alerts.models import WallScreen
from zones.whole import whole

logger = logging.getLogger(__name__)
RETRY_S = 1.0
ROUND_S = 0.5  # so long until others see that a page was opened or closed
LOOK_S = 30.0  # so often a stream asks whether its log-in still holds
GATHER_S = 0.1  # a burst of rows is one change


class Listener:
    """Fans the channel `handrail` out to the consoles of this process; listens while there is at least one."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, OpenPage] = {}
        self._task: asyncio.Task[None] | None = None

    def join(self, page: OpenPage) -> asyncio.Event:
        """A console opened; its event is set at each change."""
        changed = asyncio.Event()
        self._waiting[changed] = page
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen())
        return changed

    def leave(self, changed: asyncio.Event) -> None:
        """A console closed."""
        self._waiting.pop(changed, None)
        if not self._waiting and self._task is not None:
            self._task.cancel()
            self._task = None

    @property
    def consoles(self) -> int:
        """How many are open."""
        return len(self._waiting)

    async def _listen(self) -> None:
        while True:
            try:
                parameters = connection.get_connection_params()
                wanted = {k: v for k, v in parameters.items() if k in ("dbname", "user", "password", "host", "port")}
                async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listener:
                    await listener.execute("LISTEN handrail")
                    self._tell(None)  # whatever changed before we listened
                    await self._rounds(listener)
            except psycopg.Error:
                logger.warning("the live pages have lost the database; trying again in %s s", RETRY_S)
            await asyncio.sleep(RETRY_S)

    async def _rounds(self, listener: psycopg.AsyncConnection) -> None:
        presence, clock = Presence(), asyncio.get_running_loop()
        beat_at = clock.time()
        while True:
            await presence.tell(listener, self._waiting.values())
            if clock.time() >= beat_at:
                beat_at = clock.time() + BEAT_S
                await presence.beat(listener)
            async for note in listener.notifies(timeout=ROUND_S):
                self._tell(_only_for(note.payload))

    def _tell(self, incident: int | None) -> None:
        """Set the events of all consoles, or of those on one incident."""
        for changed, page in self._waiting.items():
            if incident is None or page.incident == incident:
                changed.set()


LISTENER = Listener()


def _only_for(payload: str) -> int | None:
    """The incident whose pages alone a notice is for: who looks at it is nobody else's concern."""
    try:
        note = json.loads(payload)
        return int(note["incident"]) if note["table"] == TABLE else None
    except (ValueError, KeyError, TypeError):
        return None


async def live(request: HttpRequest) -> HttpResponseBase:
    """The stream of a console: `change` when something changed, `beat` every few seconds.

    `session` says how many seconds the log-in still has; at 0 it is over and the stream ends.
    """
    screen: WallScreen | None = getattr(request, "screen", None)
    user = await request.auser()
    if screen is not None:
        page, left = opened(None, None), partial(wall_screens.left, screen.pk)
    elif user.is_authenticated:
        page = opened(user.pk, await _incident(user, request.GET.get("incident", "")))
        left = partial(sessions.watched, request.session.session_key or "")
    else:
        return HttpResponse("Log in first.", status=403, content_type="text/plain")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_events(page, left), content_type="text/event-stream", headers=headers)


async def _incident(user: Person, number: str) -> int | None:
    """The incident that a page is about; None where it names none that the person may see."""
    key = whole(number)
    if key is None:
        return None
    seen = await sync_to_async(scope.incidents)(user, Act.SEE_INCIDENTS)
    return key if await seen.filter(pk=key).aexists() else None


async def _events(page: OpenPage, left: Callable[[], float]) -> AsyncIterator[bytes]:
    changed = LISTENER.join(page)
    look_at = 0.0
    try:
        yield b"retry: 1000\nevent: beat\ndata: \n\n"
        while True:
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_S
                left_s = await sync_to_async(left)()
                yield f"event: session\ndata: {left_s:.0f}\n\n".encode()
                if left_s <= 0:
                    return
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
