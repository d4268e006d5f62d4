"""The ring: a camera's packets as they came, never re-encoded, in short files that begin with a key frame.

A segment's name is the UTC time of its first packet in milliseconds; Matroska stays readable to the last cluster
when the process is killed. A full disk stops the recording loudly and never the analysis.
"""

import logging
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

logger = logging.getLogger(__name__)

SEGMENT_S = 4.0
CLUSTER_S = 0.25  # a packet is on disk when its cluster is over
KEEP_FREE_BYTES = 500 * 2**20  # assumed: room that PostgreSQL must always have
RETRY_S = 30.0
SUFFIX = ".mkv"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of the ring and the UTC seconds of its first packet."""

    path: Path
    starts_at_s: float


class Recorder:
    """Writes one camera's ring.

    Args:
        folder: the camera's own; made when it is missing.
        max_bytes: the oldest segments go when the ring is larger.
        max_age_s: and when they are older.
        on_fault: told once when recording stops, with words, and with "" when it goes on.
        keep_free_bytes: recording stops when the disk has less.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_bytes: int,
        max_age_s: float = math.inf,
        on_fault: Callable[[str], None] | None = None,
        keep_free_bytes: int = KEEP_FREE_BYTES,
    ) -> None:
        self._folder, self._max_bytes, self._max_age_s = folder, max_bytes, max_age_s
        self._on_fault, self._keep_free_bytes = on_fault, keep_free_bytes
        self._out: Any = None
        self._stream: Any = None
        self._template: Any = None
        self._first_stamp = 0
        self._started_at_s = 0.0
        self._retry_at = 0.0
        self.fault = ""
        self.written_bytes = 0

    def packet(self, packet: Any, at_s: float) -> None:
        """Keep one packet.

        Args:
            packet: `av.Packet` of the camera's video stream; left as it is.
            at_s: its UTC time, seconds.
        """
        if packet.dts is None or (self.fault and time.monotonic() < self._retry_at):
            return
        try:
            if packet.is_keyframe and self._wants_new(packet, at_s):
                self._begin(packet, at_s)
            if self._out is not None and packet.stream is self._template:
                self._write(packet)
        except (OSError, FFmpegError) as error:
            self._stop(f"recording has stopped: {error.strerror or 'the file cannot be written'}")

    def close(self) -> None:
        """Finish the open segment."""
        try:
            self._finish()
        except (OSError, FFmpegError):
            logger.warning("the last segment in %s was not finished", self._folder)

    def _finish(self) -> None:
        """The same; a disk that refuses is often noticed only here, since FFmpeg writes later than it is told."""
        if self._out is not None:
            out, self._out = self._out, None
            out.close()

    def _wants_new(self, packet: Any, at_s: float) -> bool:
        other_stream = packet.stream is not self._template
        return self._out is None or other_stream or not 0 <= at_s - self._started_at_s < SEGMENT_S

    def _begin(self, packet: Any, at_s: float) -> None:
        self._finish()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._prune(at_s)
        if shutil.disk_usage(self._folder).free < self._keep_free_bytes:
            self._stop("recording has stopped: the disk is full; free some room")
            return
        lead = 0 if packet.pts is None else packet.pts - packet.dts
        starts_at_s = at_s - float(lead * packet.time_base)
        path = self._folder / f"{starts_at_s * 1000:.0f}{SUFFIX}"
        options = {"flush_packets": "1", "cluster_time_limit": f"{1000 * CLUSTER_S:.0f}"}
        self._out = av.open(str(path), "w", format="matroska", options=options)
        self._stream = self._out.add_stream_from_template(packet.stream)
        self._template, self._first_stamp, self._started_at_s = packet.stream, packet.dts, at_s
        if self.fault:
            self.fault = ""
            logger.warning("recording goes on in %s", self._folder)
            if self._on_fault is not None:
                self._on_fault("")

    def _write(self, packet: Any) -> None:
        copy = av.Packet(bytes(packet))
        copy.dts = packet.dts - self._first_stamp
        copy.pts = copy.dts if packet.pts is None else packet.pts - self._first_stamp
        copy.duration, copy.time_base = packet.duration, packet.time_base
        copy.is_keyframe = packet.is_keyframe
        copy.stream = self._stream
        self._out.mux(copy)
        self.written_bytes += packet.size

    def _prune(self, now_s: float) -> None:
        kept = 0
        for segment in reversed(segments(self._folder)):
            kept += segment.path.stat().st_size
            if kept > self._max_bytes or segment.starts_at_s < now_s - self._max_age_s:
                segment.path.unlink(missing_ok=True)

    def _stop(self, words: str) -> None:
        self.close()
        self._retry_at = time.monotonic() + RETRY_S
        if not self.fault:
            logger.error("%s (%s)", words, self._folder)
            if self._on_fault is not None:
                self._on_fault(words)
        self.fault = words


def segments(folder: Path) -> list[Segment]:
    """All segments of a ring, oldest first."""
    found = [Segment(path, int(path.stem) / 1000) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit()]
    return sorted(found, key=lambda segment: segment.starts_at_s)


def segments_between(folder: Path, start_s: float, end_s: float) -> list[Segment]:
    """The segments that hold something between two UTC times, oldest first."""
    ring = segments(folder)
    ends = [following.starts_at_s for following in ring[1:]] + [float("inf")]
    return [s for s, next_s in zip(ring, ends, strict=True) if s.starts_at_s < end_s and next_s > start_s]
