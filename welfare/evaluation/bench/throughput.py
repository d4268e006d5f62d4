"""How many cameras the processor sustains: each process takes clips as fast as it can, beside a plain loop.

The plain loop is what somebody would write first: the same two networks over every frame, shrunk whole, and a pose of
everybody found. One camera is sustained for each second of video that is analysed in a second.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.replay import Replay
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models, Pipeline
from zones.site_file import read_site

EVERY_FRAME = 1000.0
FPS = 5.0
WARM_FRAMES = 5

Image = NDArray[np.uint8]
Looked = Counter[str]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to watch, over one sequence of clips."""

    name: str
    plain: bool
    fps: float
    clips: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Sustained:
    """What one way sustained.

    Attributes:
        cameras: seconds of video analysed in a second, all processes together.
        stage_ms: mean of an analysed frame, by stage; decoding is that of all the frames in between.
        frames: analysed.
    """

    way: str
    cameras: float
    stage_ms: dict[str, float]
    frames: int


def ways(busy: Path, empty: Path) -> list[Way]:
    """The comparison: always busy and a quarter of the time busy, beside the plain loop."""
    quarter = (busy, empty, empty, empty)
    return [
        Way("Handrail, always busy", False, FPS, (busy,)),
        Way("plain loop over every frame, always busy", True, EVERY_FRAME, (busy,)),
        Way("plain loop at 5 a second, always busy", True, FPS, (busy,)),
        Way("Handrail, busy a quarter of the time", False, FPS, quarter),
        Way("plain loop over every frame, a quarter", True, EVERY_FRAME, quarter),
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
    """
    context = multiprocessing.get_context("spawn")
    for way in compared:
        say(way.name)
        barrier = context.Barrier(processes + 1)
        results: Any = context.Queue()
        started = [context.Process(target=_run, args=(way, detector, barrier, results)) for _ in range(processes)]
        for process in started:
            process.start()
        barrier.wait()
        start_s = time.perf_counter()
        found: list[tuple[float, int, Looked]] = [results.get() for _ in started]
        wall_s = time.perf_counter() - start_s
        for process in started:
            process.join()
        frames = sum(f[1] for f in found)
        total = sum((f[2] for f in found), Counter())
        stages = {stage: 1000 * seconds / frames for stage, seconds in total.items()}
        yield Sustained(way.name, sum(f[0] for f in found) / wall_s, stages, frames)


def _run(way: Way, detector: dict[str, Any], barrier: Barrier, results: Any) -> None:
    with Models(detector=Detector(**detector)) as models:
        models.pose.preload()
        with Replay(way.clips[0]) as replay:
            view = read_site(way.clips[0].with_suffix(".site.json"), replay.size)
            look = _plain(models) if way.plain else _handrail(Pipeline(view, models))
            for t_s, image in list(_first(replay))[:WARM_FRAMES]:
                look(t_s - 10.0, image)
        barrier.wait()
        seconds, frames, spent = 0.0, 0, Counter[str]()
        for clip in way.clips:
            with Replay(clip) as replay:
                stream, t_s = replay.frames(way.fps), 0.0
                while True:
                    before = time.perf_counter()
                    found = next(stream, None)
                    spent["decode"] += time.perf_counter() - before  # type: ignore[assignment]
                    if found is None:
                        break
                    t_s, image = found
                    spent.update(look(seconds + t_s, image))
                    frames += 1
                seconds += replay.duration_s or t_s
        results.put((seconds, frames, spent))


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
    yield f"{'':42}{'cameras':>9}  " + "".join(f"{stage:>9}" for stage in stages) + "   ms of an analysed frame"
    for r in results:
        cells = "".join(f"{r.stage_ms.get(stage, 0.0):9.1f}" for stage in stages)
        yield f"{r.way:42}{r.cameras:9.2f}  {cells}"
    for ours, plain in ((0, 1), (0, 2), (3, 4)):
        yield f"{results[ours].way}: {results[ours].cameras / results[plain].cameras:.1f} x {results[plain].way}"


def _order(stage: str) -> int:
    return ["decode", "motion", "detect", "track", "pose", "objects", "assess"].index(stage)
