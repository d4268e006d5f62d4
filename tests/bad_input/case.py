"""One kind of bad input: what is put in where, what the person reads, and that nothing is lost or changed by it.

A case prepares what it needs and gives back the act; only the act is watched. Its row stands in docs/bad-input.md.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import connection

from tests.bad_input.world import World

Act = Callable[[], str]
OF_THE_BROWSER = {"django_session", "usersessions_usersession"}
"""What a log-in keeps of its own: when it was last seen, messages to show, words that were typed."""


@dataclass(frozen=True)
class Case:
    """One row.

    Attributes:
        room: the heading that it stands under.
        what: is put in.
        where: it is put in.
        wrong: words of the message that say what is wrong.
        do: words of the message that say what to do.
        kept: what stays as it was, in words.
        grows: tables that may get rows (a record of the try) and lose none.
        counts: tables whose rows may change (tries that are counted).
        prepare: makes ready and gives the act, which gives the message.
    """

    room: str
    what: str
    where: str
    wrong: str
    do: str
    kept: str
    grows: frozenset[str]
    counts: frozenset[str]
    prepare: Callable[[World], Act]


CASES: list[Case] = []


def bad(
    room: str, what: str, where: str, *, wrong: str, do: str, kept: str, grows: str = "", counts: str = ""
) -> Callable[[Callable[[World], Act]], Callable[[World], Act]]:
    """Register a case."""

    def register(prepare: Callable[[World], Act]) -> Callable[[World], Act]:
        tables = frozenset(grows.split()), frozenset(counts.split())
        CASES.append(Case(room, what, where, wrong, do, kept, *tables, prepare))
        return prepare

    return register


@dataclass(frozen=True)
class Everything:
    """All rows of the product's tables, as hashes, and all files below its folders."""

    rows: dict[str, Counter[str]]
    files: dict[str, bytes]

    @classmethod
    def now(cls, *folders: Path) -> "Everything":
        """As it is."""
        tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
        parts = [f"SELECT '{t}', md5(r::text) FROM \"{t}\" r" for t in tables if t not in OF_THE_BROWSER]  # noqa: S608
        rows: dict[str, Counter[str]] = {}
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts))
            for table, row in cursor.fetchall():
                rows.setdefault(table, Counter())[row] += 1
        files = {str(p): p.read_bytes() for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()}
        return cls(rows, files)

    def lost(self, after: "Everything", case: Case) -> list[str]:
        """What is not as it was, but for what the case allows."""
        found = []
        for table in sorted(set(self.rows) | set(after.rows)):
            before, then = self.rows.get(table, Counter()), after.rows.get(table, Counter())
            if table in case.counts and before.total() <= then.total():
                continue
            if before - then:
                found.append(f"{table}: {(before - then).total()} rows were changed or lost")
            if then - before and table not in case.grows:
                found.append(f"{table}: {(then - before).total()} rows came")
        names = {name for name in set(self.files) | set(after.files) if self.files.get(name) != after.files.get(name)}
        return found + [f"file {name} is not as it was" for name in sorted(names)]
