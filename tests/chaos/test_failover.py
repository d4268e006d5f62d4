"""kill -9 of a worker that watches: another goes on with the camera and with the stay."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from tests.chaos.processes import kill, start
from welfare.fleet.models import CameraLease, EpisodeCheckpoint
from zones.models import Camera, CameraStatus

LIMIT_S = 60.0


def wait(what: str, look: Callable[[], object]) -> float:
    """Seconds until something is there."""
    start_s = time.monotonic()
    while not look():
        assert time.monotonic() - start_s < LIMIT_S, f"never came: {what}"
        time.sleep(0.05)
    return time.monotonic() - start_s


def worker(name: str, slots: int, folder: Path) -> subprocess.Popen[bytes]:
    """A track worker as the Procfile starts it."""
    return start(
        *("-m", "celery", "--app", "welfare.celery", "worker", "--hostname", f"{name}@test", "--queues", "track"),
        *("--concurrency", str(slots), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
        log=folder / "workers.log",
        HANDRAIL_RUN_DIR=str(folder),
        HANDRAIL_MEDIA_DIR=str(folder / "media"),
    )


def held_by(name: str) -> int:
    """How many cameras a worker watches: holding the lease and reporting."""
    leases = CameraLease.objects.filter(owner__startswith=f"{name}@", expires_at__gt=Now())
    return leases.exclude(reported_at=None).count()


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
    first = worker("first", 1, tmp_path)
    second = None
    try:
        wait("a stay of 4 s seen by the first worker", lambda: stay_s() > 4)
        second = worker("second", 1, tmp_path)
        time.sleep(4)  # it has to be up, as a second worker is in production
        before, frame = stay_s(), last_frame()
        kill(first)
        gap = wait(
            "a new frame by the second worker", lambda: last_frame() > frame and CameraLease.objects.get().epoch == 2
        )
        wait("the stay to go on", lambda: stay_s() > before)
        sys.stdout.write(f"frames again {gap:.1f} s after kill -9; the stay went on from {before:.1f} s\n")
        assert EpisodeCheckpoint.objects.get(camera=1).epoch == 2
    finally:
        for process in (first, second):
            if process is not None:
                kill(process)


@pytest.mark.slow
def test_a_worker_that_joins_takes_its_share_and_one_whose_parent_dies_leaves_no_child(
    transactional_db: None, tmp_path: Path
) -> None:
    call_command("loaddata", "demo", verbosity=0)
    Camera.objects.filter(pk=1).update(source=Camera.objects.get(pk=2).source)  # cheap to watch
    first, second = worker("first", 2, tmp_path), None
    try:
        wait("both cameras at the first worker", lambda: held_by("first") == 2)
        second = worker("second", 2, tmp_path)
        wait("one camera at each worker", lambda: held_by("first") == held_by("second") == 1)
        # It was handed over with a picture in hand, not claimed after the first one had let go.
        # The worker says so a moment after the lease has changed hands.
        wait("the hand-over in the log", lambda: "epoch 2, handed over" in (tmp_path / "workers.log").read_text())
        children = psutil.Process(first.pid).children()
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        wait("both cameras at the second worker", lambda: held_by("second") == 2)
        _, alive = psutil.wait_procs(children, timeout=LIMIT_S)
        assert alive == []
    finally:
        for process in (first, second):
            if process is not None:
                kill(process)
