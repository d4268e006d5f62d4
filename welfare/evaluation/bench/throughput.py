"""How many cameras the processor sustains: each process takes clips as fast as it can, beside a plain loop.

The plain loop is what somebody would write first: the same two networks over every frame, shrunk whole, and a pose of
everybody found. One camera is sustained for each second of video that is analysed in a second. Ratios are told by
processor time too, since other work on the machine does not count there.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.bench.together import Begin, together
from welfare.evaluation.replay import Replay
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models, Pipeline
from zones.geometry import View

EVERY_FRAME = 1000.0
FPS = 5.0
WARM_FRAMES = 5
BEFORE_S = 10.0  # the clips begin so long after the warm frames
PLAIN_S = 6.0  # of each clip that the plain loop takes: it costs the same in every second, and much

Image = NDArray[np.uint8]
Looked = Counter[str]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to watch, over one sequence of clips, of each so many seconds."""

    name: str
    plain: bool
    fps: float
    clips: tuple[Path, ...]
    view: View = field(repr=False)
    seconds: float = float("inf")


@dataclass(frozen=True, slots=True)
class Sustained:
    """What one way sustained.

    Attributes:
        cameras: seconds of video analysed in a second, all processes together.
        cameras_alone: likewise in a second of each core's time, as if nothing else ran on them.
        stage_ms: mean of an analysed frame, by stage; decoding is that of all the frames in between.
        frames: analysed.
    """

    way: str
    cameras: float
    cameras_alone: float
    stage_ms: dict[str, float]
    frames: int


def ways(busy: Path, empty: Path, view: View) -> list[Way]:
    """The comparison: always busy and a quarter of the time busy, beside the plain loop."""
    quarter = (busy, empty, empty, empty)
    return [
        Way("Handrail, always busy", False, FPS, (busy,), view),
        Way("plain loop over every frame, always busy", True, EVERY_FRAME, (busy,), view, PLAIN_S),
        Way("plain loop at 5 a second, always busy", True, FPS, (busy,), view),
        Way("Handrail, busy a quarter of the time", False, FPS, quarter, view),
        Way("plain loop over every frame, a quarter", True, EVERY_FRAME, quarter, view, PLAIN_S),
    ]


def measure(
    compared: Sequence[Way], detector: dict[str, Any], processes: int, say: Callable[[str], None]
) -> Iterator[Sustained]:
    """Run the ways one after the other.

    Args:
        compared: each over its clips, once in each process.
        detector: arguments of the detector, the same for all.
        processes: at once; as many as there are cores.
        say: told what is being done.

    Raises:
        ChildError: one of the processes died.
    """
    for way in compared:
        say(way.name)
        found, wall_s = together(_run, [(way, detector)] * processes)
        video_s, frames = sum(f.video_s for f in found), sum(f.frames for f in found)
        total = sum((f.stage_s for f in found), Counter())
        stages = {stage: 1000 * seconds / frames for stage, seconds in total.items()}
        alone = processes * video_s / sum(f.processor_s for f in found)
        yield Sustained(way.name, video_s / wall_s, alone, stages, frames)


@dataclass(frozen=True, slots=True)
class _Share:
    """What one process did."""

    video_s: float
    processor_s: float
    frames: int
    stage_s: Looked


def _run(way: Way, detector: dict[str, Any], begin: Begin) -> _Share:
    with Models(detector=Detector(**detector)) as models:
        models.pose.preload()
        look = _plain(models) if way.plain else _handrail(Pipeline(way.view, models))
        with Replay(way.clips[0]) as replay:
            for t_s, image in list(_first(replay))[:WARM_FRAMES]:
                look(t_s, image)
        begin()
        used_s, seconds, frames, spent = time.process_time(), BEFORE_S, 0, Counter[str]()
        for clip in way.clips:
            with Replay(clip) as replay:
                stream, t_s = replay.frames(way.fps), 0.0
                while True:
                    before = time.perf_counter()
                    found = next(stream, None)
                    spent["decode"] += time.perf_counter() - before  # type: ignore[assignment]
                    if found is None or found[0] > way.seconds:
                        break
                    t_s, image = found
                    spent.update(look(seconds + t_s, image))
                    frames += 1
                seconds += min(replay.duration_s or t_s, way.seconds)
        return _Share(seconds - BEFORE_S, time.process_time() - used_s, frames, spent)


def _first(replay: Replay) -> Iterator[tuple[float, Image]]:
    for t_s, image in replay.frames(FPS):
        if t_s > WARM_FRAMES / FPS:
            return
        yield t_s, image


def _handrail(pipeline: Pipeline) -> Callable[[float, Image], dict[str, float]]:
    def look(t_s: float, image: Image) -> dict[str, float]:
        return {stage: ms / 1000 for stage, ms in pipeline.step(t_s, image).cost_ms.items()}

    return look


def _plain(models: Models) -> Callable[[float, Image], dict[str, float]]:
    def look(t_s: float, image: Image) -> dict[str, float]:
        height, width = image.shape[:2]
        start = time.perf_counter()
        boxes, _ = models.detector.detect(image, [(0, 0, width, height)])
        found = time.perf_counter()
        for box in boxes.tolist():
            models.pose.estimate(t_s, None, image, box)
        return {"detect": found - start, "pose": time.perf_counter() - found}

    return look


def table(results: Sequence[Sustained]) -> Iterator[str]:
    """Lines for people, each with its ratio to the plain loop over every frame of the same clips."""
    stages = sorted({stage for r in results for stage in r.stage_ms}, key=_order)
    head = "".join(f"{stage:>9}" for stage in stages)
    yield f"{'':42}{'cameras':>9}{'alone':>8}  {head}   ms of an analysed frame"
    for r in results:
        cells = "".join(f"{r.stage_ms.get(stage, 0.0):9.1f}" for stage in stages)
        yield f"{r.way:42}{r.cameras:9.2f}{r.cameras_alone:8.2f}  {cells}"
    for a, b in ((0, 1), (0, 2), (3, 4)):
        ours, plain = results[a], results[b]
        ratios = (
            f"{ours.cameras / plain.cameras:.1f} x, by processor time {ours.cameras_alone / plain.cameras_alone:.1f} x"
        )
        yield f"{ours.way}: {ratios} {plain.way}"


def _order(stage: str) -> int:
    return ["decode", "motion", "detect", "track", "pose", "objects", "assess"].index(stage)
