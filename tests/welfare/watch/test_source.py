"""Real streams, and everything that goes wrong with them: each is a named state, and nothing tells a password."""

import http.server
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import pytest

from tests.pictures import tiny_clip
from tests.rtsp_server import RtspServer
from welfare.watch.address import split_address, with_credentials
from welfare.watch.source import Frame, Source, SourceError, probe_size

SECRET = "p@ss:w/rd"


class Watcher:
    """Notes the states and can wait for one."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []
        self._changed = threading.Condition()

    def __call__(self, state: str, words: str) -> None:
        with self._changed:
            self.states.append((state, words))
            self._changed.notify_all()

    def then(self, state: str, act: Callable[[], None]) -> None:
        """Wait for a state beside the test, and act."""

        def later() -> None:
            self.wait(state)
            act()

        threading.Thread(target=later, daemon=True).start()

    def wait(self, state: str, times: int = 1, limit_s: float = 15.0) -> None:
        with self._changed:
            found = self._changed.wait_for(lambda: sum(s == state for s, _ in self.states) >= times, limit_s)
        assert found, f"{state} never came: {self.states}"


def take(source: Source, count: int, after: Callable[[int], None] = lambda n: None) -> list[Frame]:
    frames = []
    for frame in source.frames():
        frames.append(frame)
        after(len(frames))
        if len(frames) >= count:
            source.close()
    return frames


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("clips") / "tiny.mp4", seconds=1.0)


def test_a_file_plays_once_in_its_own_time_and_is_over(clip: Path) -> None:
    seen = Watcher()
    frames = take(Source(str(clip), fps=10, on_state=seen), 1000)
    assert [state for state, _ in seen.states] == ["live", "ended"]
    assert "tiny.mp4 is over" in seen.states[-1][1]
    assert 0.7 <= frames[-1].at_s - frames[0].at_s <= 1.0
    assert frames[0].image.shape == (48, 64, 3)


def test_a_looped_file_goes_on_and_its_time_never_goes_back(clip: Path) -> None:
    frames = take(Source(str(clip), fps=20, loop=True), 30)
    times = [frame.at_s for frame in frames]
    assert times == sorted(times)
    assert times[-1] - times[0] > 1.0


def test_frames_that_nobody_took_are_dropped_and_counted_and_the_newest_is_given(clip: Path) -> None:
    source = Source(str(clip), fps=20, loop=True)
    held = threading.Event()
    frames = take(source, 3, after=lambda n: held.wait(0.3) if n == 1 else None)  # type: ignore[arg-type]
    assert source.dropped >= 3
    assert frames[1].at_s - frames[0].at_s > 0.2


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing.mp4", "no such file"), ("words.mp4", "damaged or no video")],
)
def test_a_file_that_cannot_be_watched_says_why(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "words.mp4").write_text("these are words")
    seen = Watcher()
    source = Source(str(tmp_path / name), on_state=seen, first_wait_s=0.01)
    seen.then("unreachable" if "missing" in name else "broken", source.close)
    assert take(source, 1) == []
    assert any(words in told for _, told in seen.states)
    with pytest.raises(SourceError, match=words):
        probe_size(str(tmp_path / name))


def test_a_picture_of_another_size_than_the_calibration_is_a_state(clip: Path) -> None:
    seen = Watcher()
    take(Source(str(clip), expect_size=(1280, 720), on_state=seen), 2)
    state, words = seen.states[0]
    assert state == "changed"
    assert "64 x 48" in words
    assert "1280 x 720" in words


def test_a_picture_that_changes_its_size_in_mid_stream_is_a_state_and_goes_on(tmp_path: Path) -> None:
    stream = tmp_path / "changed.ts"
    parts = [tiny_clip(tmp_path / f"{w}.ts", size=(w, h)) for w, h in ((64, 48), (96, 72))]
    with av.open(str(stream), "w") as out:
        for n, part in enumerate(parts):
            with av.open(str(part)) as container:
                track = out.streams.video[0] if n else out.add_stream_from_template(container.streams.video[0])
                for packet in container.demux(video=0):
                    if packet.pts is not None and packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + n * 90_000, packet.dts + n * 90_000
                        packet.stream = track
                        out.mux(packet)
    seen = Watcher()
    frames = list(Source(str(stream), expect_size=(64, 48), on_state=seen).frames())
    assert [frame.image.shape[:2] for frame in (frames[0], frames[-1])] == [(48, 64), (72, 96)]
    assert [state for state, _ in seen.states] == ["live", "changed", "ended"]
    assert "96 x 72" in seen.states[1][1]


def test_rtsp_with_a_digest_log_in(clip: Path) -> None:
    server = RtspServer(clip, username="eye", password=SECRET)
    packets: list[float] = []
    source = Source(
        server.address, username="eye", password=SECRET, fps=10, on_packet=lambda packet, at_s: packets.append(at_s)
    )
    frames = take(source, 15)  # more than the clip is long: the stream goes on
    server.close()
    assert frames[-1].at_s - frames[0].at_s > 1.0
    assert len(packets) > len(frames)


def test_a_wrong_password_is_named_and_told_to_nobody(clip: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = RtspServer(clip, username="eye", password="another")
    seen = Watcher()
    source = Source(server.address, username="eye", password=SECRET, on_state=seen)
    with caplog.at_level(logging.DEBUG):
        seen.then("refused", source.close)
        assert take(source, 1) == []
        with pytest.raises(SourceError, match="refuses") as refused:
            probe_size(with_credentials(server.address, "eye", SECRET))
    server.close()
    told = caplog.text + repr(seen.states) + repr(source) + repr(refused.value) + str(refused.getrepr(style="long"))
    for part in (SECRET, "p%40ss", "w%2Frd"):
        assert part not in told.replace(f"SECRET = {SECRET!r}", "")


def test_a_server_that_was_killed_is_picked_up_again(clip: Path) -> None:
    servers = [RtspServer(clip)]
    port, seen = servers[0].port, Watcher()

    def interrupt(count: int) -> None:
        if count == 3:
            servers[0].close()
            threading.Thread(target=restart).start()

    def restart() -> None:
        seen.wait("unreachable")
        servers.append(RtspServer(clip, port=port))

    source = Source(servers[0].address, fps=10, on_state=seen, first_wait_s=0.05)
    frames = take(source, 8, after=interrupt)
    servers[-1].close()
    assert len(frames) == 8
    assert source.reconnects >= 1
    assert [state for state, _ in seen.states].count("live") == 2
    times = [frame.at_s for frame in frames]
    assert times == sorted(times)


def test_a_stream_that_stalls_is_named_and_opened_again(clip: Path) -> None:
    server, seen = RtspServer(clip), Watcher()

    def freeze(count: int) -> None:
        if count == 3:
            server.frozen.set()
            seen.then("stalled", server.frozen.clear)

    source = Source(server.address, fps=10, on_state=seen, first_wait_s=0.05, stall_s=1.0)
    assert len(take(source, 6, after=freeze)) == 6
    server.close()
    assert ("stalled", "no picture arrives any more: trying again") in seen.states


def test_http(clip: Path) -> None:
    quiet = partial(_Quiet, directory=str(clip.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    source = Source(f"http://127.0.0.1:{server.server_address[1]}/{clip.name}", fps=10)
    assert len(take(source, 3)) == 3
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("rtsp://eye:p%40ss@10.0.0.7:554/cam?x=1", ("rtsp://10.0.0.7:554/cam?x=1", "eye", "p@ss")),
        ("rtsp://10.0.0.7/cam", ("rtsp://10.0.0.7/cam", "", "")),
        ("clips/a.mp4", ("clips/a.mp4", "", "")),
    ],
)
def test_user_and_password_are_taken_out_of_an_address(url: str, parts: tuple[str, str, str]) -> None:
    assert split_address(url) == parts


@pytest.mark.parametrize("url", ["ftp://host/x", "rtsp:///cam", "rtsp://host:port/x"])
def test_an_address_that_makes_no_sense_is_refused_in_words(url: str) -> None:
    with pytest.raises(SourceError, match="address"):
        split_address(url)
