"""kill -9 of a worker that watches: another goes on with the camera and with the stay."""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.chaos.processes import kill, start
from welfare.fleet.models import CameraLease, EpisodeCheckpoint
from zones.models import Camera, CameraStatus

LIMIT_S = 40.0


def wait(what: str, look: Callable[[], object]) -> float:
    """Seconds until something is there."""
    start_s = time.monotonic()
    while not look():
        assert time.monotonic() - start_s < LIMIT_S, f"never came: {what}"
        time.sleep(0.05)
    return time.monotonic() - start_s


def stay_s() -> float:
    """The longest stay that is checkpointed for camera 1."""
    kept = EpisodeCheckpoint.objects.filter(camera=1).first()
    return max((e["stay_s"] for stays in kept.stays.values() for e in stays), default=0.0) if kept else 0.0


def last_frame() -> datetime:
    """Time of the last analysed frame of camera 1."""
    status = CameraStatus.objects.get(camera=1)
    assert status.last_frame_at is not None
    return status.last_frame_at


@pytest.mark.slow
def test_another_worker_takes_over_and_the_stay_goes_on(transactional_db: None, tmp_path: Path) -> None:
    call_command("loaddata", "demo", verbosity=0)
    Camera.objects.exclude(pk=1).update(enabled=False)
    more = {"HANDRAIL_RUN_DIR": str(tmp_path), "HANDRAIL_MEDIA_DIR": str(tmp_path / "media")}

    def worker(name: str) -> object:
        return start(
            *("-m", "celery", "--app", "welfare.celery", "worker", "--hostname", f"{name}@test", "--queues", "track"),
            *("--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            log=tmp_path / "workers.log",
            **more,
        )

    first = worker("first")
    second = None
    try:
        wait("a stay of 4 s seen by the first worker", lambda: stay_s() > 4)
        second = worker("second")
        time.sleep(4)  # it has to be up, as a second worker is in production
        before, frame = stay_s(), last_frame()
        kill(first)  # type: ignore[arg-type]
        gap = wait(
            "a new frame by the second worker", lambda: last_frame() > frame and CameraLease.objects.get().epoch == 2
        )
        wait("the stay to go on", lambda: stay_s() > before)
        sys.stdout.write(f"frames again {gap:.1f} s after kill -9; the stay went on from {before:.1f} s\n")
        assert EpisodeCheckpoint.objects.get(camera=1).epoch == 2
    finally:
        for process in (first, second):
            if process is not None:
                kill(process)  # type: ignore[arg-type]
