"""Presentation time to UTC, and which frames are analysed."""

from hypothesis import given
from hypothesis import strategies as st

from welfare.watch.clock import StreamClock
from welfare.watch.pace import Pace


def test_time_is_mapped_once_and_then_follows_the_stream() -> None:
    wall = [1000.0]
    clock = StreamClock(now=lambda: wall[0])
    assert clock.at(50.0) == 1000.0
    wall[0] = 1003.0  # the analysis was slow for a moment
    assert clock.at(50.2) == 1000.2


def test_a_jump_of_the_stream_or_of_the_wall_clock_never_takes_time_back() -> None:
    wall = [1000.0]
    clock = StreamClock(now=lambda: wall[0])
    clock.at(50.0)
    assert 1000.0 < clock.at(9000.0) < 1000.01  # the camera's clock was set
    wall[0] = 400.0  # ours was set back
    assert clock.at(9000.2) > 1000.0
    clock.begin()
    assert clock.at(0.0) > 1000.0


@given(st.lists(st.floats(0.001, 3.0), min_size=2, max_size=200), st.floats(1, 30))
def test_never_more_frames_than_asked_for_and_time_alone_decides(gaps: list[float], fps: float) -> None:
    pace, t_s, kept = Pace(fps), 0.0, []
    for gap in gaps:
        t_s += gap
        if pace.due(t_s):
            kept.append(t_s)
    span = kept[-1] - kept[0]
    assert len(kept) <= span * fps + 2
    assert kept


def test_every_frame_of_a_slow_camera_is_taken_and_every_second_of_one_twice_as_fast() -> None:
    for fps, share in ((5, 1.0), (10, 0.5), (25, 0.2)):
        pace = Pace(5.0)
        kept = sum(pace.due(n / fps) for n in range(fps * 20))
        assert abs(kept - share * fps * 20) <= 1
