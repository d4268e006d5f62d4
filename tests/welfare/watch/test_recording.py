"""The ring, the boxes beside it, and what is made of both: stills and clips in which nobody can be recognised."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.pictures import EAST, PERSON_AT_12_S, frame_of, now_s, ring_of
from welfare.evaluation.replay import Replay
from welfare.fleet.growth import LAG_S
from welfare.watch.people_log import Box, PeopleLog, people_between
from welfare.watch.recorder import Recorder, segments, segments_between
from welfare.watch.redact import ClipError, blur_heads, head_box, make_clip, write_still


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    folder, start = tmp_path_factory.mktemp("ring"), now_s()
    ring_of(EAST, Recorder(folder, max_bytes=10**9, keep_free_bytes=0), start, 20.0)
    return folder, start


def test_the_ring_is_found_by_time(ring: tuple[Path, float]) -> None:
    folder, start = ring
    assert [round(s.starts_at_s - start) for s in segments(folder)] == [0, 5, 10, 15, 20]
    assert len(segments_between(folder, start + 6, start + 9)) == 1
    assert len(segments_between(folder, start + 4, start + 11)) == 3
    assert segments_between(folder, start - 9, start - 5) == []


def test_the_ring_is_never_encoded_again(ring: tuple[Path, float]) -> None:
    folder, _ = ring
    recorded = Replay(segments(folder)[2].path)
    first = next(iter(recorded.frames(10)))[1]
    assert np.array_equal(first, frame_of(EAST, 10.0))


def test_the_oldest_go_when_the_ring_is_full(tmp_path: Path) -> None:
    ring_of(EAST, Recorder(tmp_path, max_bytes=700_000, keep_free_bytes=0), now_s(), 40.0)
    kept = segments(tmp_path)
    assert 1 <= len(kept) <= 3
    assert kept[-1].starts_at_s > now_s() + 30


def test_a_full_disk_stops_the_recording_loudly_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    room = shutil.disk_usage(tmp_path).free * 2
    ring_of(EAST, Recorder(tmp_path, max_bytes=10**9, keep_free_bytes=room, on_fault=told.append), now_s(), 20.0)
    assert told == ["recording has stopped: the disk is full; free some room"]
    assert sum("disk is full" in record.message for record in caplog.records) == 1
    assert segments(tmp_path) == []


def test_a_segment_that_was_cut_off_by_a_kill_can_be_read_to_its_end(ring: tuple[Path, float], tmp_path: Path) -> None:
    folder, start = ring
    for segment in segments(folder):
        content = segment.path.read_bytes()
        (tmp_path / segment.path.name).write_bytes(content[: len(content) * 2 // 3])
    first, last = make_clip(segments(tmp_path), start, start + 20, [(start, [])], tmp_path / "clip.mp4")
    assert last - first > 12


def test_while_a_segment_is_written_all_but_its_last_second_can_be_read(tmp_path: Path) -> None:
    recorder, start = Recorder(tmp_path, max_bytes=10**9, keep_free_bytes=0), now_s()
    ring_of(EAST, recorder, start, 4.6, close=False)
    (segment,) = segments(tmp_path)
    *_, (last_s, _) = Replay(segment.path).frames(10)
    assert 4.6 - LAG_S / 2 <= last_s <= 4.6
    recorder.close()


def test_heads_are_unrecognisable_in_still_and_clip(ring: tuple[Path, float], tmp_path: Path) -> None:
    folder, start = ring
    image = frame_of(EAST, 12.2)
    x1, y1, x2, y2 = (round(v) for v in head_box(PERSON_AT_12_S))
    blurred = blur_heads(image, [PERSON_AT_12_S])
    assert _detail(blurred[y1:y2, x1:x2]) < 0.2 * _detail(image[y1:y2, x1:x2])
    assert np.array_equal(blurred[500:], image[500:])
    write_still(image, [PERSON_AT_12_S], PERSON_AT_12_S, tmp_path / "a" / "still.jpg")
    assert (tmp_path / "a" / "still.jpg").stat().st_size > 20_000
    people = [(start + 11.5 + n / 5, [PERSON_AT_12_S]) for n in range(8)]
    make_clip(segments_between(folder, start + 11, start + 13), start + 11.9, start + 12.6, people, tmp_path / "c.mp4")
    shown = next(iter(Replay(tmp_path / "c.mp4").frames(10)))[1]
    assert _detail(shown[y1:y2, x1:x2]) < 0.35 * _detail(image[y1:y2, x1:x2])


def test_frames_of_which_nothing_is_known_are_blurred_whole(ring: tuple[Path, float], tmp_path: Path) -> None:
    folder, start = ring
    make_clip(segments(folder), start + 12, start + 13, [(start + 5, [PERSON_AT_12_S])], tmp_path / "clip.mp4")
    shown = next(iter(Replay(tmp_path / "clip.mp4").frames(10)))[1]
    assert _detail(shown) < 0.2 * _detail(frame_of(EAST, 12.0))


def test_a_span_that_the_ring_does_not_hold_leaves_nothing(ring: tuple[Path, float], tmp_path: Path) -> None:
    folder, start = ring
    with pytest.raises(ClipError, match="no picture"):
        make_clip(segments_between(folder, start - 90, start - 60), start - 90, start - 60, [], tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


def test_boxes_are_kept_by_time_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    log, start = PeopleLog(tmp_path), now_s()
    for n in range(200):
        log.note(start + n, [(1.0, 2.0, 3.0, 4.0)])
    with next(iter(sorted(tmp_path.glob("*.jsonl")))).open("a") as file:
        file.write('{"t": 17')
    found = people_between(tmp_path, start + 10, start + 20)
    assert [at for at, _ in found] == [start + n for n in range(10, 21)]
    assert found[0][1] == [(1.0, 2.0, 3.0, 4.0)]


def _detail(part: NDArray[np.uint8]) -> float:
    return float(np.abs(np.diff(part.astype(float), axis=0)).mean())


def test_what_a_mask_covers_is_black_in_a_clip_too_at_the_size_that_was_recorded(
    ring: tuple[Path, float], tmp_path: Path
) -> None:
    folder, start = ring
    mask = np.array([[0.0, 0.0], [160.0, 0.0], [160.0, 90.0], [0.0, 90.0]])  # a quarter of a 640 x 360 picture
    some = segments_between(folder, start + 5, start + 6)
    people: list[tuple[float, list[Box]]] = [(start + 5 + n / 5, []) for n in range(6)]
    make_clip(some, start + 5, start + 6, people, tmp_path / "c.mp4", analysed=(640, 360), masks=[mask])
    image = next(iter(Replay(tmp_path / "c.mp4").frames(10)))[1]
    assert image[10:170, 10:310].max() < 30
    assert image[200:, 400:].mean() > 40
