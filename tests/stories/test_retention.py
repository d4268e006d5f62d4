"""What is kept goes when its time has come, never earlier, never what is locked; and it is said what went."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts import intake, transitions, upkeep
from alerts.accounts import wall_screens
from alerts.api import tokens
from alerts.models import (
    ApiCall,
    ApiToken,
    Attempt,
    AuditEvent,
    ConcernReport,
    Contact,
    Deletion,
    Evidence,
    EvidenceLock,
    Incident,
    ProviderEvent,
    PushSubscription,
    RetentionRun,
    WallScreen,
)
from alerts.retention import files, locks, ring, running
from alerts.retention.classes import CLASSES
from alerts.retention.rules import RULES
from alerts.retention.warnings import of_retention
from tests.stories.conftest import ControlRoom

KINDS = ("still", "clip", "original")
pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT, settings.RUN_DIR = tmp_path / "media", tmp_path / "run"
    return tmp_path / "media"


@pytest.fixture
def room(db: None, room_without_engine: ControlRoom) -> ControlRoom:
    return room_without_engine


@pytest.fixture
def supervisor(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


def closed(room: ControlRoom, media: Path, days: float) -> Incident:
    """An incident with its files that was closed so many days ago."""
    incident = room.sees(trail={"x": [1, 2]})
    now = timezone.now()
    for kind in KINDS:
        path = Path(f"{kind}s/2026/01/01/{incident.pk}.{kind}")
        (media / path).parent.mkdir(parents=True, exist_ok=True)
        (media / path).write_bytes(kind.encode() * 100)
        intake.attach(incident.pk, kind, path, starts_at=now, ends_at=now)
    by = Contact.objects.get(name__startswith="Olivia")
    transitions.resolve(incident.pk, by=by, outcome="supported", note="she was taken home")
    Incident.objects.filter(pk=incident.pk).update(resolved_at=now - timedelta(days=days))
    incident.refresh_from_db()
    return incident


def ran_yesterday() -> None:
    RetentionRun.objects.create(state="done", began_at=timezone.now() - timedelta(days=1))


def there(media: Path, incident: Incident) -> list[str]:
    """Which of an incident's files lie there; each has its row, and no row lacks its file."""
    found = [kind for kind in KINDS if (media / f"{kind}s/2026/01/01/{incident.pk}.{kind}").exists()]
    assert sorted(found) == sorted(incident.evidence.values_list("kind", flat=True))
    return found


def test_each_class_goes_when_its_time_has_come_and_the_report_says_under_which_rule(
    room: ControlRoom, media: Path
) -> None:
    new, middle, old = (closed(room, media, days) for days in (30, 60, 100))
    still_open = room.sees()
    ran_yesterday()
    assert running.run_now().state == "done"
    assert there(media, new) == list(KINDS)
    assert there(media, middle) == ["still", "clip"]  # the original as the camera sent it goes first
    assert there(media, old) == []
    assert not (media / f"stills/2026/01/01/{old.pk}.still").exists()
    lines = Deletion.objects.filter(incident_number=old.pk)
    assert {line.key for line in lines} == set(KINDS)
    for line in lines:
        assert (line.state, line.size) == ("gone", len(line.key) * 100)
        assert len(line.sha256) == 64
        assert "days after its incident was closed" in line.rule
    told = AuditEvent.objects.filter(incident=old, action="deleted by its retention rule")
    assert told.count() == 3
    still_open.refresh_from_db()
    assert still_open.state == "open"


def test_an_incident_that_is_open_or_locked_loses_nothing_and_a_released_lock_lets_go(
    room: ControlRoom, media: Path
) -> None:
    locked, again = closed(room, media, 5000), closed(room, media, 5000)
    Incident.objects.filter(pk=again.pk).update(state="acknowledged", next_action_at=timezone.now(), outcome="")
    assert locks.place(locked.pk, by="sam", reason="the coroner has asked") == 0
    ran_yesterday()
    running.run_now()
    for incident in (locked, again):
        assert there(media, incident) == list(KINDS)
        assert ConcernReport.objects.get(incident=incident).trail
        incident.refresh_from_db()
        assert incident.outcome_note
    assert locks.release(EvidenceLock.objects.get(), by="sam")
    RetentionRun.objects.update(began_at=timezone.now() - timedelta(days=1))
    running.run_now()
    assert there(media, locked) == []
    acts = AuditEvent.objects.filter(incident=locked, actor="sam").values_list("action", flat=True)
    assert list(acts) == ["placed an evidence lock", "released an evidence lock"]


