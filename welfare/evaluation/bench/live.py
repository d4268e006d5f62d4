"""Cameras in real time, one process each as in a worker: how old a frame is once judged, and what was dropped."""

import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from welfare.evaluation.bench.together import Begin, together
from welfare.watch.detector import Detector
from welfare.watch.health import PictureHealth
from welfare.watch.pipeline import Models, Pipeline
from welfare.watch.source import Source
from zones.geometry import View

WARM_S = 5.0


@dataclass(frozen=True, slots=True)
class Live:
    """What so many cameras at once gave.

    Attributes:
        cameras: how many.
        what: how busy they were.
        fps: analysed frames a second of each, mean.
        age_ms: of the frames once judged: half, and 99 of 100, are younger.
        dropped: share of the due frames that were never analysed.
        cores: of the processor, used by all of them.
        memory_mb: of the largest process.
    """

    cameras: int
    what: str
    fps: float
    age_ms: tuple[float, float]
    dropped: float
    cores: float
    memory_mb: float


def measure(clips: Sequence[Path], view: View, what: str, seconds: float, detector: dict[str, Any]) -> Live:
    """Watch one camera for each clip, looped, for so many seconds.

    Raises:
        ChildError: one of the processes died.
    """
    found, _ = together(_watch, [(clip, view, seconds, detector) for clip in clips])
    ages = np.concatenate([f[0] for f in found])
    dropped = sum(f[1] for f in found)
    half, late = np.percentile(ages, [50, 99])
    return Live(
        cameras=len(clips),
        what=what,
        fps=len(ages) / seconds / len(clips),
        age_ms=(1000 * float(half), 1000 * float(late)),
        dropped=dropped / (dropped + len(ages)),
        cores=sum(f[2] for f in found) / seconds,
        memory_mb=max(f[3] for f in found),
    )


def _watch(
    clip: Path, view: View, seconds: float, detector: dict[str, Any], begin: Begin
) -> tuple[list[float], int, float, float]:
    with Models(detector=Detector(**detector)) as models:
        models.pose.preload()
        pipeline, health = Pipeline(view, models), PictureHealth()
        ages: list[float] = []
        dropped_before = used_before = begun_s = 0.0
        begin()
        with Source(str(clip), loop=True) as source:
            start_s = time.monotonic()
            for frame in source.frames():
                now_s = time.monotonic()
                if begun_s == 0 and now_s - start_s > WARM_S:
                    begun_s, dropped_before, used_before = now_s, source.dropped, time.process_time()
                if begun_s and now_s - begun_s > seconds:
                    break
                pipeline.step(frame.at_s, frame.image)
                health.look(frame.at_s, frame.image, source.clock_jumps)
                if begun_s:
                    ages.append(time.time() - frame.at_s)
            dropped = int(source.dropped - dropped_before)
            used_s = time.process_time() - used_before
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return ages, dropped, used_s, memory_mb


def joined(clips: Sequence[Path], out: Path) -> Path:
    """Clips of one camera one after the other in a file, packets copied.

    Args:
        clips: of the same size and codec settings.
        out: the file to write.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(out), "w") as container:
        stream, offset = None, 0
        for clip in clips:
            with av.open(str(clip)) as source:
                track = source.streams.video[0]
                stream = stream or container.add_stream_from_template(track)
                end = 0
                for packet in source.demux(track):
                    if packet.pts is None or packet.dts is None:
                        continue
                    end = max(end, packet.pts + (packet.duration or 1))
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = stream
                    container.mux(packet)
                offset += end
    return out


def table(results: Sequence[Live]) -> Iterator[str]:
    """Lines for people."""
    yield f"{'live cameras':34}{'frames/s':>9}{'age p50':>9}{'p99':>8} ms{'dropped':>9}{'cores':>7}{'MB each':>9}"
    for r in results:
        half, late = r.age_ms
        yield (
            f"{r.cameras:3} {r.what:30}{r.fps:9.2f}{half:9.0f}{late:8.0f}   "
            f"{100 * r.dropped:7.1f} %{r.cores:7.2f}{r.memory_mb:9.0f}"
        )
