"""After an incident: a supervisor makes a pack that a stranger can check, and nothing of it can be changed unseen."""

import hashlib
import json
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from alerts import transitions
from alerts.accounts.roles import Role
from alerts.evidence import pack
from alerts.evidence.manifest import public_of
from alerts.evidence.verify import BadPackError, verify
from alerts.models import AuditEvent, Contact, Evidence, Incident
from tests.people import give
from tests.pictures import ring_of, tiny_clip
from tests.stories.conftest import ControlRoom
from tests.stories.test_audit import triggers_off
from welfare import software
from welfare.behaviour.profile import Profile
from welfare.fleet import clips
from welfare.fleet.places import ring_folder
from welfare.watch.people_log import PeopleLog
from welfare.watch.recorder import Recorder, segments

PRIVATE = "ab" * 32
PUBLIC = public_of(PRIVATE)


@pytest.fixture
def closed(room: ControlRoom, settings: pytest.FixtureRequest, tmp_path: Path) -> Incident:
    """An incident that was recorded, seen to and closed."""
    settings.EVIDENCE_SIGNING_KEY = PRIVATE  # type: ignore[attr-defined]
    settings.RUN_DIR, settings.MEDIA_ROOT = tmp_path / "run", tmp_path / "media"  # type: ignore[attr-defined]
    settings.CLIP_BEFORE_S, settings.CLIP_AFTER_S = 2.0, 3.0  # type: ignore[attr-defined]
    begins = timezone.now().timestamp() - 20
    recording = tiny_clip(tmp_path / "camera.mp4", seconds=16.0)
    ring_of(recording, Recorder(ring_folder(1), max_bytes=10**9, keep_free_bytes=0), begins, 16.0)
    people = PeopleLog(ring_folder(1))
    for n in range(80):
        people.note(begins + n / 5, [(8.0, 8.0, 24.0, 40.0)])
    made_by = software.in_force(Profile())
    incident = room.sees(frame_at=datetime.fromtimestamp(begins + 8, UTC), made_by=made_by)
    room.turn()
    assert clips.make(incident.pk)
    operator = Contact.objects.get(name__startswith="Olivia")
    transitions.acknowledge(incident.pk, by=operator, via="console")
    transitions.add_note(incident.pk, by=operator, text="talking to them <now>")
    transitions.resolve(incident.pk, by=operator, outcome="supported")
    incident.refresh_from_db()
    return incident


