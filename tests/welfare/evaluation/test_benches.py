"""What the benches count is what they say: precision, recall, false boxes, joined clips; a word for a bad folder."""

import os
from pathlib import Path

import av
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.pictures import EAST, tiny_clip
from welfare.evaluation.bench import failover, live, motion, soak, throughput
from welfare.evaluation.bench.detection import Tally, count_boxes
from welfare.evaluation.bench.live import joined
from welfare.evaluation.bench.together import ChildError, together
from welfare.evaluation.labels import LabelError, Labels, Person
from welfare.watch.tracker import Tracker
from zones.geometry import View, WatchedZone
from zones.site_file import read_site

PEOPLE = np.array([[0.0, 0.0, 10.0, 20.0], [50.0, 0.0, 60.0, 20.0], [90.0, 0.0, 99.0, 20.0]])


def counted(boxes: list[list[float]], scores: list[float]) -> Tally:
    tally = Tally()
    asked = np.array([True, True, False])
    count_boxes(tally, np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), PEOPLE, asked)
    return tally


def test_everybody_found_and_nothing_made_up() -> None:
    tally = counted([[0, 0, 10, 20], [50, 1, 60, 20]], [0.9, 0.8])
    assert (tally.ap50(), tally.recall(0.45), tally.false_a_frame(0.45)) == (1.0, 1.0, 0.0)


def test_a_double_and_a_miss_cost_what_they_should() -> None:
    tally = counted([[0, 0, 10, 20], [0, 0, 10, 19], [200, 0, 210, 20]], [0.9, 0.8, 0.4])
    assert tally.recall(0.45) == 0.5
    assert tally.false_a_frame(0.45) == 1.0
    assert tally.false_a_frame(0.3) == 2.0
    assert tally.ap50() == 0.5


def test_a_false_box_that_scores_higher_halves_precision() -> None:
    assert counted([[200, 0, 210, 20], [0, 0, 10, 20], [50, 0, 60, 20]], [0.9, 0.8, 0.7]).ap50() == pytest.approx(2 / 3)


def test_somebody_too_hidden_to_be_asked_forcount_boxess_for_nothing() -> None:
    tally = counted([[90, 0, 99, 20]], [0.9])
    assert (tally.scores, tally.people) == ([], 2)


def test_joined_clips_play_one_after_the_other(tmp_path: Path) -> None:
    one, two = tiny_clip(tmp_path / "one.mp4", seconds=1.0), tiny_clip(tmp_path / "two.mp4", seconds=2.0)
    out = joined([one, two, one], tmp_path / "new" / "all.mp4")
    with av.open(str(out)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert len(times) == 80
    steps = np.diff(np.array(times, dtype=float))
    assert steps.min() > 0.03
    assert steps.max() < 0.12


def test_a_folder_without_clips_and_a_broken_label_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds no labelled clips"):
        call_command("bench", "detector", str(tmp_path))
    (tmp_path / "bad.jsonl").write_text('{"type": "header"}\n')
    with pytest.raises(LabelError, match=r"bad\.jsonl is not a label file"):
        Labels.read(tmp_path / "bad.jsonl")
    with pytest.raises(CommandError, match=r"sequence|seqinfo"):
        call_command("bench", "tracker", str(tmp_path))


def test_memory_that_grows_by_more_than_a_twentieth_is_said() -> None:
    flat = [soak.Sample(5.0 * n, 900 + (n % 3), 700, 5.0) for n in range(720)]
    grown = [soak.Sample(5.0 * n, 900 + n / 10, 700, 5.0) for n in range(720)]
    assert list(soak.table(flat, 300))[-1].endswith("+0.0 %, within 5 %")
    assert "NOT within" in list(soak.table(grown, 300))[-1]


def test_the_longest_gaps_are_told_by_what_happened() -> None:
    figures = failover.Figures(gaps_s={"undisturbed": [0.2, 0.3], "kill -9 of a worker": [2.9, 3.1, 3.5]}, stays=4)
    lines = list(failover.table(figures))
    assert lines[2].split()[-3:] == ["3", "3.10", "3.50"]
    assert "stays that went on: 4, set back 0, lost 0" in lines


@pytest.mark.slow
def test_the_pipeline_bench_runs_in_processes_that_have_no_django(tmp_path: Path) -> None:
    clip = tiny_clip(tmp_path / "clip.mp4", seconds=2.0, size=(320, 240))
    zone = WatchedZone.build("deck", [[20, 120], [300, 120], [300, 230], [20, 230]], [[20, 125], [300, 125]])
    view = View.build(homography=None, size=(320, 240), rail_height_m=1.1, zones=[zone])
    way = throughput.Way("ours", False, 5.0, (clip,), view)
    (found,) = throughput.measure([way], {"precision": "float"}, 1, lambda _: None)
    assert found.frames == 10
    assert found.cameras_alone > 0
    assert found.stage_ms.keys() >= {"decode", "detect", "track", "assess"}
    lived = live.measure([clip], view, "live", 1.0, {"precision": "float"})
    assert lived.fps > 0


def test_a_bench_whose_process_dies_says_so_and_does_not_wait() -> None:
    with pytest.raises(ChildError, match="ended with status"):
        together(os.abort, [()])


def sights(numbers_x: dict[int, float], frames: int) -> tuple[motion.Sight, ...]:
    """People who stand still, each found in every frame."""
    boxes = np.array([[x, 0.0, x + 20, 60.0] for x in numbers_x.values()])
    people = tuple(Person(n, (x, 0.0, x + 20, 60.0), 1.0, "stand") for n, x in numbers_x.items())
    return tuple(motion.Sight(n / 5, boxes, np.full(len(boxes), 0.9), people) for n in range(frames))


def test_numbers_that_stay_and_numbers_that_change_are_counted() -> None:
    labels = Labels("x", read_site(EAST.with_suffix(".site.json"), (1280, 720)), 60.0, "day", ())
    whole = motion.Kept()
    motion.count(whole, motion.Clip(labels, sights({7: 0.0, 8: 300.0}, 50)), Tracker())
    assert (whole.switches, whole.whole, whole.people) == (0, 2, 2)
    hidden = motion.Kept()
    motion.count(hidden, motion.with_everybody_hidden(motion.Clip(labels, sights({7: 0.0, 8: 300.0}, 50))), Tracker())
    assert (hidden.switches, hidden.whole, hidden.people) == (2, 0, 2)
    assert hidden.idf1 < 0.8 < whole.idf1
