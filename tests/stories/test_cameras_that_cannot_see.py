"""A blind camera is told to somebody: once, and it is over by itself; it never stands before a person at risk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from alerts import camera_faults, transitions
from alerts.console import presenting
from alerts.models import AuditEvent, Contact, Incident, Policy
from alerts.transitions import TransitionError
from tests.stories.conftest import ControlRoom
from zones.models import Camera, CameraStatus


@pytest.fixture
def live(room: ControlRoom) -> ControlRoom:
    """Both cameras see."""
    for camera in Camera.objects.all():
        CameraStatus.objects.create(camera=camera, state="live", last_frame_at=timezone.now())
    return room


def faults() -> list[str]:
    found = Incident.objects.filter(subject="camera").exclude(state="resolved")
    return list(found.order_by("pk").values_list("fault", flat=True))


def silent_for(seconds: float, camera: int = 1) -> None:
    CameraStatus.objects.filter(camera=camera).update(last_frame_at=timezone.now() - timedelta(seconds=seconds))


def test_a_camera_without_pictures_is_paged_once_and_is_over_when_it_sees_again(live: ControlRoom) -> None:
    assert camera_faults.look() == 0
    silent_for(40)
    assert camera_faults.look() == 1
    assert camera_faults.look() == 0
    live.turn()
    (text,) = live.texts("Olivia")
    assert text.body.startswith("Camera fault #")
    assert "East parapet" in text.body
    assert "welfare" not in text.body
    silent_for(0)
    camera_faults.look()
    (incident,) = Incident.objects.all()
    assert (incident.state, incident.outcome, incident.resolved_by) == ("resolved", "fault", None)
    live.later(700)
    assert len(live.texts("Olivia")) == 1
    assert AuditEvent.objects.filter(incident=incident, action="cleared").exists()


def test_what_a_person_has_closed_stays_closed_until_the_camera_was_well_in_between(live: ControlRoom) -> None:
    silent_for(40)
    camera_faults.look()
    (incident,) = Incident.objects.all()
    transitions.resolve(incident.pk, by=Contact.objects.get(name="Sam Supervisor"), outcome="fault")
    assert camera_faults.look() == 0
    silent_for(35)  # it had come back, and went again
    assert camera_faults.look() == 1


def test_a_picture_that_is_frozen_or_turned_is_told_with_what_to_do(live: ControlRoom) -> None:
    since = timezone.now().isoformat()
    CameraStatus.objects.filter(camera=2).update(faults={"frozen": since, "moved": since})
    assert camera_faults.look() == 2
    why = [card.why for card in presenting.cards(User.objects.get(username="operator"))]
    assert any("restart the camera" in words for words in why)
    assert any("calibrate again" in words for words in why)
    CameraStatus.objects.filter(camera=2).update(faults={"moved": since})
    camera_faults.look()
    assert faults() == ["moved"]


def test_a_camera_that_nobody_watches_is_a_fault_and_one_switched_off_is_none(live: ControlRoom) -> None:
    CameraStatus.objects.filter(camera=1).delete()
    camera_faults.look()
    CameraStatus.objects.filter(camera=1).update(since=F("since") - timedelta(seconds=60))
    camera_faults.look()
    assert faults() == ["no_picture"]
    Camera.objects.filter(pk=1).update(enabled=False)
    camera_faults.look()
    assert faults() == []


def test_a_recording_that_is_over_is_no_fault(live: ControlRoom) -> None:
    CameraStatus.objects.filter(camera=1).update(state="ended", last_frame_at=timezone.now() - timedelta(hours=1))
    assert camera_faults.look() == 0


def test_people_come_before_cameras_and_no_camera_closes_a_persons_incident(live: ControlRoom) -> None:
    silent_for(40)
    camera_faults.look()
    person = live.sees()
    assert presenting.cards(User.objects.get(username="operator"))[0].number == person.pk
    with pytest.raises(TransitionError, match="only a person"):
        transitions.clear(person.pk, note="x")


def test_without_a_policy_a_fault_stands_in_the_console_and_pages_nobody(live: ControlRoom) -> None:
    Policy.objects.filter(subject="camera").delete()
    silent_for(40)
    camera_faults.look()
    live.turn()
    assert faults() == ["no_picture"]
    assert live.fake.messages == []
