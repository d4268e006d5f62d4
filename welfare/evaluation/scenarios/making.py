"""Clips to files: NAME.mp4 beside NAME.jsonl, made once, whole or not at all."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import av
import cv2

from welfare.evaluation.scenarios import truth
from welfare.evaluation.scenarios.renderer import Backdrop, Renderer
from welfare.evaluation.scenarios.scene import Scene
from welfare.evaluation.scenarios.suite import AT_M, FPS, Clip

QUALITY = "27"  # x264 constant rate factor: what a recorder keeps
KEY_FRAME_EVERY = 25


def place(clip: Clip, folder: Path) -> Path:
    """Where a clip's video is or will be; its name holds the hash of its content."""
    return folder / f"{clip.name}.{clip.digest()}.mp4"


def make(clip: Clip, folder: Path) -> Path:
    """Render a clip unless it is there; a kill leaves nothing under its name."""
    path = place(clip, folder)
    labels = path.with_suffix(".jsonl")
    if path.exists() and labels.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    scene = Scene.build(clip.camera(), clip.light, middle_m=AT_M[0], rail=clip.script.rail, seed=clip.seed)
    players = clip.players()
    script = clip.script
    renderer = Renderer(Backdrop.of(scene, clip.seed), players, seed=clip.seed, rain=script.rain, cloud=script.cloud)
    part = path.with_suffix(f".{os.getpid()}.part.mp4")
    lines = [truth.header(clip.name, scene.camera, clip.light, clip.person_px, rail=script.rail, fps=FPS)]
    try:
        with av.open(str(part), "w") as container:
            stream = container.add_stream("libx264", rate=int(FPS))
            stream.width, stream.height = scene.camera.size
            stream.pix_fmt, stream.thread_count = "yuv420p", 1
            stream.options = {"crf": QUALITY, "preset": "ultrafast", "g": str(KEY_FRAME_EVERY)}
            for number in range(int(clip.seconds(players) * FPS)):
                t_s = number / FPS
                picture, people = renderer.frame(t_s)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
                lines.append({"type": "frame", "frame": number, "t": round(t_s, 3), "persons": people})
            container.mux(stream.encode())
        lines.append({"type": "summary", "first_seconds": truth.first_seconds(lines)})
        words = labels.with_suffix(f".{os.getpid()}.part")
        words.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
        words.replace(labels)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def make_all(
    clips: Sequence[Clip], folder: Path, jobs: int, failed: Callable[[Clip, Exception], None]
) -> Iterator[Path]:
    """Render clips in processes of their own, as they get ready; those that are there come at once.

    Args:
        clips: which.
        folder: where to.
        jobs: processes at once.
        failed: told of each clip that could not be made; the others go on.
    """
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        # In the order of their hashes, so that a run that is stopped has made a fair sample.
        ordered = sorted(clips, key=Clip.digest)
        waiting = {pool.submit(make, clip, folder): clip for clip in ordered}
        for future in as_completed(waiting):
            try:
                yield future.result()
            except Exception as error:  # noqa: BLE001  (one bad clip must not cost the others)
                failed(waiting[future], error)
