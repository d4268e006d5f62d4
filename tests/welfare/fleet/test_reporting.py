"""A concern on its way to the database: through a dead database, a dead process and a poisoned file."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from alerts.intake import Concern
from alerts.models import ConcernReport, Evidence, Incident
from tests.pictures import EAST, PERSON_AT_12_S, frame_of
from welfare.fleet import growth, leases
from welfare.fleet.models import EpisodeCheckpoint
from welfare.fleet.outbox import Outbox
from welfare.fleet.progress import Progress
from welfare.fleet.reporter import Reporter
from welfare.watch.redact import write_still
from zones.models import CameraStatus
from zones.tier import Tier

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def concern(tier: Tier = Tier.CRITICAL, zone: int = 1) -> Concern:
    reasons = ({"cue": "stay", "words": "stayed", "value": 75.0, "unit": "s", "confidence": 0.9, "weight_nats": 0.4},)
    return Concern(1, zone, uuid.uuid4(), tier, 3.0, False, False, AT, reasons, (1.0, 2.0, 3.0, 4.0))


class Run:
    """One camera's run, as far as its reporter knows it."""

    def __init__(self, folder: Path) -> None:
        self.stopped: list[str] = []
        self.asked: list[tuple[int, bool]] = []
        self.outbox = Outbox(folder)
        (self.lease,) = leases.claim("test", 1, camera_id=1)
        self.progress = Progress(state="live", frame_at_s=AT.timestamp(), fps=5.0, stays={"z": []})
        self.reporter = Reporter(self.lease, self.outbox, self.progress, self.stopped.append, self.ask)

    def ask(self, incident_id: int, *, first: bool) -> None:
        self.asked.append((incident_id, first))


@pytest.fixture
def run(transactional_db: None, tmp_path: Path) -> Run:
    call_command("loaddata", "demo", verbosity=0)
    return Run(tmp_path / "outbox")


@contextmanager
def database_away() -> Iterator[None]:
    """PostgreSQL refuses this database: open connections are cut, new ones are turned away."""
    parameters = connection.get_connection_params()
    wanted = {k: v for k, v in parameters.items() if k in ("user", "password", "host", "port")}
    name = parameters["dbname"]
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_concern_becomes_an_incident_and_its_file_goes(run: Run) -> None:
    run.outbox.put(concern(), "stills/a.jpg")
    assert run.reporter._round()
    assert Incident.objects.get().tier == Tier.CRITICAL
    assert run.outbox.waiting() == []
    status = CameraStatus.objects.get(camera=1)
    assert (status.state, status.last_frame_at) == ("live", AT)
    assert EpisodeCheckpoint.objects.get(camera=1).stays == {"z": []}


def test_while_the_database_is_away_concerns_wait_and_then_go_out(run: Run) -> None:
    with database_away():
        run.outbox.put(concern(), "stills/a.jpg")
        run.outbox.put(concern(Tier.URGENT), "stills/b.jpg")
        for _ in range(3):
            assert run.reporter._round()
        assert len(run.outbox.waiting()) == 2
        assert run.stopped == []
    assert run.reporter._round()
    assert sorted(Incident.objects.values_list("tier", flat=True)) == [Tier.URGENT, Tier.CRITICAL]
    assert run.outbox.waiting() == []


def test_a_run_that_was_killed_leaves_its_concern_to_the_next(run: Run, tmp_path: Path) -> None:
    run.outbox.put(concern(), "stills/a.jpg")
    after = Outbox(tmp_path / "outbox")
    reporter = Reporter(run.lease, after, run.progress, run.stopped.append, run.ask)
    reporter.deliver()
    assert Incident.objects.count() == 1


def test_a_kill_between_report_and_removal_makes_no_second_incident(run: Run) -> None:
    entry = run.outbox.put(concern(), "stills/a.jpg")
    kept = entry.file.read_bytes()
    run.reporter.deliver()
    entry.file.write_bytes(kept)
    run.reporter.deliver()
    assert Incident.objects.count() == 1
    assert ConcernReport.objects.count() == 2


