"""The small stream is looked at, the large one recorded as it comes; a recording that stops is a fault of its own."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest
from django.core.management import call_command

from tests.pictures import EAST, WEST, now_s, ring_of, tiny_clip
from tests.rtsp_server import RtspServer
from welfare.fleet import recording
from welfare.fleet.recording import Recording
from welfare.watch import recorder as recorder_module
from welfare.watch.recorder import Recorder, segments
from welfare.watch.redact import make_clip
from welfare.watch.source import Source
from zones.models import Camera


@pytest.fixture
def camera(transactional_db: None) -> Camera:
    call_command("loaddata", "demo", verbosity=0)
    return Camera.objects.get(pk=2)


def size_of(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height


def test_the_main_stream_is_recorded_while_the_substream_is_looked_at(camera: Camera, tmp_path: Path) -> None:
    sub = RtspServer(tiny_clip(tmp_path / "sub.mp4", seconds=2.0, size=(320, 180)))
    main = RtspServer(WEST)
    camera.source, camera.main_source = sub.address, main.address
    kept = Recording(camera, tmp_path / "ring")
    seen: set[tuple[int, int]] = set()
    try:
        with Source(sub.address, on_packet=kept.analysed) as source:
            kept.start()
            for frame in source.frames():
                seen.add(frame.image.shape[1::-1])
                if kept.written_bytes > 100_000 and frame.index > 5:
                    break
        assert kept.fault_since() == {}
    finally:
        kept.close()
        sub.close()
        main.close()
    assert seen == {(320, 180)}
    assert {size_of(segment.path) for segment in segments(tmp_path / "ring")} == {(1280, 720)}


def test_a_main_stream_that_does_not_come_is_a_fault_and_stops_nothing(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.source, camera.main_source = str(WEST), "rtsp://127.0.0.1:9/main"
    kept = Recording(camera, tmp_path / "ring")
    kept.start()
    assert kept.fault_since() == {}
    monkeypatch.setattr(recording, "PATIENCE_S", -1.0)
    assert set(kept.fault_since()) == {"recording"}
    kept.close()


def test_with_one_stream_that_one_is_recorded(camera: Camera, tmp_path: Path) -> None:
    kept = Recording(camera, tmp_path / "ring")
    with av.open(str(WEST)) as container:
        for packet in container.demux(video=0):
            if packet.pts is not None:
                kept.analysed(packet, now_s() + float(packet.pts * packet.time_base))
    kept.close()
    assert kept.written_bytes > 100_000
    assert segments(tmp_path / "ring")


def test_heads_are_blurred_where_they_are_on_the_larger_picture(tmp_path: Path) -> None:
    start = now_s()
    ring_of(EAST, Recorder(tmp_path / "ring", max_bytes=10**9, keep_free_bytes=0), start, 4.0)
    ring = segments(tmp_path / "ring")
    where = (100.0, 100.0, 140.0, 190.0)
    halved = [(start + n / 5, [(50.0, 50.0, 70.0, 95.0)]) for n in range(20)]
    make_clip(ring, start + 1, start + 2, [(t_s, [where]) for t_s, _ in halved], tmp_path / "whole.mp4")
    make_clip(ring, start + 1, start + 2, halved, tmp_path / "half.mp4", analysed=(640, 360))
    assert (tmp_path / "whole.mp4").read_bytes() == (tmp_path / "half.mp4").read_bytes()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow further, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_refuses_stops_the_recording_with_words_and_it_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path, max_bytes=10**9, keep_free_bytes=0, on_fault=told.append)
    with largest_file(50_000):
        ring_of(EAST, recorder, now_s(), 12.0)
    assert len(told) == 1
    assert told[0].startswith("recording has stopped: ")
    monkeypatch.setattr(recorder_module, "RETRY_S", 0.0)
    recorder._retry_at = 0.0
    ring_of(EAST, recorder, now_s() + 20, 12.0)
    assert told[1:] == [""]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB, which is really full soon."""
    if shutil.which("mount") is None:
        pytest.skip("a disk of its own needs mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"a disk of its own needs the right to mount: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full_stops_the_recording_and_nothing_else(tiny_disk: Path) -> None:
    told: list[str] = []
    ring_of(EAST, Recorder(tiny_disk, max_bytes=10**9, keep_free_bytes=0, on_fault=told.append), now_s(), 20.0)
    assert len(told) == 1
    assert told[0].startswith("recording has stopped: ")
