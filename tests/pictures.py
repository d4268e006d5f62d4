"""Real pictures for tests: frames and packets of the demo clips, and tiny clips made on the spot."""

import functools
import time
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.replay import Replay
from welfare.watch.detector import Detector
from welfare.watch.recorder import Recorder
from welfare.watch.tiles import ground_px, regions_for
from zones.site_file import read_site

CLIPS = Path(__file__).resolve().parents[1] / "fixtures" / "clips"
EAST = CLIPS / "east_parapet.mp4"
WEST = CLIPS / "west_parapet.mp4"
PERSON_AT_12_S = (568.0, 270.0, 642.0, 426.0)  # where the east clip's person is at 12.2 s, pixels


def frame_of(clip: Path, at_s: float) -> NDArray[np.uint8]:
    """The frame of a clip at a time: (h, w, 3) uint8 BGR."""
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= at_s:
                return np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
    raise ValueError(f"{clip} is shorter than {at_s} s")


@functools.cache
def people_in(clip: Path, seconds: float) -> list[tuple[float, list[tuple[float, float, float, float]]]]:
    """Where the detector sees people in a clip: seconds from its start, boxes x1 y1 x2 y2 in pixels."""
    detector, found = Detector(), []
    with Replay(clip) as replay:
        view = read_site(clip.with_suffix(".site.json"), replay.size)
        for t_s, image in replay.frames(5.0):
            if t_s > seconds:
                break
            boxes = detector.detect(image, regions_for(view), ground_px(view))[0].tolist()
            found.append((t_s, [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes]))
    return found


def ring_of(clip: Path, recorder: Recorder, starts_at_s: float, seconds: float, *, close: bool = True) -> None:
    """Hand a clip's packets to a recorder as if they came from a camera, without waiting."""
    with av.open(str(clip)) as container:
        for packet in container.demux(video=0):
            if packet.pts is None or packet.pts * packet.time_base > seconds:
                continue
            recorder.packet(packet, starts_at_s + float(packet.pts * packet.time_base))
    if close:
        recorder.close()


def beginning_of(clip: Path, seconds: float, path: Path) -> Path:
    """The first seconds of a clip, not encoded again."""
    with av.open(str(clip)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        for packet in container.demux(video=0):
            if packet.dts is not None and packet.pts is not None and packet.pts * packet.time_base <= seconds:
                packet.stream = stream
                out.mux(packet)
    return path


def tiny_clip(path: Path, *, seconds: float = 1.0, size: tuple[int, int] = (64, 48), fps: int = 20) -> Path:
    """A small real H.264 file with a moving square."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"g": str(fps // 2), "bf": "0"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for n in range(round(seconds * fps)):
            image = np.full((size[1], size[0], 3), 60, np.uint8)
            image[8:24, n % 32 : n % 32 + 16] = 200
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def now_s() -> float:
    """UTC seconds, whole, so that file names in tests are easy to read."""
    return float(int(time.time()))
