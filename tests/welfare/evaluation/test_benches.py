"""What the benches count is what they say: precision, recall, false boxes, joined clips; a word for a bad folder."""

from pathlib import Path

import av
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.pictures import tiny_clip
from welfare.evaluation.bench import failover, soak
from welfare.evaluation.bench.detection import Tally, count_boxes
from welfare.evaluation.bench.live import joined
from welfare.evaluation.labels import LabelError, Labels

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
