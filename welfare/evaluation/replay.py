"""A recorded video through the watch: no database, no clock, every time from the video itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from welfare.evaluation.event_lines import lines_of
from welfare.watch.pace import Pace
from welfare.watch.pipeline import Models, Pipeline
from zones.geometry import View

Progress = Callable[[float, float | None], None]


class VideoError(ValueError):
    """The file cannot be read as a video; the message says which file and why."""


class Replay:
    """One video file, opened; a context manager.

    Attributes:
        size: width and height, pixels.
        duration_s: seconds, None where the file does not say.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._container = av.open(str(path))
        except (OSError, FFmpegError) as error:
            raise VideoError(f"video {path} cannot be opened: {error.strerror}; is it a whole video file?") from error
        if not self._container.streams.video:
            self._container.close()
            raise VideoError(f"video {path} has no picture track")
        self._path = path
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self.size: tuple[int, int] = (self._stream.width, self._stream.height)
        length = self._container.duration
        self.duration_s: float | None = length / av.time_base if length else None

    def __enter__(self) -> "Replay":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def frames(self, fps: float) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Frames by their presentation time, at most `fps` a second.

        Yields:
            Seconds from the first frame, and (h, w, 3) uint8 BGR.

        Raises:
            VideoError: the stream cannot be decoded from some point on.
        """
        first: float | None = None
        pace, t_s = Pace(fps), 0.0
        try:
            for frame in self._container.decode(self._stream):
                stamp: float | None = frame.time
                if stamp is None:
                    continue
                first = stamp if first is None else first
                t_s = stamp - first
                if pace.due(t_s):
                    yield t_s, np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
        except FFmpegError as error:
            raise VideoError(f"video {self._path} is damaged after {t_s:.1f} s: {error.strerror}") from error
        if first is None:
            raise VideoError(f"video {self._path} has no frame that can be decoded")


def analyse(replay: Replay, view: View, models: Models, fps: float, progress: Progress) -> Iterator[dict[str, Any]]:
    """Every line of the event file, in the order of time.

    Args:
        replay: the video.
        view: its calibration and zones, in pixels of the video.
        models: the networks.
        fps: analysed frames a second.
        progress: told the time reached and the duration, seconds.
    """
    pipeline = Pipeline(view, models)
    for t_s, image in replay.frames(fps):
        step = pipeline.step(t_s, image)
        yield from lines_of(step.observations, step.events, estimated=view.estimated)
        progress(t_s, replay.duration_s)
