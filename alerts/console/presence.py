"""Two operators at once see each other: whose pages are open on an incident, told and forgotten within seconds."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models.functions import Now

from alerts.lateness import ago
from alerts.models import Contact, Incident, Looking

BEAT_S = 4.0
GONE_S = 12.0  # three beats: the page was closed, or its server died
TABLE = Looking._meta.db_table
FRESH = f"seen_at > now() - make_interval(secs => {GONE_S})"
INSERT = f"""
    INSERT INTO {TABLE} (page, incident_id, user_id)
    SELECT %s, i.id, u.id FROM {Incident._meta.db_table} i, {get_user_model()._meta.db_table} u
    WHERE i.id = %s AND u.id = %s ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of our own tables
KEEP = f"UPDATE {TABLE} SET seen_at = now() WHERE page = ANY(%s)"  # noqa: S608
DELETE = f"DELETE FROM {TABLE} WHERE page = ANY(%s) OR NOT {FRESH} RETURNING incident_id"  # noqa: S608


@dataclass(frozen=True, slots=True)
class OpenPage:
    """One page of one person; `incident` is None on a page that is about none; `user` on a wall."""

    user: int | None
    incident: int | None
    page: UUID


def opened(user: int | None, incident: int | None) -> OpenPage:
    """A page that was just opened."""
    return OpenPage(user, incident, uuid4())


class Presence:
    """What this process has told the database of its open pages."""

    def __init__(self) -> None:
        self._told: dict[UUID, OpenPage] = {}

    async def tell(self, database: psycopg.AsyncConnection, pages: Collection[OpenPage]) -> None:
        """Write who came and who went since the last time; everybody who looks at these incidents is told."""
        now = {page.page: page for page in pages if page.incident is not None}
        came = [page for key, page in now.items() if key not in self._told]
        gone = [key for key in self._told if key not in now]
        if not came and not gone:
            return
        for page in came:
            await database.execute(INSERT, (page.page, page.incident, page.user))
        await self._forget(database, gone, {page.incident for page in came})
        self._told = now

    async def beat(self, database: psycopg.AsyncConnection) -> None:
        """Say that the pages are still open, and forget those of processes that died."""
        if self._told:
            await database.execute(KEEP, (list(self._told),))
            await self._forget(database, [], set())

    @staticmethod
    async def _forget(database: psycopg.AsyncConnection, gone: list[UUID], changed: set[int | None]) -> None:
        rows = await (await database.execute(DELETE, (gone,))).fetchall()
        for incident in changed | {row[0] for row in rows}:
            note = json.dumps({"table": TABLE, "incident": incident})
            await database.execute("SELECT pg_notify('handrail', %s)", (note,))


def others(incident: Incident, user: AbstractBaseUser | AnonymousUser) -> list[str]:
    """The names of the other people who have this incident before them now."""
    looking = Looking.objects.filter(incident=incident, seen_at__gt=ago(GONE_S), seen_at__lte=Now())
    found = looking.exclude(user=user.pk).order_by("since").values_list("user", "user__username")
    users = dict(found)
    names = dict(Contact.objects.filter(user__in=users).values_list("user", "name"))
    return [names.get(key, name) for key, name in users.items()]
