"""A camera's pictures: RTSP, HTTP or a file, read in a thread, the newest frame first, back after every fault.

Everything that can go wrong is a named state with words that say what to do. FFmpeg's own error texts hold the
whole address, so they are never passed on: only the kind of the error is.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError, HTTPUnauthorizedError, InvalidDataError
from numpy.typing import NDArray

from welfare.watch.address import SourceError, is_file, split_address, with_credentials
from welfare.watch.clock import StreamClock
from welfare.watch.pace import Pace

__all__ = ["Frame", "Source", "SourceError", "SourceState", "probe_size", "split_address"]
logger = logging.getLogger(__name__)

OPEN_S = 8.0  # assumed: a camera that does not answer by then is away
STALL_S = 5.0  # assumed: a live stream without a packet for so long has stalled
LONGEST_WAIT_S = 10.0
REFUSED_WAIT_S = 20.0  # cameras lock an account after many wrong passwords
BROKEN_PACKETS = 100  # in a row that cannot be decoded


class SourceState(StrEnum):
    """What a source does now; the values of `zones.models.CameraStatus.State`."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CHANGED = "changed"
    ENDED = "ended"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    Attributes:
        at_s: UTC, seconds since the epoch, from the presentation time.
        image: (h, w, 3) uint8, BGR.
        index: counts the frames handed out, from 0.
    """

    at_s: float
    image: NDArray[np.uint8] = field(repr=False)
    index: int


class _FaultError(Exception):
    """Why a connection could not be made or ended."""

    def __init__(self, state: SourceState, words: str) -> None:
        super().__init__(words)
        self.state, self.words = state, words


OnState = Callable[[str, str], None]
OnPacket = Callable[[Any, float], None]


class Source:
    """Frames of one camera; `frames` yields them, `close` ends it.

    Args:
        address: file, rtsp:// or http:// address without credentials.
        username: for the log-in, may be empty.
        password: likewise.
        loop: a file begins again at its end.
        expect_size: width and height of the calibration; another size is a state of its own.
        on_state: told each change, with words for the operator.
        on_packet: given every undecoded video packet and its UTC seconds, for the recorder.
        fps: analysed frames a second.
        first_wait_s: before the first try to reconnect; doubles up to 10 s, with jitter.
        stall_s: seconds without a packet that count as a stall.
        pictures: False for a stream that is recorded and not looked at: nothing is decoded.
    """

    def __init__(
        self,
        address: str,
        *,
        username: str = "",
        password: str = "",
        loop: bool = False,
        expect_size: tuple[int, int] | None = None,
        on_state: OnState | None = None,
        on_packet: OnPacket | None = None,
        fps: float = 5.0,
        first_wait_s: float = 0.5,
        stall_s: float = STALL_S,
        pictures: bool = True,
    ) -> None:
        self._pictures = pictures
        self._address, self._loop, self._expect_size = address, loop, expect_size
        self._url = with_credentials(address, username, password)
        self._on_state, self._on_packet = on_state, on_packet
        self._first_wait_s, self._stall_s = first_wait_s, stall_s
        self._pace, self._clock = Pace(fps), StreamClock()
        self._mailbox: tuple[float, Any] | None = None
        self._arrived = threading.Condition()
        self._closing = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._read, name="source", daemon=True)
        self.state, self.words = SourceState.CONNECTING, ""
        self.dropped = 0
        self.reconnects = 0

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading; waits for the thread for as long as FFmpeg may hang."""
        self._closing.set()
        with self._arrived:
            self._arrived.notify_all()
        if self._thread.is_alive():
            self._thread.join(OPEN_S)

    @property
    def clock_jumps(self) -> int:
        """How often the stream's time jumped."""
        return self._clock.jumps

    def start(self) -> None:
        """Begin to read; `frames` does it by itself."""
        self._thread.start()

    def frames(self) -> Iterator[Frame]:
        """Wait for frames and yield the newest; ends with `close`, or with a file that does not loop."""
        self.start()
        index = 0
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._mailbox or self._over or self._closing.is_set())
                if self._closing.is_set() or self._mailbox is None:
                    return
                (at_s, picture), self._mailbox = self._mailbox, None
            yield Frame(at_s, picture.to_ndarray(format="bgr24"), index)
            index += 1

    # --- the reader's thread ----------------------------------------------------------------------------------
    def _read(self) -> None:
        failures = 0
        while not self._closing.is_set():
            self._tell(SourceState.CONNECTING, "")
            try:
                frames = self._connection()
                if is_file(self._address) and self._loop and frames:
                    continue
                fault = _ended(self._address, frames)
            except _FaultError as found:
                fault, frames = found, 0 if self.state is SourceState.CONNECTING else 1
            if self._closing.is_set():
                break
            self._tell(fault.state, fault.words)
            if fault.state is SourceState.ENDED:
                break
            failures = 0 if frames else failures + 1
            self.reconnects += 1
            self._closing.wait(self._wait_s(fault.state, failures))
        with self._arrived:
            self._over = True
            self._arrived.notify_all()

    def _wait_s(self, state: SourceState, failures: int) -> float:
        if state is SourceState.REFUSED:
            return REFUSED_WAIT_S
        longest = min(LONGEST_WAIT_S, self._first_wait_s * 2.0 ** min(failures, 10))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret

    def _connection(self) -> int:
        """Read one connection to its end; the number of frames it gave."""
        count = 0
        self._clock.begin()
        with _opened(self._url, self._stall_s) as container:
            stream = container.streams.video[0]
            stream.thread_type = "SLICE"  # frame threads would hold pictures back
            start = time.monotonic()
            first_s: float | None = None
            bad = 0
            for packet in _packets(container, stream):
                if self._closing.is_set():
                    return count
                shown_s = _seconds(packet)
                if is_file(self._address) and shown_s is not None:
                    first_s = shown_s if first_s is None else first_s
                    self._closing.wait(max(0.0, start + shown_s - first_s - time.monotonic()))
                if self._on_packet is not None and packet.size:
                    self._on_packet(packet, self._clock.at(shown_s))
                if not self._pictures:
                    self._tell(SourceState.LIVE, "")
                    count += 1
                    continue
                try:
                    pictures = packet.decode()
                    bad = 0
                except FFmpegError:
                    pictures, bad = [], bad + 1
                    if bad > BROKEN_PACKETS:
                        raise _FaultError(SourceState.BROKEN, "the stream cannot be decoded: check its codec") from None
                for picture in pictures:
                    count += 1
                    self._offer(picture)
        return count

    def _offer(self, picture: Any) -> None:
        at_s = self._clock.at(picture.time)
        self._live(picture)
        if not self._pace.due(at_s):
            return
        with self._arrived:
            self.dropped += self._mailbox is not None
            self._mailbox = (at_s, picture)
            self._arrived.notify_all()

    def _live(self, picture: Any) -> None:
        size = (picture.width, picture.height)
        if self._expect_size is None or size == self._expect_size:
            self._tell(SourceState.LIVE, "")
            return
        expected = f"{self._expect_size[0]} x {self._expect_size[1]}"
        self._tell(
            SourceState.CHANGED,
            f"the picture is now {size[0]} x {size[1]}, the zones were drawn on {expected}: "
            "set the camera back, or draw and calibrate again",
        )

    def _tell(self, state: SourceState, words: str) -> None:
        if (state, words) == (self.state, self.words):
            return
        self.state, self.words = state, words
        if self._on_state is not None:
            self._on_state(state.value, words)


