"""An incident's clip and its recording grow while it is open: real segments, a real media room, time that is given."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings as now_settings

from alerts import transitions
from alerts.models import AuditEvent, Contact, Evidence, Incident
from tests.pictures import ring_of, tiny_clip
from tests.stories.conftest import ControlRoom, room
from welfare.fleet import clips
from welfare.fleet.growth import LAG_S
from welfare.fleet.places import ring_folder
from welfare.watch.people_log import PeopleLog
from welfare.watch.recorder import Recorder

__all__ = ["room"]
BODY = [(16, 10), (12, 18), (20, 18), None, None, None, None, (13, 28), (19, 28), None, None, None, None]


class Camera:
    """Camera 1 of the demo: what it sends is in the ring the moment that it is asked for."""

    def __init__(self, folder: Path, begins_s: float) -> None:
        self.folder, self.begins_s, self.until_s = folder, begins_s, 0.0

    def sends(self, seconds: float, start_s: float | None = None) -> None:
        """So many seconds of pictures with a person in them."""
        start_s = self.until_s if start_s is None else start_s
        video = tiny_clip(self.folder / f"{start_s:.0f}.mp4", seconds=seconds)
        ring_of(video, Recorder(ring_folder(1), max_bytes=10**9, keep_free_bytes=0), self.begins_s + start_s, seconds)
        people = PeopleLog(ring_folder(1))
        for n in range(round(seconds * 5)):
            people.note(self.begins_s + start_s + n / 5, [(8.0, 8.0, 24.0, 40.0)], [BODY])
        self.until_s = start_s + seconds


@pytest.fixture
def camera(room: ControlRoom, settings: pytest.FixtureRequest, tmp_path: Path) -> Camera:
    settings.RUN_DIR, settings.MEDIA_ROOT = tmp_path / "run", tmp_path / "media"  # type: ignore[attr-defined]
    return Camera(tmp_path, 1_800_000_000.0)


def at(camera: Camera, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """It is now so many seconds after the camera's first picture."""
    monkeypatch.setattr("time.time", lambda: camera.begins_s + seconds)


def parts(incident: Incident, camera: Camera, kind: str = "clip") -> list[tuple[float, float]]:
    found = Evidence.objects.filter(incident=incident, kind=kind).order_by("starts_at")
    return [(e.starts_at.timestamp() - camera.begins_s, e.ends_at.timestamp() - camera.begins_s) for e in found]


def test_a_clip_grows_part_by_part_until_the_incident_is_closed(
    room: ControlRoom, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.sends(16.0)
    incident = room.sees(frame_at=datetime.fromtimestamp(camera.begins_s + 9, UTC))
    at(camera, monkeypatch, 9.9 + LAG_S)
    assert not clips.make(incident.pk)
    at(camera, monkeypatch, 10.5 + LAG_S)
    assert clips.make(incident.pk)
    ((first, last),) = parts(incident, camera)
    assert first == pytest.approx(0.0, abs=0.1)
    assert last == pytest.approx(10.5, abs=0.1)
    assert not clips.make(incident.pk)
    camera.sends(24.0)
    at(camera, monkeypatch, 23.0 + LAG_S)
    assert clips.make(incident.pk)
    Incident.objects.filter(pk=incident.pk).update(
        state="resolved", outcome="supported", next_action_at=None,
        resolved_at=datetime.fromtimestamp(camera.begins_s + 33.0, UTC),
    )  # fmt: skip
    at(camera, monkeypatch, 39.0)
    assert clips.make(incident.pk)
    assert not clips.make(incident.pk)
    seen = parts(incident, camera)
    assert len(seen) == 3
    assert all(b[0] - a[1] == pytest.approx(0.05, abs=0.06) for a, b in pairwise(seen))
    assert seen[-1][1] == pytest.approx(33.0, abs=0.1)


def test_the_recording_under_lock_grows_too_and_no_segment_is_kept_twice_or_while_it_is_written(
    room: ControlRoom, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.sends(16.0)
    incident = room.sees(frame_at=datetime.fromtimestamp(camera.begins_s + 9, UTC))
    at(camera, monkeypatch, 10.5 + LAG_S)
    clips.make(incident.pk)
    assert [round(start) for start, _ in parts(incident, camera, "original")] == [0, 4, 8]
    camera.sends(40.0)
    at(camera, monkeypatch, 27.0 + LAG_S)
    clips.make(incident.pk)
    assert [round(start / 4) for start, _ in parts(incident, camera, "original")] == [0, 1, 2, 3, 4, 5, 6]
    locked = AuditEvent.objects.filter(action="kept the original recording")
    hashes = [path for event in locked for path in event.detail["sha256"]]
    assert len(hashes) == len(set(hashes)) == 7


def test_a_hole_in_the_recording_is_passed_over(
    room: ControlRoom, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.sends(11.0)
    incident = room.sees(frame_at=datetime.fromtimestamp(camera.begins_s + 9, UTC))
    at(camera, monkeypatch, 10.5 + LAG_S)
    assert clips.make(incident.pk)
    at(camera, monkeypatch, 60.0)
    assert not clips.make(incident.pk) or parts(incident, camera, "original")[-1][1] < 60
    camera.sends(12.0, start_s=100.0)
    at(camera, monkeypatch, 118.0)
    assert clips.make(incident.pk)
    assert parts(incident, camera)[-1][0] == pytest.approx(100.0, abs=0.1)


def test_a_notice_keeps_its_moment_and_no_more(
    room: ControlRoom, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zones.tier import Tier

    camera.sends(60.0)
    incident = room.sees(Tier.NOTICE, frame_at=datetime.fromtimestamp(camera.begins_s + 9, UTC))
    for seconds in (16.0, 40.0, 60.0, 90.0):
        at(camera, monkeypatch, seconds)
        clips.make(incident.pk)
    assert parts(incident, camera)[-1][1] == pytest.approx(9.0 + now_settings.CLIP_AFTER_S, abs=0.1)


def test_what_is_drawn_over_a_part_lies_beside_it_and_says_positions_alone(
    room: ControlRoom, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.sends(16.0)
    incident = room.sees(frame_at=datetime.fromtimestamp(camera.begins_s + 9, UTC))
    at(camera, monkeypatch, 10.5 + LAG_S)
    clips.make(incident.pk)
    clip, overlay = (Evidence.objects.get(incident=incident, kind=kind) for kind in ("clip", "overlay"))
    assert overlay.path == clip.path.replace(".mp4", ".json")
    drawn = json.loads((Path(now_settings.MEDIA_ROOT) / overlay.path).read_text())
    assert drawn["size"] == [1280, 720]
    t_s, boxes, joints = drawn["frames"][10]
    assert t_s == pytest.approx(2.0, abs=0.6)
    assert boxes == [[8, 8, 24, 40]]
    assert joints[0][0] == [16, 10]
    assert joints[0][3] is None


def test_a_closed_incident_has_its_whole_clip_also_where_no_worker_was_there_meanwhile(
    room: ControlRoom, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.sends(40.0)
    incident = room.sees(frame_at=datetime.fromtimestamp(camera.begins_s + 9, UTC))
    transitions.resolve(incident.pk, by=Contact.objects.get(name__startswith="Olivia"), outcome="benign")
    Incident.objects.update(resolved_at=datetime.fromtimestamp(camera.begins_s + 12.0, UTC))
    at(camera, monkeypatch, 300.0)
    while clips.make(incident.pk):
        pass
    seen = parts(incident, camera)
    assert seen[0][0] == pytest.approx(0.0, abs=0.1)
    assert seen[-1][1] == pytest.approx(29.0, abs=0.1)
