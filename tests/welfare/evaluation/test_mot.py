"""`manage.py track`: MOTChallenge lines in and out, and a plain word for every bad line."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def track(detections: Path, out: Path, fps: float = 10.0) -> list[list[float]]:
    call_command("track", str(detections), fps=fps, out=out)
    return [[float(word) for word in line.split(",")] for line in out.read_text().splitlines()]


def test_two_people_who_pass_keep_their_numbers(tmp_path: Path) -> None:
    lines = []
    for n in range(1, 41):
        lines.append(f"{n},-1,{100 + 6 * n},200,40,120,0.9,-1,-1,-1")
        if not 15 <= n <= 20:  # hidden behind something for half a second
            lines.append(f"{n},-1,{500 - 6 * n},420,40,120,0.8,-1,-1,-1")
    (tmp_path / "det.txt").write_text("\n".join(lines) + "\n\n")
    rows = track(tmp_path / "det.txt", tmp_path / "out.txt")
    upper, lower = ({row[1] for row in rows if (row[3] < 300) is above} for above in (True, False))
    assert len(upper) == len(lower) == 1
    assert upper != lower
    assert all(len(row) == 10 for row in rows)
    last = max(row for row in rows if row[1] in upper)
    assert last[0] == 40
    assert last[2:6] == pytest.approx([340, 200, 40, 120], abs=4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,-1,10,10,20\n", "line 1: expected seven numbers"),
        ("1,-1,10,10,20,40,0.9\n2,-1,x,10,20,40,0.9\n", "line 2: expected seven numbers"),
        ("0,-1,10,10,20,40,0.9\n", "frames count from 1"),
        ("1e15,-1,10,10,20,40,0.9\n", "frames count from 1"),
        ("1,-1,nan,10,20,40,0.9\n", "all numbers are finite"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "det.txt").write_text(text)
    with pytest.raises(CommandError, match=words):
        track(tmp_path / "det.txt", tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


def test_a_missing_file_and_an_impossible_rate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        track(tmp_path / "none.txt", tmp_path / "out.txt")
    with pytest.raises(CommandError, match="out of range"):
        track(tmp_path / "none.txt", tmp_path / "out.txt", fps=0.0)


@pytest.mark.parametrize(("score", "people"), [("-1", 1), ("45.2", 1), ("1", 1), ("0.1", 0)])
def test_scores_of_every_detector_are_read(tmp_path: Path, score: str, people: int) -> None:
    lines = [f"{n},-1,{100 + 4 * n},200,40,120,{score},-1,-1,-1" for n in range(1, 21)]
    (tmp_path / "det.txt").write_text("\n".join(lines))
    assert len({row[1] for row in track(tmp_path / "det.txt", tmp_path / "out.txt")}) == people


def test_margins_are_told_apart(tmp_path: Path) -> None:
    """As DPM gives them: a clear person and something that is hardly one."""
    lines = [f"{n},-1,{100 + 4 * n},200,40,120,1.8,-1,-1,-1\n{n},-1,600,200,40,120,-0.9,-1,-1,-1" for n in range(1, 21)]
    (tmp_path / "det.txt").write_text("\n".join(lines))
    rows = track(tmp_path / "det.txt", tmp_path / "out.txt")
    assert len({row[1] for row in rows}) == 1
    assert max(row[2] for row in rows) < 300


def test_frames_without_anybody_and_an_empty_file_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "det.txt").write_text("")
    assert track(tmp_path / "det.txt", tmp_path / "out.txt") == []
    lines = [f"{n},-1,{100 + 4 * n},200,40,120,0.9,-1,-1,-1" for n in (1, 2, 3, 4, 200, 201, 202)]
    (tmp_path / "det.txt").write_text("\n".join(lines))
    assert len({row[1] for row in track(tmp_path / "det.txt", tmp_path / "out.txt")}) == 2