def made(incident: Incident, folder: Path) -> Path:
    call_command("evidence_pack", str(incident.pk), "--out", str(folder / "pack.zip"))
    return folder / "pack.zip"


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_pack_holds_everything_and_a_stranger_can_check_it(
    closed: Incident, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(closed, tmp_path)
    call_command("verify_pack", str(path), "--key", PUBLIC)
    assert f"holds: incident #{closed.pk}" in capsys.readouterr().out
    found = contents(path)
    originals = sorted(name for name in found if name.startswith("originals/"))
    ring = {hashlib.sha256(s.path.read_bytes()).hexdigest() for s in segments(ring_folder(1))}
    assert len(originals) >= 2
    assert {hashlib.sha256(found[name]).hexdigest() for name in originals} <= ring
    assert any(name.startswith("clips/") for name in found)
    audit = json.loads(found["audit.json"])
    actions = [event["action"] for event in audit["events"]]
    assert {"opened", "kept the original recording", "acknowledged", "note", "closed"} <= set(actions)
    locked = next(event for event in audit["events"] if event["action"] == "kept the original recording")
    assert {hashlib.sha256(found[name]).hexdigest() for name in originals} == set(locked["detail"]["sha256"].values())
    (made_by,) = [entry["made_by"] for entry in json.loads(found["software.json"])]
    assert made_by["version"]
    assert len(made_by["weights"]) == 2
    assert made_by["profile"]["stay_from_s"] == Profile().stay_from_s
    assert json.loads(found["policy.json"])["version"] == closed.policy_snapshot["version"]
    assert json.loads(found["zone.json"])["document"]["zones"]
    kinds = {entry["kind"] for entry in json.loads(found["timeline.json"])}
    assert kinds == {"observed", "done", "paged", "kept"}


def test_the_statement_says_in_calm_words_what_was_seen_and_done(closed: Incident, tmp_path: Path) -> None:
    page = contents(made(closed, tmp_path))["statement.html"].decode()
    for words in ("identifies nobody", "welfare check", "Stayed near the edge for 75 s", "talking to them &lt;now&gt;",
                  "person supported", "Olivia Operator", str(closed.place), "Network person_nanodet"):  # fmt: skip
        assert words in page
    for never in ("http", "src=", "<script", "suicid", "jump", "+4477"):
        assert never not in page.lower()


def test_the_same_incident_at_the_same_time_gives_the_same_bytes(closed: Incident, tmp_path: Path) -> None:
    first, second, at = tmp_path / "1.zip", tmp_path / "2.zip", timezone.now()
    pack.make(closed, first, by="sam", at=at)
    with triggers_off():  # the second is to see what the first saw
        AuditEvent.objects.filter(action="made an evidence pack").update(incident=None)
    pack.make(closed, second, by="sam", at=at)
    assert first.read_bytes() == second.read_bytes()


def test_who_made_a_pack_and_which_is_kept(closed: Incident, tmp_path: Path) -> None:
    manifest = contents(made(closed, tmp_path))["manifest.json"]
    event = AuditEvent.objects.get(action="made an evidence pack")
    assert event.incident == closed
    assert event.detail["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert "command line" in event.actor


def test_a_file_that_was_altered_or_lost_is_left_out_and_said(
    closed: Incident, tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    media = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    first, second, *_ = Evidence.objects.filter(kind=Evidence.Kind.ORIGINAL)
    (media / first.path).chmod(0o600)
    (media / first.path).write_bytes(b"something else")
    (media / second.path).unlink()
    found = contents(made(closed, tmp_path))
    lacking = {entry["sha256"]: entry["why"] for entry in json.loads(found["manifest.json"])["lacking"]}
    assert "SHA-256 differs" in lacking[first.sha256]
    assert "not there any more" in lacking[second.sha256]
    assert "Not in this pack" in found["statement.html"].decode()


def test_an_audit_that_was_rewritten_makes_no_pack(closed: Incident, tmp_path: Path) -> None:
    note = AuditEvent.objects.get(action="note")
    made(closed, tmp_path).unlink()
    with triggers_off():
        AuditEvent.objects.filter(pk=note.pk).update(actor="somebody else")
    with pytest.raises(CommandError, match=rf"event {note.pk} \(note\) does not fit the chain"):
        made(closed, tmp_path)
    assert not list(tmp_path.glob("*pack*"))


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """The system refuses to let a file grow beyond so many bytes, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_refuses_leaves_nothing_and_no_trace_of_a_pack(closed: Incident, tmp_path: Path) -> None:
    with files_end_at(3000), pytest.raises(CommandError, match=r"cannot be written.*Nothing was kept"):
        made(closed, tmp_path)
    assert not list(tmp_path.glob("*pack*"))
    assert not AuditEvent.objects.filter(action="made an evidence pack").exists()
    with pytest.raises(CommandError, match="cannot be written"):
        made(closed, tmp_path / "nowhere")


def test_without_a_key_or_an_incident_it_says_what_to_do(
    closed: Incident, tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    with pytest.raises(CommandError, match="no incident #999"):
        call_command("evidence_pack", "999", "--out", str(tmp_path / "pack.zip"))
    for key in ("", "short"):
        settings.EVIDENCE_SIGNING_KEY = key  # type: ignore[attr-defined]
        with pytest.raises(CommandError, match="make_signing_key"):
            made(closed, tmp_path)


def test_a_supervisor_gets_it_from_the_incidents_page_and_an_operator_does_not(
    closed: Incident, tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    operator, address = User.objects.get(username="operator"), f"/incidents/{closed.pk}/"
    client = Client()
    client.force_login(operator)
    assert "Make the evidence pack" not in client.get(address).content.decode()
    assert client.post(f"{address}evidence-pack/").status_code == 403
    assert not AuditEvent.objects.filter(action="made an evidence pack").exists()
    give(operator, Role.SUPERVISOR)
    assert client.get(f"{address}evidence-pack/").status_code == 405
    assert "Make the evidence pack" in client.get(address).content.decode()
    answer: Any = client.post(f"{address}evidence-pack/")
    path = tmp_path / "got.zip"
    with pytest.warns(Warning, match="asynchronous iterators"):  # this client waits for all of it; a server streams it
        path.write_bytes(b"".join(answer))
    assert answer.headers["Content-Length"] == str(path.stat().st_size)
    assert verify(path, PUBLIC).made_by == "operator"
    assert AuditEvent.objects.get(action="made an evidence pack").actor == "operator"
    assert not list(Path(settings.RUN_DIR).glob("pack-*"))  # type: ignore[attr-defined]
    settings.EVIDENCE_SIGNING_KEY = ""  # type: ignore[attr-defined]
    assert "No key to sign with" in client.post(f"{address}evidence-pack/", follow=True).content.decode()


def test_nobody_is_shown_the_original_in_the_console(closed: Incident) -> None:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    for kept in Evidence.objects.filter(incident=closed):
        expected = 404 if kept.kind == Evidence.Kind.ORIGINAL else 200
        assert client.get(f"/evidence/{kept.pk}/").status_code == expected


def test_a_pack_whose_bytes_are_touched_is_refused(closed: Incident, tmp_path: Path) -> None:
    path = made(closed, tmp_path)
    whole = path.read_bytes()
    for at in range(0, len(whole), max(len(whole) // 60, 1)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(BadPackError):
            verify(path, PUBLIC)


def test_originals_are_kept_once_and_read_only_and_outlive_the_ring(
    closed: Incident, settings: pytest.FixtureRequest
) -> None:
    for segment in segments(ring_folder(1)):
        segment.path.unlink()
    assert not clips.make(closed.pk)
    kept = Evidence.objects.filter(kind=Evidence.Kind.ORIGINAL)
    for row in kept:
        file = Path(settings.MEDIA_ROOT) / row.path  # type: ignore[attr-defined]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == row.sha256
        assert file.stat().st_mode & 0o777 == 0o440
    assert AuditEvent.objects.filter(action="kept the original recording").count() == 1