def test_what_a_person_wrote_and_the_numbers_go_and_the_figures_stay(room: ControlRoom, media: Path) -> None:
    incident = closed(room, media, 400)
    with transaction.atomic():
        attempt = _page(incident)
        event = ProviderEvent.objects.create(kind="reply", fingerprint="f" * 64, attempt=attempt)
        ProviderEvent.objects.update(received_at=timezone.now() - timedelta(days=100))
    ran_yesterday()
    running.run_now()
    incident.refresh_from_db()
    attempt.refresh_from_db()
    report = ConcernReport.objects.get(incident=incident)
    assert (incident.outcome, incident.outcome_note) == ("supported", "")
    assert (attempt.address, attempt.state) == ("", "delivered")
    assert not ProviderEvent.objects.filter(pk=event.pk).exists()
    assert (report.trail, report.box_px) == ({}, [])
    assert report.reasons
    rows = dict(Deletion.objects.filter(path="").values_list("key", "count"))
    assert rows == {"stay": 1, "text": 1, "number": 1, "provider_event": 1}


def _page(incident: Incident) -> Attempt:
    step = incident.step_runs.create(run=0, loop=0, step=0)
    told = step.notifications.create(contact=Contact.objects.get(name__startswith="Olivia"), channels=["sms"])
    return Attempt.objects.create(notification=told, n=1, channel="sms", address="+447700900123", state="delivered")


def test_tokens_requests_and_devices_of_people_who_left_go_too(room: ControlRoom) -> None:
    olivia = Contact.objects.get(name__startswith="Olivia")
    made = tokens.make("dispatch", ["sites:read"], by="sam", days=30)
    tokens.use(made.token, "GET", "/api/v1/sites")
    for n, contact in enumerate((olivia, Contact.objects.create(name="Left", active=False))):
        PushSubscription.objects.create(contact=contact, endpoint=f"https://push/{n}", p256dh="p", auth="a", device="d")
    ran_yesterday()
    running.run_now()
    assert (ApiCall.objects.count(), PushSubscription.objects.count()) == (1, 2)
    long_ago = timezone.now() - timedelta(days=91)
    ApiCall.objects.update(at=long_ago)
    PushSubscription.objects.update(created_at=long_ago)
    RetentionRun.objects.update(began_at=timezone.now() - timedelta(days=1))
    running.run_now()
    assert not ApiCall.objects.exists()
    assert PushSubscription.objects.get().contact == olivia  # she can still be paged there


def test_keys_of_systems_and_screens_go_a_year_after_they_have_ended(room: ControlRoom) -> None:
    long_ago = timezone.now() - timedelta(days=366)
    for name in ("ended", "revoked", "in use"):
        tokens.make(name, ["sites:read"], by="sam", days=30)
        wall_screens.make(name, None, by="sam", days=30)
    for keys in (ApiToken.objects, WallScreen.objects):
        keys.update(created_at=long_ago - timedelta(days=30))
        keys.filter(name="ended").update(expires_at=long_ago)
        keys.filter(name="revoked").update(revoked_at=long_ago, revoked_by="sam")
    ran_yesterday()
    classes = [one for one in CLASSES if one.key in ("api_token", "wall_screen")]
    assert [(one.count(timezone.now()).count, one.count(timezone.now()).total) for one in classes] == [(2, 3)] * 2
    running.run_now()
    assert [key.name for key in (*ApiToken.objects.all(), *WallScreen.objects.all())] == ["in use", "in use"]


def test_every_class_of_the_table_is_somebodys_and_nobody_deletes_what_stays(room: ControlRoom) -> None:
    daily = {rule.key for rule in RULES if rule.by == "job" and not rule.fixed}
    assert {one.key for one in CLASSES} == daily


