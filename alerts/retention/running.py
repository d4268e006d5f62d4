"""The daily run: count, doubt, then delete in small pieces. One at a time, whoever begins it.

1. Count what is due by the database's clock. 2. Where the clock or the share is doubtful, stop and ask a person.
3. Take up files that were decided on before. 4. Go through the classes, a hundred rows at a time, until nothing is due
that was due when the run began. 5. Write to the audit what went.

What happens if the process dies here: each piece is one transaction; the run is still there and the next look goes on.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Now

from alerts import audit
from alerts.models import Deletion, Incident, RetentionRun
from alerts.planning import database_now
from alerts.retention import files
from alerts.retention.classes import CLASSES, Class, due_now
from alerts.retention.doubts import doubts
from alerts.retention.rules import sentence

logger = logging.getLogger(__name__)
State = RetentionRun.State
EVERY = timedelta(days=1)
AT_ONCE = 100
A_LOOK_S = 2.0  # the rest of the upkeep waits no longer
_LOCK = 0x52657465  # "Rete"


def look() -> None:
    """Begin a run when a day has gone by, and go on with one that has begun; returns within seconds."""
    with _alone() as alone:
        if alone:
            run = _newest()
            if run is None or _is_over(run):
                run = begin()
            if run.state == State.RUNNING:
                go_on(run, A_LOOK_S)


def run_now() -> RetentionRun:
    """Begin a run, or go on with one that has begun, until it is done or asks a person.

    Raises:
        RuntimeError: another process is at it.
    """
    with _alone() as alone:
        if not alone:
            raise RuntimeError("Another process is deleting at this moment. Try again in a minute.")
        run = _newest()
        if run is None or run.state != State.RUNNING:
            run = begin()
        while run.state == State.RUNNING and not go_on(run, A_LOOK_S):
            run.refresh_from_db()
        run.refresh_from_db()
        return run


@transaction.atomic
def begin() -> RetentionRun:
    """Count what is due, and either begin or ask."""
    now = database_now()
    RetentionRun.objects.filter(state=State.ASKS).update(state=State.LEFT, ended_at=Now())
    last = RetentionRun.objects.filter(state=State.DONE).order_by("-pk").first()
    due = due_now(now)
    asks = doubts(now, last.began_at if last else None, due)
    plan = [asdict(one) | {"oldest": one.oldest and one.oldest.isoformat()} for one in due]
    run = RetentionRun.objects.create(began_at=now, state=State.ASKS if asks else State.RUNNING, plan=plan, doubts=asks)
    if asks:
        logger.warning("retention waits for a person: %s", " ".join(asks))
        audit.record("retention", "waits for a person", run=run.pk, doubts=asks)
    files.try_again()
    return run


@transaction.atomic
def approve(run: RetentionRun, *, by: str) -> bool:
    """A person has looked: the run may delete. False where it did not ask any more."""
    approved = RetentionRun.objects.filter(pk=run.pk, state=State.ASKS).update(
        state=State.RUNNING, approved_by=by[:150]
    )
    if approved:
        audit.record(by, "let retention delete", run=run.pk, due={one["key"]: one["count"] for one in run.plan})
    return bool(approved)


def go_on(run: RetentionRun, seconds: float) -> bool:
    """Delete for so many seconds; whether the run is done."""
    until = time.monotonic() + seconds
    for _ in _pieces(run):
        if time.monotonic() > until:
            return False
    with transaction.atomic():
        if RetentionRun.objects.filter(pk=run.pk, state=State.RUNNING).update(state=State.DONE, ended_at=Now()):
            audit.record("retention", "run done", run=run.pk, gone=gone(run))
    return True


def _pieces(run: RetentionRun) -> Iterator[int]:
    while done := files.finish(AT_ONCE):
        yield done
    for one in CLASSES:
        if one.files:
            yield from _files(run, one)
        else:
            while done := _rows(run, one):
                yield done


def _files(run: RetentionRun, one: Class) -> Iterator[int]:
    decided = Deletion.objects.filter(Q(run=run) | Q(state=Deletion.State.PLANNED)).exclude(path="").values("path")
    rule = sentence(one.key, settings.RETENTION_DAYS[one.key])
    rows = one.due(run.began_at).exclude(path__in=decided).select_related("incident").order_by("pk")
    while some := list(rows[:AT_ONCE]):
        files.decide(run, one.key, rule, some)
        yield files.finish(AT_ONCE)


@transaction.atomic
def _rows(run: RetentionRun, one: Class) -> int:
    """Delete or empty some rows and write them into the report, in one transaction."""
    due = one.due(run.began_at)
    some = list(due.order_by("pk").values_list("pk", one.at)[:AT_ONCE])
    if not some:
        return 0
    keys = [pk for pk, _ in some]
    if one.incident:  # a lock takes the same rows: it was placed before the next statement, or it comes after
        path = one.incident if one.incident != "self" else "pk"
        incidents = set(due.filter(pk__in=keys).values_list(path, flat=True))
        list(Incident.objects.select_for_update(no_key=True).filter(pk__in=incidents).order_by("pk"))
    rows = one.every().model._default_manager.filter(pk__in=due.filter(pk__in=keys).values("pk"))
    done = rows.update(**one.emptied) if one.emptied else _delete(rows)
    first = {
        "rule": sentence(one.key, settings.RETENTION_DAYS[one.key]),
        "count": 0,
        "oldest": min(at for _, at in some),
    }
    line, _ = Deletion.objects.get_or_create(
        run=run, key=one.key, path="", defaults=first | {"state": Deletion.State.GONE, "gone_at": Now()}
    )
    Deletion.objects.filter(pk=line.pk).update(count=F("count") + done)
    return done


def _delete(rows: QuerySet[Any]) -> int:
    count = rows.count()
    rows.delete()
    return count


def gone(run: RetentionRun) -> dict[str, int]:
    """What a run has deleted, by class."""
    lines = Deletion.objects.filter(run=run, state=Deletion.State.GONE).order_by()
    return dict(lines.values_list("key").annotate(number=Sum("count")))


def _newest() -> RetentionRun | None:
    """The one that is being done, or else the newest."""
    running = RetentionRun.objects.filter(state=State.RUNNING).first()
    return running or RetentionRun.objects.order_by("-pk").first()


def _is_over(run: RetentionRun) -> bool:
    """Whether it is time for another: a day later, or after a clock was set back."""
    if run.state == State.RUNNING:
        return False
    now = database_now()
    return now - run.began_at >= EVERY or run.began_at > now + timedelta(minutes=1)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at it; held by the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
