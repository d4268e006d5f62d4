"""What Prometheus reads and what the fleet page shows."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.stories.conftest import ControlRoom, room
from welfare.fleet import handover, leases
from welfare.fleet.figures import Figures
from welfare.fleet.models import CameraFigures
from zones.models import CameraStatus

__all__ = ["room"]
EAST = "1 Demo Bridge / East parapet"
Sample = tuple[str, frozenset[tuple[str, str]]]


@pytest.fixture
def watched(room: ControlRoom) -> ControlRoom:
    """Worker a watches camera 1, nobody watches camera 2."""
    handover.beat("track@bridge/host/4711/beef", 2)
    leases.claim("track@bridge/host/4711/beef", 1, camera_id=1)
    faults = {"recording": timezone.now().isoformat()}
    CameraStatus.objects.create(
        camera_id=1, state="live", last_frame_at=timezone.now(), analysed_fps=5, frames_dropped=7, faults=faults
    )
    figures = Figures(recorded_bytes=3 * 2**20, waiting=1)
    for _ in range(10):
        figures.note_frame(0.09, 1, {"detect": 31.0, "pose": 12.0})
    CameraFigures.objects.create(camera_id=1, epoch=1, began_at=timezone.now(), figures=figures.as_json())
    return room


def samples(client: Client) -> dict[Sample, float]:
    answer = client.get("/metrics", headers={"Authorization": "Bearer a-token"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def one(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


def test_figures_are_closed_without_the_token(watched: ControlRoom, client: Client, settings: LazySettings) -> None:
    assert client.get("/metrics").status_code == 401
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 401
    assert client.post("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 405


def test_every_stage_age_drop_lease_and_fault_is_counted(
    watched: ControlRoom, client: Client, settings: LazySettings
) -> None:
    settings.METRICS_TOKEN = "a-token"
    watched.sees()
    CameraStatus.objects.create(camera_id=2, state="live", last_frame_at=timezone.now() - timedelta(seconds=60))
    watched.turn()
    found = samples(client)
    assert found[one("handrail_stage_seconds_count", camera=EAST, stage="detect")] == 10
    assert found[one("handrail_stage_seconds_bucket", camera=EAST, stage="detect", le="0.025")] == 0
    assert found[one("handrail_stage_seconds_bucket", camera=EAST, stage="detect", le="0.05")] == 10
    assert found[one("handrail_frame_age_seconds_bucket", camera=EAST, le="+Inf")] == 10
    assert found[one("handrail_frames_dropped_total", camera=EAST)] == 7
    assert found[one("handrail_lease_held", camera=EAST)] == 1
    assert found[one("handrail_camera_fault", camera=EAST, fault="recording")] == 1
    assert found[one("handrail_recorded_bytes_total", camera=EAST)] == 3 * 2**20
    assert found[one("handrail_outbox_waiting", camera=EAST)] == 1
    assert found[one("handrail_worker_cameras", worker="track@bridge/host/4711/beef")] == 1
    assert found[one("handrail_incidents_unresolved", tier="critical")] == 1


def test_the_page_says_who_watches_what_and_what_is_wrong(watched: ControlRoom, client: Client) -> None:
    assert client.get("/fleet/").status_code == 302
    client.force_login(User.objects.get(username="operator"))
    page = client.get("/fleet/").content.decode()
    for words in ("track@bridge/host/4711", "detect 31.0", "100 / 100", "not recorded", "epoch 1", "nobody", "3 MB"):
        assert words in page, words
    assert "beef" not in page
