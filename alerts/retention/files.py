"""A file of evidence goes in two steps, so that a crash loses nothing that a lock holds and leaves no orphan.

1. A line of the deletion report says that it is about to go; the file and its row are still there.
2. With the incident's row held: is there a lock now? Then it stays. If not, the file goes, then its row, then the line
   says so.

What dies between 1 and 2, or in 2, is taken up by the next look: the line is still there. A file that is gone already
is only written down. A disk that refuses is said in the line and tried again by each run.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from alerts import audit
from alerts.models import Deletion, Evidence, EvidenceLock, Incident, RetentionRun
from alerts.retention.classes import size_of, unfinished

logger = logging.getLogger(__name__)


@transaction.atomic
def decide(run: RetentionRun, key: str, rule: str, rows: Sequence[Evidence]) -> None:
    """The first step, for some files that nobody has decided on yet."""
    lines = [
        Deletion(
            run=run,
            key=key,
            rule=rule,
            incident_number=row.incident_id,
            path=row.path,
            sha256=row.sha256,
            size=size_of(row.path),
            oldest=row.incident.resolved_at,
        )
        for row in rows
    ]
    Deletion.objects.bulk_create(lines)


def finish(at_once: int) -> int:
    """The second step, for so many files that were decided on, those that no disk has refused yet first."""
    lines = list(unfinished().exclude(path="").filter(fault="").order_by("pk").values_list("pk", flat=True)[:at_once])
    for pk in lines:
        _finish(pk)
    return len(lines)


def try_again() -> None:
    """Let the files that a disk refused be tried again."""
    unfinished().exclude(fault="").update(fault="")


@transaction.atomic
def _finish(pk: int) -> None:
    line = Deletion.objects.select_for_update(skip_locked=True).filter(pk=pk, state=Deletion.State.PLANNED).first()
    if line is None:
        return  # another run is at it
    incident = Incident.objects.select_for_update(no_key=True).filter(pk=line.incident_number or 0).first()
    file = (Path(settings.MEDIA_ROOT) / line.path).resolve()
    if EvidenceLock.objects.filter(incident=incident, released_at=None).exists() and file.exists():
        line.state = Deletion.State.HELD
        line.save()
        return
    fault = _delete(file)
    if fault:
        logger.error("%s cannot be deleted: %s", line.path, fault)
        Deletion.objects.filter(pk=pk).update(fault=fault[:200])
        return
    Evidence.objects.filter(incident=incident, path=line.path).delete()
    Deletion.objects.filter(pk=pk).update(state=Deletion.State.GONE, fault="", gone_at=Now())
    words = f"{line.key}, {line.rule.rsplit(': ', 1)[-1]}"
    audit.record("retention", "deleted by its retention rule", incident, text=words, sha256=line.sha256, path=line.path)


def _delete(file: Path) -> str:
    """Delete a file and the folders that it leaves empty; why it cannot be done, empty where it was."""
    root = Path(settings.MEDIA_ROOT).resolve()
    if not file.is_relative_to(root):
        return "it lies where no evidence lies"
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or "the disk refuses"
    with suppress(OSError):  # not empty, or not ours to remove
        for folder in list(file.parents)[: len(file.relative_to(root).parts) - 1]:
            folder.rmdir()
    return ""