def test_a_poisoned_file_and_a_deleted_zone_hold_up_nobody(run: Run, tmp_path: Path) -> None:
    (tmp_path / "outbox" / "1.concern.json").write_text("{ torn")
    run.outbox.put(concern(zone=99), "stills/a.jpg")
    run.outbox.put(concern(), "stills/b.jpg")
    run.reporter.deliver()
    assert Incident.objects.count() == 1
    assert len(list((tmp_path / "outbox").glob("*.refused"))) == 2


def test_a_concern_whose_details_the_database_refuses_pages_without_them(run: Run, tmp_path: Path) -> None:
    torn = {"cue": "stay", "words": "stayed\0", "value": 75.0, "unit": "s", "confidence": 0.9, "weight_nats": 0.4}
    run.outbox.put(replace(concern(), reasons=(torn,)), "stills/a.jpg")
    run.outbox.put(concern(Tier.URGENT), "stills/b.jpg")
    run.reporter.deliver()
    assert sorted(Incident.objects.values_list("tier", flat=True)) == [Tier.URGENT, Tier.CRITICAL]
    (kept,) = (tmp_path / "outbox").glob("*.refused")
    told = ConcernReport.objects.get(tier=Tier.CRITICAL)
    assert [reason["words"] for reason in told.reasons] == [f"the details could not be stored; they are in {kept.name}"]
    assert Incident.objects.filter(next_action_at=None).count() == 0
    assert run.outbox.waiting() == []


def test_a_still_that_comes_later_is_attached(run: Run, tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    run.outbox.put(concern(), "stills/a.jpg")
    run.reporter.deliver()
    assert Evidence.objects.count() == 0
    write_still(frame_of(EAST, 12.2), [], PERSON_AT_12_S, tmp_path / "stills/a.jpg")
    run.reporter.deliver()
    assert Evidence.objects.get().path == "stills/a.jpg"


def test_when_another_worker_has_the_camera_the_run_stops_and_writes_no_more(run: Run) -> None:
    from django.db.models.functions import Now

    from welfare.fleet.models import CameraLease

    CameraLease.objects.update(expires_at=Now())
    leases.claim("other", 1, camera_id=1)
    run.outbox.put(concern(), "stills/a.jpg")
    assert not run.reporter._round()
    assert "is over" in run.stopped[0]
    assert not EpisodeCheckpoint.objects.exists()
    assert Incident.objects.count() == 1  # what it had seen is told all the same: two pages are better than none


def test_a_changed_zone_begins_the_run_anew(run: Run) -> None:
    from zones.models import Zone

    run.reporter._check_settings()
    run.reporter._check_settings()
    assert run.stopped == []
    Zone.objects.filter(pk=1).update(silent=True)
    run.reporter._check_settings()
    assert len(run.stopped) == 1


def test_the_first_part_of_a_clip_is_asked_for_as_soon_as_it_is_recorded_and_later_parts_behind_it(run: Run) -> None:
    now = timezone.now()
    run.outbox.put(replace(concern(), frame_at=now - timedelta(seconds=growth.LAG_S)), "stills/a.jpg")
    run.reporter._round()
    incident = Incident.objects.get()
    assert run.asked == []  # its last second is not on the disk yet
    assert 0.0 < run.reporter._first_clip_at - time.monotonic() <= growth.FIRST_AFTER_S
    Incident.objects.update(first_frame_at=now - timedelta(seconds=20))
    run.reporter._first_clip_at = time.monotonic()
    run.reporter._round()
    run.reporter._ask_for_clips()
    assert run.asked == [(incident.pk, True)]  # once: the task is at work
    ends = now - timedelta(seconds=18)
    Evidence.objects.create(incident=incident, kind="clip", path="clips/1.mp4", starts_at=ends, ends_at=ends)
    run.reporter._ask_for_clips()
    assert run.asked == [(incident.pk, True), (incident.pk, False)]
