"""Work on a camera, a zone or a site: what waits, what never waits, and that it ends by itself."""

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from alerts import upkeep
from alerts.maintenance import windows
from alerts.models import AuditEvent, Incident, MaintenanceWindow
from tests.stories.conftest import ControlRoom
from zones.models import CameraStatus
from zones.tier import Tier


@pytest.fixture
def admin(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


def begin(hours: float = 2, **place: int) -> MaintenanceWindow:
    now = timezone.now()
    window = MaintenanceWindow.objects.create(
        **(place or {"camera_id": 1}), starts_at=now - timedelta(seconds=1), ends_at=now + timedelta(hours=hours),
        reason="new bracket", opened_by="supervisor",
    )  # fmt: skip
    windows.settle()
    return window


@pytest.mark.parametrize("place", [{"camera_id": 1}, {"zone_id": 1}, {"site_id": 1}])
def test_a_concern_is_shown_and_waits_until_the_work_is_over(room: ControlRoom, place: dict[str, int]) -> None:
    begin(**place)
    incident = room.sees(Tier.CONCERN)
    room.turn()
    assert room.fake.messages == []
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    assert f"#{incident.pk}" in client.get("/").content.decode()
    assert "Paging waits (maintenance of" in client.get(f"/incidents/{incident.pk}/").content.decode()
    room.later(2 * 3600 + 5)
    assert room.texts("Olivia")


@pytest.mark.parametrize("tier", [Tier.URGENT, Tier.CRITICAL])
def test_urgent_and_critical_page_as_ever(room: ControlRoom, tier: Tier) -> None:
    begin(site_id=1)
    room.sees(tier)
    room.turn()
    assert room.texts("Olivia")


def test_work_elsewhere_holds_nothing(room: ControlRoom) -> None:
    begin(camera_id=2)
    room.sees(Tier.CONCERN)
    room.turn()
    assert room.texts("Olivia")


def test_work_that_is_over_holds_nothing_even_if_nobody_wrote_that_down(room: ControlRoom) -> None:
    begin()
    room.later(2 * 3600 + 5)
    room.sees(Tier.CONCERN)
    room.turn()
    assert room.texts("Olivia")


def test_a_camera_fault_during_work_pages_only_if_it_lasts(room: ControlRoom) -> None:
    from alerts import camera_faults

    begin(camera_id=1, hours=1)
    camera_faults.look()
    CameraStatus.objects.update(since=timezone.now() - timedelta(minutes=1))
    camera_faults.look()
    fault = Incident.objects.filter(camera=1, subject="camera").first()
    assert fault is not None
    assert fault.policy_snapshot["held_because"].startswith("maintenance of Demo Bridge / East parapet")
    room.turn()
    assert [m.to for m in room.fake.messages].count(room.number("Olivia")) == 1  # the other camera's, not this one's
    room.later(3600 + 5)
    room.later(2)  # one number sends one text a second
    assert len(room.texts("Olivia")) > 1


def test_ended_early_it_pages_at_once_what_it_held(room: ControlRoom, admin: Client) -> None:
    window = begin()
    room.sees(Tier.CONCERN)
    room.turn()
    text = admin.post(f"/maintenance/{window.pk}/end/", follow=True).content.decode()
    assert "everything pages again" in text
    room.turn()
    assert room.texts("Olivia")
    admin.post(f"/maintenance/{window.pk}/end/")
    assert AuditEvent.objects.filter(action="maintenance ended").count() == 1


def test_start_end_and_expiry_are_audited_once_each(room: ControlRoom) -> None:
    early, late = begin(site_id=1), begin(camera_id=2)
    windows.end(early.pk, by="supervisor")
    room.later(2 * 3600 + 5)
    for _ in range(2):
        upkeep.look()
    actions = list(
        AuditEvent.objects.filter(detail__has_key="window").order_by("pk").values_list("action", "detail__window")
    )
    assert actions == [("maintenance began", early.pk), ("maintenance began", late.pk),
                       ("maintenance ended", early.pk), ("maintenance expired", late.pk)]  # fmt: skip


def test_it_needs_a_reason_and_is_at_most_12_hours(room: ControlRoom, admin: Client) -> None:
    base = {"place": "camera-1", "hours": "2", "reason": "new bracket"}
    for wrong, said in (
        ({"reason": " "}, "Say why: the reason is kept."),
        ({"hours": "13"}, "less than or equal to 12"),
        ({"place": "camera-999"}, "not one of the available choices"),
        ({"starts_at": "2020-01-01T00:00"}, "That is over already."),
    ):
        assert said in admin.post("/maintenance/open/", base | wrong).content.decode()
    assert not MaintenanceWindow.objects.exists()
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        MaintenanceWindow.objects.create(camera_id=1, starts_at=now, ends_at=now + timedelta(hours=13), reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        MaintenanceWindow.objects.create(camera_id=1, starts_at=now, ends_at=now + timedelta(hours=1), reason="")


def test_opened_in_the_console_it_stands_in_the_banner(room: ControlRoom, admin: Client) -> None:
    form = {"place": "zone-1", "hours": "2", "reason": "painting the rail"}
    assert "urgent and critical page as ever" in admin.post("/maintenance/open/", form, follow=True).content.decode()
    assert "painting the rail. Urgent and critical page on." in admin.get("/").content.decode()
    (event,) = AuditEvent.objects.filter(action="maintenance began")
    assert (event.actor, event.detail["reason"]) == ("supervisor", "painting the rail")


def test_only_an_administrator_opens_and_ends_it(room: ControlRoom) -> None:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    window = begin()
    assert client.get("/maintenance/").status_code == 200
    assert client.post("/maintenance/open/", {"place": "site-1"}).status_code == 403
    assert client.post(f"/maintenance/{window.pk}/end/").status_code == 403


def test_the_engines_process_keeps_all_this_up_beside_the_paging(room: ControlRoom, monkeypatch: object) -> None:
    window = begin()
    room.later(2 * 3600 + 5)
    monkeypatch.setattr(upkeep, "EVERY_S", 0.01)  # type: ignore[attr-defined]
    stopping = threading.Event()
    thread = upkeep.begin(stopping)
    for _ in range(500):
        if AuditEvent.objects.filter(action="maintenance expired", detail__window=window.pk).exists():
            break
        time.sleep(0.02)
    stopping.set()
    thread.join(30)
    assert AuditEvent.objects.filter(action="maintenance expired").count() == 1
