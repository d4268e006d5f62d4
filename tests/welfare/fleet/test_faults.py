"""From pictures that cannot be trusted to people: each fault raised once, over by itself, and counted."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from alerts import camera_faults
from alerts.models import Incident
from tests.welfare.watch.test_health import FPS, Image, living, scene
from welfare.fleet import leases
from welfare.fleet.camera_run import CameraRun
from welfare.fleet.recording import Recording
from welfare.watch.health import CLOCK_WINDOW_S, REFERENCE_LOOKS
from welfare.watch.pipeline import Models
from welfare.watch.source import Frame
from zones.fault import Fault
from zones.models import Camera

Frames = Iterator[tuple[float, Image]]


class Watched:
    """One camera's run, given frames instead of a stream.

    Its time is moved by the frames, and ahead of the clock: no camera is silent because this machine is slow.
    """

    def __init__(self, run: CameraRun, recording: Recording) -> None:
        self.run, self._recording = run, recording
        self.at_s, self.jumps = time.time() + 3600.0, 0

    def sees(self, seconds: float, made: Callable[[Image], Image] = lambda image: image) -> None:
        """Frames of the demo clip, each made something of, and one report at the end."""
        for at_s, image in living(seconds, start=self.at_s):
            self.run.progress.frame_at_s = at_s
            self.run._look_after(Frame(at_s, made(image), 0), self.jumps, self._recording)
        self.at_s += seconds
        assert self.run.reporter._round()


@pytest.fixture
def watched(transactional_db: None, tmp_path: Path) -> Iterator[Watched]:
    call_command("loaddata", "demo", verbosity=0)
    Camera.objects.exclude(pk=1).update(enabled=False)
    camera = Camera.objects.get(pk=1)
    (lease,) = leases.claim("test", 1, camera_id=1)
    recording = Recording(camera, tmp_path)
    with Models() as models:
        run = CameraRun(camera, lease, models, lambda *_, **__: None)
        run.progress.state = "live"
        yield Watched(run, recording)
    recording.close()


def dark(image: Image) -> Image:
    return np.asarray(image // 64, dtype=np.uint8)


def turned(image: Image) -> Image:
    return np.roll(image, (20, 60), (0, 1))


def frozen(_: Image) -> Image:
    return scene()[0]


@pytest.mark.parametrize(
    ("fault", "made", "over_s"),
    [(Fault.FROZEN, frozen, 5), (Fault.BLIND, dark, 5), (Fault.MOVED, turned, 5), (Fault.CLOCK, None, CLOCK_WINDOW_S)],
)
def test_each_fault_is_raised_once_is_over_by_itself_and_is_counted(
    watched: Watched, fault: Fault, made: Callable[[Image], Image] | None, over_s: float
) -> None:
    watched.sees(2 * REFERENCE_LOOKS + 2)
    assert camera_faults.look() == 0
    watched.jumps += 3 if made is None else 0
    raised = []
    for _ in range(3):
        watched.sees(40 if made else 5, made or (lambda image: image))
        raised.append(camera_faults.look())
    assert sum(raised) == 1
    assert list(Incident.objects.values_list("fault", "state")) == [(fault, "open")]
    watched.sees(over_s + 1 / FPS)
    assert camera_faults.look() == 0
    assert list(Incident.objects.values_list("fault", "state")) == [(fault, "resolved")]
    assert camera_faults.counted()[1] == {fault: 1}
    assert watched.run.progress.figures.faults == {fault.value: 1}
