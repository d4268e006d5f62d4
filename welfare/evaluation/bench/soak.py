"""One camera for an hour in a real worker: what its processes hold in memory, early and late."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from welfare.evaluation.bench.world import World, told, wait
from zones.models import CameraStatus

EVERY_S = 5.0
AROUND_S = 30.0  # a figure is the median of the samples so close to its time
GROWTH = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory and pace at one time since the camera went live.

    Attributes:
        memory_mb: resident, of all processes.
        shared_mb: likewise, with shared pages counted once.
    """

    at_s: float
    memory_mb: float
    shared_mb: float
    fps: float


def watch(address: str, site: Path, seconds: float, say: Callable[[str], None]) -> Iterator[Sample]:
    """Watch one camera in a world of its own.

    Args:
        address: RTSP, HTTP or a file, which is looped.
        site: site file with its calibration and zones.
        seconds: how long, from the first picture.
        say: told what is being done.

    Raises:
        WorldError: no picture came.
    """
    with World() as world, told(world):
        (camera,) = world.add_cameras([(address, site)])
        world.start_worker("soak", 1)
        say("waiting for the first picture")
        wait("a picture", CameraStatus.objects.filter(camera=camera, analysed_fps__gt=0).exists)
        begun = time.monotonic()
        while (at_s := time.monotonic() - begun) <= seconds:
            status = CameraStatus.objects.get(camera=camera)
            yield Sample(at_s, *world.memory_mb("soak"), status.analysed_fps)
            time.sleep(EVERY_S)


def around(samples: list[Sample], at_s: float) -> float:
    """Memory at a time, MiB."""
    near = [s.memory_mb for s in samples if abs(s.at_s - at_s) <= AROUND_S]
    return float(np.median(near)) if near else float("nan")


def table(samples: list[Sample], early_s: float) -> Iterator[str]:
    """Lines for people."""
    last_s = samples[-1].at_s
    early, late = around(samples, early_s), around(samples, last_s - AROUND_S)
    yield f"{'minutes':>8}{'resident MB':>13}{'frames/s':>10}"
    for minute in np.unique(np.linspace(0, last_s // 60, 13).astype(int)):
        at_s = 60.0 * minute
        fps = float(np.median([s.fps for s in samples if abs(s.at_s - at_s) <= AROUND_S]))
        yield f"{minute:8}{around(samples, at_s):13.1f}{fps:10.2f}"
    grown = late / early - 1
    verdict = "within" if abs(grown) <= GROWTH else "NOT within"
    yield (
        f"memory of all its processes at {early_s / 60:.0f} minutes {early:.1f} MB, at {last_s / 60:.0f} "
        f"{late:.1f} MB: {100 * grown:+.1f} %, {verdict} {100 * GROWTH:.0f} %"
    )