def test_a_clock_that_jumps_a_year_ahead_deletes_nothing_until_a_person_has_looked(
    room: ControlRoom, media: Path, supervisor: Client
) -> None:
    incidents = [closed(room, media, 2) for _ in range(3)]
    ran_yesterday()
    ahead(365)
    upkeep.look()
    upkeep.look()
    assert all(there(media, incident) == list(KINDS) for incident in incidents)
    (told_of,) = of_retention()
    assert "waits for an administrator" in told_of.words
    told = supervisor.get("/retention/").content.decode()
    assert "the database&#x27;s clock is wrong" in told
    ahead(-365)  # the clock is right again: the next look finds nothing due
    upkeep.look()
    assert RetentionRun.objects.order_by("-pk")[0].state == "done"
    assert all(there(media, incident) == list(KINDS) for incident in incidents)
    assert of_retention() == []


def ahead(days: float) -> None:
    """The clock goes forward: everything that was stamped lies so many days further back."""
    for model, name in ((Incident, "resolved_at"), (RetentionRun, "began_at"), (ProviderEvent, "received_at")):
        for row in model.objects.exclude(**{name: None}):
            at: datetime = getattr(row, name)
            model.objects.filter(pk=row.pk).update(**{name: at - timedelta(days=days)})


def test_a_person_who_has_looked_lets_it_go(room: ControlRoom, media: Path, supervisor: Client) -> None:
    incident = closed(room, media, 100)
    with pytest.raises(CommandError, match="a person confirms the first time"):
        call_command("retention")
    assert there(media, incident) == list(KINDS)
    run = RetentionRun.objects.get()
    told = supervisor.post(f"/retention/runs/{run.pk}/approve/", follow=True).content.decode()
    assert "deletes now what is due" in told
    upkeep.look()
    assert there(media, incident) == []
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("done", "supervisor")
    assert AuditEvent.objects.filter(actor="supervisor", action="let retention delete").exists()
    assert "was deleted on" in supervisor.get(f"/incidents/{incident.pk}/").content.decode()


def test_more_than_a_quarter_at_once_asks_a_person(room: ControlRoom, media: Path) -> None:
    incidents = [closed(room, media, 100) for _ in range(21)]
    ran_yesterday()
    run = running.run_now()
    assert run.state == "asks"
    assert "21 of 21 (original) would go at once." in run.doubts
    assert all(there(media, incident) for incident in incidents)


