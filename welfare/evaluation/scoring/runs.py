"""Rendered clips through the pipeline of `manage.py analyse`, in processes of their own; kept until code changes."""

import ast
import atexit
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2

import zones.geometry
from welfare import behaviour, watch
from welfare.behaviour import observation
from welfare.evaluation import labels, sights
from welfare.evaluation.event_lines import lines_of
from welfare.evaluation.labels import Labels
from welfare.evaluation.replay import Replay
from welfare.evaluation.scenarios.making import make
from welfare.evaluation.scenarios.suite import FPS, Clip
from welfare.evaluation.sights import Sight
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models, Pipeline
from zones.geometry import View

RECORDING = frozenset({"recorder.py", "redact.py", "people_log.py"})  # of the watch, and decides no sight
Lines = list[dict[str, Any]]
_models: Models | None = None  # of this process


@cache
def watch_digest() -> str:
    """Hash of the code that decides what the watch says, however it is laid out, and of the networks."""
    return _digest([*_sources(behaviour), *_sources(watch)])


@cache
def sights_digest() -> str:
    """Hash of the code that decides what the watch sees, whatever the behaviour makes of it, and of the networks."""
    looking = [path for path in _sources(watch) if path.name not in RECORDING]
    return _digest([Path(observation.__file__), Path(sights.__file__), *looking])


def _sources(package: ModuleType) -> list[Path]:
    return sorted(Path(package.__path__[0]).glob("*.py"))


def _digest(sources: Sequence[Path]) -> str:
    whole = hashlib.sha256()
    for path in [*sources, Path(zones.geometry.__file__), Path(labels.__file__)]:
        whole.update(_code(path).encode())
    for network in sorted((Path(watch.__path__[0]).parent / "weights").glob("person_*.onnx")):
        whole.update(hashlib.sha256(network.read_bytes()).digest())
    return whole.hexdigest()[:12]


def _code(path: Path) -> str:
    """A module without what changes nothing: its layout, comments and docstrings."""
    module = ast.parse(path.read_text())
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:]
    return ast.dump(module)


def run(clip: Clip, folder: Path, detector: Mapping[str, Any]) -> Lines:
    """Every event of a clip; rendered, watched and judged as far as that was not done before.

    Args:
        clip: which.
        folder: where clips, sights and events are kept.
        detector: arguments of the people detector.
    """
    video = make(clip, folder)
    kept = folder / f"events-{watch_digest()}" / f"{video.stem}.jsonl"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        view = Labels.read(video.with_suffix(".jsonl")).view
        lines = _judged(video, view, folder)
        if lines is None:
            lines = _watched(video, view, folder, detector)
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_text("".join(json.dumps(line) + "\n" for line in lines))
        part.replace(kept)
    return [json.loads(line) for line in kept.read_text().splitlines()]


def _seen(video: Path, folder: Path) -> Path:
    return folder / f"sights-{sights_digest()}" / f"{video.stem}.gz"


def _judged(video: Path, view: View, folder: Path) -> Lines | None:
    seen = _seen(video, folder)
    return sights.judged(sights.read(seen), view) if seen.exists() else None


def _watched(video: Path, view: View, folder: Path, detector: Mapping[str, Any]) -> Lines:
    seen, lines = _seen(video, folder), Lines()
    kept: list[Sight] = []
    pipeline = Pipeline(view, _loaded(detector))
    with Replay(video) as replay:
        for t_s, image in replay.frames(FPS):
            step = pipeline.step(t_s, image)
            kept.append(Sight.of(step))
            lines += lines_of(step.observations, step.events, estimated=view.estimated)
    seen.parent.mkdir(parents=True, exist_ok=True)
    sights.write(kept, seen)
    return lines


def _loaded(detector: Mapping[str, Any]) -> Models:
    global _models
    if _models is None:
        cv2.setNumThreads(1)
        _models = Models(detector=Detector(**detector))
        atexit.register(_models.pose.close)  # its own destructor is too late for an interpreter that ends
    return _models


def run_all(
    clips: Sequence[Clip],
    folder: Path,
    detector: Mapping[str, Any],
    jobs: int,
    failed: Callable[[Clip, Exception], None],
) -> Iterator[tuple[Clip, Lines]]:
    """Every clip's events as they get ready, in `jobs` processes; `failed` is told of each that could not be run."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        ordered = sorted(clips, key=Clip.digest)
        waiting = {pool.submit(run, clip, folder, dict(detector)): clip for clip in ordered}
        for future in as_completed(waiting):
            clip = waiting[future]
            try:
                yield clip, future.result()
            except Exception as error:  # noqa: BLE001  (one bad clip must not cost the others)
                failed(clip, error)
