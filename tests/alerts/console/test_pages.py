"""The operator's pages over HTTP: who may see what, and that nothing changes but by a POST."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from alerts import intake
from alerts.models import AuditEvent, Incident
from tests.stories.conftest import ControlRoom, phone_line, room

__all__ = ["phone_line", "room"]


@pytest.fixture
def operator(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    return client


def test_the_link_in_an_sms_changes_nothing_and_shows_nothing_to_a_stranger(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    (text,) = room.fake.messages
    path = "/" + text.body.split("/", 3)[3]
    answer = Client().get(path)
    assert answer.status_code in (301, 302)
    assert incident.place not in answer.content.decode()
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN


def test_the_list_shows_the_most_pressing_first_and_quiet_says_so(operator: Client, room: ControlRoom) -> None:
    from zones.tier import Tier

    assert "All quiet" in operator.get("/").content.decode()
    concern, critical = room.sees(Tier.CONCERN), room.sees(Tier.CRITICAL)
    text = operator.get("/").content.decode()
    assert text.index(f"#{critical.pk} ") < text.index(f"#{concern.pk} ")
    assert "Stayed near the edge for 75 s" in text


def test_a_get_changes_nothing_and_a_post_acknowledges_once(operator: Client, room: ControlRoom) -> None:
    incident = room.sees()
    address = f"/incidents/{incident.pk}/"
    for act in ("acknowledge", "note", "escalate", "close"):
        assert operator.get(f"{address}{act}/").status_code == 405
    assert "is yours" in operator.post(f"{address}acknowledge/", follow=True).content.decode()
    assert "already taken on by Olivia" in operator.post(f"{address}acknowledge/", follow=True).content.decode()
    assert AuditEvent.objects.filter(action="acknowledged").count() == 1


def test_a_close_without_an_outcome_is_refused_in_words(operator: Client, room: ControlRoom) -> None:
    address = f"/incidents/{room.sees().pk}/"
    assert "Choose an outcome" in operator.post(f"{address}close/", follow=True).content.decode()
    text = operator.post(f"{address}close/", {"outcome": "supported"}, follow=True).content.decode()
    assert "Closed by Olivia Operator: person supported" in text


def test_a_form_from_another_site_is_refused(room: ControlRoom) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="operator"))
    assert client.post(f"/incidents/{room.sees().pk}/acknowledge/").status_code == 403


def test_a_script_in_a_name_is_shown_and_never_run(operator: Client, room: ControlRoom) -> None:
    from zones.models import Zone

    Zone.objects.filter(pk=1).update(name="<script>alert(1)</script>")
    incident = room.sees()
    for path in ("/", f"/incidents/{incident.pk}/", "/cameras/", "/incidents/"):
        answer = operator.get(path)
        assert "<script>alert" not in answer.content.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "query", ["state=nonsense", "tier=x&camera=y", "day=2026-13-45", "page=999", "camera=99999999999"]
)
def test_filters_that_make_no_sense_are_left_out(operator: Client, room: ControlRoom, query: str) -> None:
    room.sees()
    assert operator.get(f"/incidents/?{query}").status_code == 200


def with_file(room: ControlRoom, folder: Path, settings: object, name: str, content: bytes) -> str:
    settings.MEDIA_ROOT = folder  # type: ignore[attr-defined]
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    incident, now = room.sees(), timezone.now()
    intake.attach(incident.pk, "clip", Path(name), starts_at=now, ends_at=now)
    return f"/evidence/{incident.evidence.get().pk}/"


def test_a_clip_can_be_wound_and_who_looked_is_kept(
    operator: Client, room: ControlRoom, tmp_path: Path, settings: object
) -> None:
    content = bytes(range(256)) * 40
    address = with_file(room, tmp_path, settings, "clips/1.mp4", content)
    whole = operator.get(address)
    assert whole.content == content
    assert whole.headers["Content-Type"] == "video/mp4"
    part = operator.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    assert operator.get(address, headers={"range": "bytes=-10"}).content == content[-10:]
    assert operator.get(address, headers={"range": "bytes=999999-"}).status_code == 416
    assert operator.get(address, headers={"range": "cats=1"}).content == content
    assert AuditEvent.objects.filter(action="looked at clip", actor="operator").exists()


@pytest.mark.parametrize("name", ["../secret.mp4", "clips/x.txt"])
def test_no_path_leads_out_of_the_evidence(
    operator: Client, room: ControlRoom, tmp_path: Path, settings: object, name: str
) -> None:
    address = with_file(room, tmp_path / "media", settings, name, b"x" * 100)
    assert operator.get(address).status_code == 404


def test_an_incident_shows_its_evidence_over_time_and_the_frame_of_each_reason(
    room: ControlRoom, operator: Client
) -> None:
    at = timezone.now()
    reason = {"cue": "stay", "words": "stayed near the edge for 75 s", "value": 75.0, "unit": "s", "confidence": 0.9,
              "weight_nats": 0.4, "t_s": at.timestamp() - 90}  # fmt: skip
    points = [[-30.0, 0.3, 0.3, {"alone": 0.3}], [0.0, 0.7, 3.5, {"alone": 0.3, "stay": 0.4}]]
    incident = room.sees(frame_at=at, reasons=(reason,), trail={"levels": [1.5, 3.0, 4.5], "points": points})
    page = operator.get(f"/incidents/{incident.pk}/").content.decode()
    shown = timezone.localtime(at - timedelta(seconds=90))
    assert f"{shown:%H:%M:%S}" in page
    assert "Evidence over time, by cue" in page
    assert "stay at the edge up to 0.4" in page
    assert 'class="could"' in page


def test_a_browser_that_asks_for_an_icon_is_shown_where_it_is() -> None:
    answer = Client().get("/favicon.ico")
    assert answer.status_code == 302
    assert finders.find(answer["Location"].removeprefix("/static/")) == str(settings.BASE_DIR / "static" / "icon.svg")
