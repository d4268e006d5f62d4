"""Where each class of `rules` lies in the database, what of it is due, and what is done to it then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from alerts.models import (
    ApiCall,
    ApiToken,
    Attempt,
    ConcernReport,
    Deletion,
    Evidence,
    HandOverNote,
    Incident,
    NumberCheck,
    PartnerLink,
    ProviderEvent,
    PushSubscription,
    WallScreen,
)
from alerts.models.keys import IssuedKey
from alerts.retention.doubts import Due
from alerts.retention.locks import open_locks
from alerts.retention.rules import FOR_EVER

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Class:
    """One class that the daily job deletes.

    Attributes:
        key: as in `rules`.
        every: the rows that still hold something of it.
        at: path to the instant that its days count from.
        incident: path to the row's incident, empty where it has none: nothing of an incident that is not closed, or is
            locked, goes.
        emptied: fields that are emptied; empty: the row is deleted.
        files: each row has a file, which goes with it.
    """

    key: str
    every: Callable[[], Rows]
    at: str
    incident: str = ""
    emptied: dict[str, Any] = field(default_factory=dict)
    files: bool = False

    def due(self, now: datetime, *, locked: bool = False) -> Rows:
        """What may go now; or, with `locked`, what would if no lock held it."""
        days = settings.RETENTION_DAYS[self.key]
        rows = self.every()
        if days == FOR_EVER:
            return rows.none()
        rows = rows.filter(**{f"{self.at}__lte": now - timedelta(days=days)})
        if not self.incident:
            return rows.none() if locked else rows
        rows = rows.filter(**{f"{_field(self.incident, 'state')}": Incident.State.RESOLVED})
        held = open_locks(_field(self.incident, "pk"))
        return rows.filter(held) if locked else rows.filter(~held)

    def count(self, now: datetime) -> Due:
        """What is due, in numbers."""
        rows = self.due(now)
        size = sum(size_of(path) for path in rows.values_list("path", flat=True).iterator()) if self.files else 0
        return Due(
            key=self.key,
            count=rows.count(),
            total=self.every().count(),
            size=size,
            oldest=rows.aggregate(oldest=Min(self.at))["oldest"],
            held=self.due(now, locked=True).count(),
        )


def _field(incident: str, name: str) -> str:
    return name if incident == "self" else f"{incident}__{name}"


def size_of(path: str) -> int:
    """Bytes of a file below MEDIA_ROOT; 0 where it is not there."""
    try:
        return (Path(settings.MEDIA_ROOT) / path).stat().st_size
    except OSError:
        return 0


def _evidence(kind: str) -> Callable[[], Rows]:
    """Files that are kept. One that is decided on goes first, by its line in the report."""
    return lambda: Evidence.objects.filter(kind=kind)


def _ended(keys: type[IssuedKey]) -> Callable[[], Rows]:
    return lambda: keys._default_manager.annotate(ended_at=Coalesce(F("revoked_at"), F("expires_at")))


PAGED = "notification__step_run__incident"
CLASSES = (
    Class("original", _evidence(Evidence.Kind.ORIGINAL), "incident__resolved_at", "incident", files=True),
    Class("clip", _evidence(Evidence.Kind.CLIP), "incident__resolved_at", "incident", files=True),
    Class("still", _evidence(Evidence.Kind.STILL), "incident__resolved_at", "incident", files=True),
    Class("overlay", _evidence(Evidence.Kind.OVERLAY), "incident__resolved_at", "incident", files=True),
    Class(
        "stay",
        lambda: ConcernReport.objects.exclude(trail={}, box_px=[]),
        "incident__resolved_at",
        "incident",
        {"trail": {}, "box_px": []},
    ),
    Class("text", lambda: Incident.objects.exclude(outcome_note=""), "resolved_at", "self", {"outcome_note": ""}),
    Class("number", lambda: Attempt.objects.exclude(address=""), f"{PAGED}__resolved_at", PAGED, {"address": ""}),
    Class(
        "provider_event",
        lambda: ProviderEvent.objects.filter(
            Q(attempt=None) | Q(attempt__notification__step_run__incident__state=Incident.State.RESOLVED)
        ).filter(~open_locks("attempt__notification__step_run__incident__pk")),
        "received_at",
    ),
    Class("hand_over", lambda: HandOverNote.objects.all(), "expires_at"),
    Class("partner_link", lambda: PartnerLink.objects.all(), "incident__resolved_at", "incident"),
    Class("number_code", lambda: NumberCheck.objects.all(), "sent_at"),
    Class("push", lambda: PushSubscription.objects.filter(contact__active=False), "created_at"),
    Class("api_call", lambda: ApiCall.objects.all(), "at"),
    Class("api_token", _ended(ApiToken), "ended_at"),
    Class("wall_screen", _ended(WallScreen), "ended_at"),
    Class("session", lambda: Session.objects.all(), "expire_date"),
)


def due_now(now: datetime) -> list[Due]:
    """Every class in numbers."""
    return [one.count(now) for one in CLASSES]


def unfinished() -> QuerySet[Deletion]:
    """Files that were decided on and are not gone: a run was stopped, or the disk refuses."""
    return Deletion.objects.filter(state=Deletion.State.PLANNED)


def orphans(now: datetime, *, older: timedelta = timedelta(days=1)) -> Iterator[tuple[str, int]]:
    """Files that no row knows, with their bytes. They are told, never deleted: they may belong to a restored database.

    Args:
        now: by this machine's clock, which stamps files.
        older: a file is written before its row.
    """
    root = Path(settings.MEDIA_ROOT)
    known = set(Evidence.objects.values_list("path", flat=True)) | set(unfinished().values_list("path", flat=True))
    for folder in ("stills", "clips", "originals"):
        for file in sorted((root / folder).rglob("*")):
            path = str(file.relative_to(root))
            if path not in known and file.is_file():
                at = file.stat()
                if at.st_mtime < (now - older).timestamp():
                    yield path, at.st_size


def lost() -> list[str]:
    """Files that a row names and that are not there."""
    root = Path(settings.MEDIA_ROOT)
    decided = unfinished().values_list("path", flat=True)
    return [
        path
        for path in Evidence.objects.exclude(path__in=decided).values_list("path", flat=True)
        if not (root / path).is_file()
    ]
