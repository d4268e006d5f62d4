"""One incident: its live picture, whom to call, and who else looks."""

import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from alerts import intake
from alerts.models import AuditEvent, Contact, Incident, Looking
from tests.alerts.console.test_pages import operator
from tests.stories.conftest import ControlRoom, room
from zones.live_picture import LivePicture, LivePlace

__all__ = ["operator", "room"]


@pytest.fixture
def place(settings: pytest.FixtureRequest, tmp_path: Path) -> LivePlace:
    settings.RUN_DIR = tmp_path  # type: ignore[attr-defined]
    return LivePlace(tmp_path / "live", 1)


def shown(age_s: float) -> LivePicture:
    return LivePicture(time.time() - age_s, (1280, 720), b"\xff\xd8jpeg", [{"box": [1, 2, 3, 4], "joints": None}])


def test_the_live_picture_is_asked_for_and_says_how_old_it_is(
    operator: Client, room: ControlRoom, place: LivePlace
) -> None:
    address = f"/incidents/{room.sees().pk}/live/"
    assert (
        "coming" in operator.get(address).json()["words"] or "no live picture" in operator.get(address).json()["words"]
    )
    assert place.asked()
    place.put(shown(7.0))
    answer = operator.get(address)
    assert answer.json()["age_s"] == pytest.approx(7.0, abs=1.0)
    assert answer.json()["people"] == [{"box": [1, 2, 3, 4], "joints": None}]
    assert answer.json()["picture"].startswith("data:image/jpeg;base64,")
    assert "no-store" in answer.headers["Cache-Control"]
    operator.get(address)
    looks = AuditEvent.objects.filter(action="looked at the live picture", actor="operator")
    assert looks.count() == 1  # once for each look, not for each picture


def test_a_picture_that_says_nothing_of_now_is_not_shown_and_the_reason_is(
    operator: Client, room: ControlRoom, place: LivePlace
) -> None:
    address = f"/incidents/{room.sees().pk}/live/"
    place.ask()
    place.put(shown(90.0))
    assert operator.get(address).json()["words"] == "There is no live picture: not watched."
    assert not AuditEvent.objects.filter(action="looked at the live picture").exists()


def test_a_closed_incident_shows_nobody_live(operator: Client, room: ControlRoom, place: LivePlace) -> None:
    incident = room.sees()
    operator.post(f"/incidents/{incident.pk}/close/", {"outcome": "benign"})
    place.ask()
    place.put(shown(0.5))
    told = operator.get(f"/incidents/{incident.pk}/live/").json()
    assert told["over"]
    assert "picture" not in told
    assert operator.get(f"/incidents/{incident.pk}/live.jpg").status_code == 404


def test_without_scripts_one_picture_comes_with_the_page(operator: Client, room: ControlRoom, place: LivePlace) -> None:
    incident = room.sees()
    place.ask()
    place.put(shown(0.5))
    answer = operator.get(f"/incidents/{incident.pk}/live.jpg")
    assert (answer.status_code, answer.content) == (200, b"\xff\xd8jpeg")
    assert f"/incidents/{incident.pk}/live.jpg" in operator.get(f"/incidents/{incident.pk}/").content.decode()


def test_whom_to_call_is_listed_and_that_somebody_called_is_kept(operator: Client, room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    page = operator.get(f"/incidents/{incident.pk}/").content.decode()
    olivia = Contact.objects.get(name__startswith="Olivia")
    for number in ("+441632960010", olivia.mobile, "999"):
        assert f'href="tel:{number}"' in page
    said = operator.post(f"/incidents/{incident.pk}/call/", {"who": "control-room"}, follow=True).content.decode()
    assert "It is kept that you called: Control room of Demo Bridge." in said
    assert AuditEvent.objects.get(action="called").detail["text"] == "Control room of Demo Bridge"
    wrong = operator.post(f"/incidents/{incident.pk}/call/", {"who": "nobody"}, follow=True).content.decode()
    assert "Choose whom you called." in wrong


def test_two_operators_see_each_other_and_nobody_sees_a_page_that_was_closed(
    operator: Client, room: ControlRoom
) -> None:
    incident, sam = room.sees(), User.objects.create_user("sam")
    address = f"/fragments/incidents/{incident.pk}/"
    assert "also looking" not in operator.get(address).content.decode()
    own = User.objects.get(username="operator")
    for user in (own, sam, sam):
        Looking.objects.create(page=uuid.uuid4(), incident=incident, user=user)
    text = " ".join(operator.get(address).content.decode().split())
    assert "sam is also looking at this." in text
    Looking.objects.update(seen_at=timezone.now() - timedelta(seconds=13))
    assert "also looking" not in operator.get(address).content.decode()


def test_the_parts_of_a_clip_are_links_and_the_first_plays_first(
    operator: Client, room: ControlRoom, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    incident, now = room.sees(), timezone.now()
    for n in (1, 2):
        for kind, name in (("overlay", f"{n}.json"), ("clip", f"{n}.mp4")):
            (tmp_path / name).write_bytes(b"{}")
            at = now + timedelta(seconds=30 * n)
            intake.attach(incident.pk, kind, Path(name), starts_at=at, ends_at=at)
    clips = list(incident.evidence.filter(kind="clip").order_by("pk"))
    page = operator.get(f"/incidents/{incident.pk}/").content.decode()
    assert f'<video src="/evidence/{clips[0].pk}/"' in page
    assert "The clip grows while the incident is open." in page
    second = operator.get(f"/incidents/{incident.pk}/?part=2").content.decode()
    assert f'<video src="/evidence/{clips[1].pk}/"' in second
    overlay = incident.evidence.get(path="1.json")
    assert operator.get(f"/evidence/{overlay.pk}/").headers["Content-Type"] == "application/json"


def test_where_it_is_stands_apart(operator: Client, room: ControlRoom) -> None:
    page = operator.get(f"/incidents/{room.sees().pk}/").content.decode()
    for label, value in (("Side", "east footway"), ("Lamp column", "14"), ("Grid reference", "TQ 3050 8050")):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in page


def test_others_stand_down_only_when_somebody_sees_to_it(operator: Client, room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    address = f"/incidents/{incident.pk}/"
    assert "take it on first" in operator.post(f"{address}stand-down/", follow=True).content.decode()
    assert 'data-key="d"' not in operator.get(address).content.decode()
    operator.post(f"{address}acknowledge/")
    assert 'data-key="d"' in operator.get(address).content.decode()
    assert "Nobody else was paged" in operator.post(f"{address}stand-down/", follow=True).content.decode()
    incident.refresh_from_db()
    assert incident.state == Incident.State.ACKNOWLEDGED