def probe_size(source: str) -> tuple[int, int]:
    """Width and height of a source's pictures, pixels.

    Raises:
        SourceError: it cannot be watched; the message says why.
    """
    address, username, password = split_address(source)
    try:
        with _opened(with_credentials(address, username, password), OPEN_S) as container:
            for picture in container.decode(container.streams.video[0]):
                return picture.width, picture.height
    except _FaultError as fault:
        raise SourceError(f"{address}: {fault.words}") from None
    except FFmpegError:
        raise SourceError(f"{address}: the stream cannot be decoded: check its codec") from None
    raise SourceError(f"{address}: no picture came")


def _opened(url: str, stall_s: float) -> Any:
    """An open container with a picture track.

    Raises:
        _FaultError: with the state and the words for it.
    """
    options = {"rtsp_transport": "tcp"} if url.startswith("rtsp") else {}
    try:
        container = av.open(url, options=options, timeout=(OPEN_S, stall_s))
    except FFmpegError as error:
        raise _fault(error, is_file(url), opened=False) from None
    if not container.streams.video:
        container.close()
        raise _FaultError(SourceState.BROKEN, "there is no picture track: check the address")
    return container


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    try:
        yield from container.demux(stream)
    except FFmpegError as error:
        raise _fault(error, is_file(container.name), opened=True) from None


def _seconds(packet: Any) -> float | None:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None else float(stamp * packet.time_base)


def _fault(error: FFmpegError, file: bool, *, opened: bool) -> _FaultError:
    if isinstance(error, HTTPUnauthorizedError):
        return _FaultError(SourceState.REFUSED, "the camera refuses the user name or the password: correct them")
    if isinstance(error, FileNotFoundError):
        return _FaultError(SourceState.UNREACHABLE, "there is no such file: correct the address")
    if isinstance(error, InvalidDataError):
        what = "file" if file else "stream"
        return _FaultError(SourceState.BROKEN, f"the {what} is damaged or no video: check the address")
    if opened:
        return _FaultError(SourceState.STALLED, "no picture arrives any more: trying again")
    words = (error.strerror or "no answer").lower()
    return _FaultError(
        SourceState.UNREACHABLE, f"the camera does not answer ({words}): check power, network and address"
    )


def _ended(address: str, frames: int) -> _FaultError:
    if is_file(address):
        name = Path(address).name
        if frames:
            return _FaultError(SourceState.ENDED, f"the recording {name} is over")
        return _FaultError(SourceState.BROKEN, f"the file {name} has no picture that can be decoded")
    return _FaultError(SourceState.STALLED, "the camera ended the stream: trying again")
