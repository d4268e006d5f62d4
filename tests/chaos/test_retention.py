"""kill -9 of the retention in the middle of its work: what is locked stays, no file is left over, each goes once."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts import intake
from alerts.models import Deletion, Evidence, Incident, RetentionRun
from alerts.retention import locks
from tests.chaos.processes import kill, start
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
INCIDENTS, LOCKED, KILLS = 90, 10, 5
KINDS = ("still", "clip", "original")


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "run" / "media"
    return tmp_path / "run" / "media"


def path_of(incident: Incident, kind: str) -> str:
    return f"{kind}s/2026/01/01/{incident.pk}.{kind}"


def with_files(room: ControlRoom, media: Path) -> Incident:
    incident = room.sees()
    now = timezone.now()
    for kind in KINDS:
        path = Path(path_of(incident, kind))
        (media / path).parent.mkdir(parents=True, exist_ok=True)
        (media / path).write_bytes(kind.encode())
        intake.attach(incident.pk, kind, path, starts_at=now, ends_at=now)
    return incident


def files_and_rows(media: Path) -> tuple[set[str], set[str]]:
    rows = set(Evidence.objects.values_list("path", flat=True))
    return {str(file.relative_to(media)) for file in media.rglob("*") if file.is_file()}, rows


@pytest.mark.slow
def test_retention_killed_again_and_again_ends_as_if_it_had_never_been(
    room: ControlRoom, media: Path, tmp_path: Path
) -> None:
    incidents = [with_files(room, media) for _ in range(INCIDENTS)]
    ago = timezone.now() - timedelta(days=100)
    Incident.objects.update(state="resolved", outcome="supported", resolved_at=ago, next_action_at=None)
    kept = {path_of(one, kind) for one in incidents[:LOCKED] for kind in KINDS}
    for one in incidents[:LOCKED]:
        locks.place(one.pk, by="sam", reason="the coroner has asked")
    RetentionRun.objects.create(state="done", began_at=timezone.now() - timedelta(days=1))
    RetentionRun.objects.create(state="running")  # a person has let it
    due = len(KINDS) * (INCIDENTS - LOCKED)
    gone = Deletion.objects.filter(state="gone").exclude(path="")
    for killed in range(KILLS):
        process = start("manage.py", "retention", log=tmp_path / "log", HANDRAIL_MEDIA_DIR=str(media))
        until = time.monotonic() + 60
        while gone.count() <= due * killed // (KILLS + 1) and time.monotonic() < until:
            time.sleep(0.002)
        kill(process)
        there, rows = files_and_rows(media)
        assert 0 < gone.count() < due, (tmp_path / "log").read_text()
        assert kept <= there <= rows  # no file without its row, and nothing that is locked went
        planned = set(Deletion.objects.filter(state="planned").values_list("path", flat=True))
        assert rows - there <= planned  # a file that went before its row could: the report knows it
    last = start("manage.py", "retention", log=tmp_path / "log", HANDRAIL_MEDIA_DIR=str(media))
    assert last.wait(60) == 0, (tmp_path / "log").read_text()
    assert files_and_rows(media) == (kept, kept)
    assert gone.count() == gone.values("path").distinct().count() == due  # each once
    assert not Deletion.objects.filter(state="planned").exists()
    assert RetentionRun.objects.filter(state="running").count() == 0
