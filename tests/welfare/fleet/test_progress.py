"""When a run is over: it hangs, it went on for long enough, its process grew."""

import time

import pytest

from welfare.fleet.bounds import Bounds
from welfare.fleet.figures import AGE_BOUNDS_S, Figures, Histogram
from welfare.fleet.progress import HUNG_S, SILENT_S, Progress


def test_a_decoder_that_gives_nothing_though_the_stream_is_live_hangs() -> None:
    progress = Progress()
    progress.tell("live", "")
    now = progress.sign_at
    assert progress.hangs(now + SILENT_S - 1) == ""
    assert "live" in progress.hangs(now + SILENT_S + 1)


@pytest.mark.parametrize("state", ["stalled", "refused", "unreachable", "changed", "ended", "broken"])
def test_a_camera_that_is_honestly_dead_keeps_its_watcher(state: str) -> None:
    progress = Progress()
    progress.tell(state, "why")
    assert progress.hangs(progress.sign_at + 3600) == ""


def test_a_frame_or_a_connection_that_takes_for_ever_hangs() -> None:
    progress = Progress()
    assert progress.hangs(progress.sign_at + HUNG_S - 1) == ""
    assert progress.hangs(progress.sign_at + HUNG_S + 1)
    progress.tell("live", "")
    progress.busy_since = progress.sign_at
    assert progress.hangs(progress.sign_at + HUNG_S - 1) == ""
    assert "one frame" in progress.hangs(progress.sign_at + HUNG_S + 1)


def test_runs_are_bounded_by_hours_and_memory_and_0_is_no_bound() -> None:
    begun = time.monotonic() - 7200
    assert Bounds(hours=3, began=begun).passed(0) == ""
    assert "1 hours" in Bounds(hours=1, began=begun).passed(0)
    assert Bounds(memory_mb=500).passed(400 * 2**20) == ""
    assert "600 MB" in Bounds(memory_mb=500).passed(600 * 2**20)
    assert Bounds(began=begun).passed(2**40) == ""


def test_figures_come_back_from_their_row_as_they_were() -> None:
    figures = Figures()
    figures.note_frame(0.15, 2, {"detect": 30.0, "pose": 7.0})
    figures.note_frame(20.0, 1, {"detect": 60.0})
    figures.note_faults({}, {"frozen": "t"})
    figures.note_faults({"frozen": "t"}, {"frozen": "t", "blind": "u"})
    figures.note_process()
    again = Figures.from_json(figures.as_json())
    assert again.as_json() == figures.as_json()
    assert (again.frames, again.looked, again.faults) == (2, 3, {"frozen": 1, "blind": 1})
    assert again.stages["detect"].mean == pytest.approx(0.045)
    assert again.memory_bytes > 2**20


def test_a_quantile_is_the_bound_under_which_that_share_lies() -> None:
    ages = Histogram(AGE_BOUNDS_S)
    assert ages.quantile(0.5) is None
    for _ in range(99):
        ages.add(0.08)
    ages.add(0.9)
    assert (ages.quantile(0.5), ages.quantile(0.99), ages.quantile(1.0)) == (0.1, 0.1, 1.0)