def test_killed_between_the_report_and_the_file_the_next_look_finishes(
    room: ControlRoom, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = closed(room, media, 100)
    ran_yesterday()

    def dies(_: int) -> int:
        if Deletion.objects.exists():
            raise KeyboardInterrupt
        return 0

    with monkeypatch.context() as cut:
        cut.setattr(files, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            running.run_now()
    assert Deletion.objects.get().state == "planned"
    assert there(media, incident) == list(KINDS)  # decided on, and nothing is lost yet
    (media / f"originals/2026/01/01/{incident.pk}.original").unlink()  # the file went, and nobody could say so
    assert running.run_now().state == "done"
    assert there(media, incident) == []
    assert set(Deletion.objects.filter(incident_number=incident.pk).values_list("state", flat=True)) == {"gone"}


def test_a_lock_that_comes_in_time_keeps_the_file_and_one_that_comes_late_is_told(
    room: ControlRoom, media: Path
) -> None:
    incident = closed(room, media, 100)
    ran_yesterday()
    run = running.begin()
    files.decide(run, "clip", "a rule", list(incident.evidence.filter(kind="clip")))
    locks.place(incident.pk, by="sam", reason="complaint")
    running.run_now()
    assert there(media, incident) == list(KINDS)
    assert Deletion.objects.get().state == "held"
    late = closed(room, media, 60)
    RetentionRun.objects.update(began_at=timezone.now() - timedelta(days=1))
    running.run_now()
    assert there(media, late) == ["still", "clip"]
    assert locks.place(late.pk, by="sam", reason="complaint") == 1


def test_a_disk_that_refuses_is_said_and_tried_again_and_holds_nothing_else_up(
    room: ControlRoom, media: Path, supervisor: Client
) -> None:
    stuck, other = closed(room, media, 100), closed(room, media, 100)
    path = media / f"clips/2026/01/01/{stuck.pk}.clip"
    path.unlink()
    path.mkdir()  # whatever is there cannot be unlinked
    ran_yesterday()
    running.run_now()
    assert there(media, other) == []
    line = Deletion.objects.get(state="planned")
    assert line.fault
    assert "could not be deleted" in supervisor.get("/retention/").content.decode()
    path.rmdir()
    path.write_bytes(b"x")
    RetentionRun.objects.update(began_at=timezone.now() - timedelta(days=1))
    running.run_now()
    assert there(media, stuck) == []
    assert not Deletion.objects.filter(state="planned").exists()


def test_a_path_that_leads_out_of_the_media_folder_deletes_nothing(room: ControlRoom, media: Path) -> None:
    outside = media.parent / "keep.txt"
    outside.write_text("not evidence")
    incident = closed(room, media, 100)
    Evidence.objects.filter(incident=incident, kind="clip").update(path="../keep.txt")
    (media / f"clips/2026/01/01/{incident.pk}.clip").unlink()
    ran_yesterday()
    running.run_now()
    assert outside.exists()
    assert Deletion.objects.get(state="planned").fault == "it lies where no evidence lies"


def test_files_that_no_incident_knows_are_told_and_left(
    room: ControlRoom, media: Path, supervisor: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, gone = closed(room, media, 1), closed(room, media, 1)
    (media / f"clips/2026/01/01/{gone.pk}.clip").unlink()
    for name, days in (("clips/old.mp4", 3), ("clips/being-written.mp4", 0)):
        (media / name).write_bytes(b"abc")
        os.utime(media / name, (time.time() - days * 86_400,) * 2)
    call_command("retention", "--dry-run")
    told = capsys.readouterr().out
    assert "no incident knows: clips/old.mp4, 3 bytes" in told
    assert "being-written" not in told
    assert f"not there: clips/2026/01/01/{gone.pk}.clip" in told
    assert "clips/old.mp4" in supervisor.get("/retention/").content.decode()
    assert (media / "clips/old.mp4").exists()
    assert there(media, kept) == list(KINDS)


def test_a_dry_run_says_what_would_go_and_changes_nothing(
    room: ControlRoom, media: Path, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    incident = closed(room, media, 60)
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"clip": 14.0}
    call_command("retention", "--dry-run")
    lines = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines()}
    assert lines["clip"][1:5] == ["14", "days", "1", "1"]
    assert lines["still"][1:5] == ["90", "days", "0", "1"]
    assert lines["audit"][1:3] == ["for", "ever"]
    assert there(media, incident) == list(KINDS)
    assert not RetentionRun.objects.exists()


def test_the_report_is_a_table_for_a_spreadsheet_too(room: ControlRoom, media: Path, supervisor: Client) -> None:
    incident = closed(room, media, 100)
    ran_yesterday()
    running.run_now()
    lines = supervisor.get("/retention/deletions.csv").content.decode().splitlines()
    assert lines[0].startswith("decided_at,gone_at,class,rule,incident")
    assert sum(f",{incident.pk},clips/" in line for line in lines) == 1
    for number in ("", "x", "9" * 30, str(10**17)):
        told = supervisor.post("/retention/lock/", {"incident": number, "reason": "r"}, follow=True).content.decode()
        assert "There is no incident" in told
    answer = supervisor.post("/retention/lock/", {"incident": f"#{incident.pk}", "reason": " "}, follow=True)
    assert "Say why it is locked" in answer.content.decode()


def test_only_administrators_see_retention_lock_and_let_go(room: ControlRoom, media: Path) -> None:
    incident = closed(room, media, 100)
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    for path in ("/retention/", "/retention/deletions.csv"):
        assert client.get(path).status_code == 403
    running.begin()
    for path in (f"/retention/runs/{RetentionRun.objects.get().pk}/approve/", "/retention/lock/"):
        assert client.post(path, {"incident": incident.pk, "reason": "r"}).status_code == 403
    assert RetentionRun.objects.get().state == "asks"
    assert not EvidenceLock.objects.exists()


def test_a_ring_that_nobody_prunes_any_more_goes(media: Path) -> None:
    folder = media.parent / "run" / "recordings" / "7"
    folder.mkdir(parents=True)
    for name, hours in (("1000.mkv", 2), ("people-5.jsonl", 2), ("2000.mkv", 0.5)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - hours * 3600,) * 2)
    assert ring.sweep(time.time()) == 2
    assert [file.name for file in folder.iterdir()] == ["2000.mkv"]
