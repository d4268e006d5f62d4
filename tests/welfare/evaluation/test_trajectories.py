"""`manage.py evaluate trajectories`: people in metres against a line."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from welfare.evaluation import intervals

BASE_DIR = Path(__file__).resolve().parents[3]
SHARED = BASE_DIR.parent / "shared" / "data" / "trajectories"
HEAD = "person,t_s,x_m,y_m\n"


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "evaluate", "trajectories", *map(str, arguments)],
        cwd=BASE_DIR,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def people(path: Path, rows: str) -> Path:
    with gzip.open(path, "wt") as out:
        out.write(HEAD + rows)
    return path


def walker(name: str, y: float, start: float = 0.0) -> str:
    return "".join(f"{name},{start + n * 0.4:.1f},{n * 0.52:.2f},{y}\n" for n in range(40))


def test_walkers_raise_nothing_and_who_stays_five_minutes_is_listed_with_the_reason(tmp_path: Path) -> None:
    file = people(
        tmp_path / "a.csv.gz",
        walker("w1", 0.3) + walker("w2", -0.4, 2.0) + "".join(f"s,{n * 0.4:.1f},5.0,0.5\n" for n in range(800)),
    )
    done = command(file, "--edge", 0, 0, 20, 0, "--json")
    assert done.returncode == 0, done.stderr
    total = json.loads(done.stdout)["total"]
    (told,) = json.loads(done.stdout)["files"]
    assert total["people"] == 3
    assert total["episodes"] == 3
    assert total["false_pages"] == 1
    assert total["concerns"]["concern"] == 1
    hourly = total["at_least_per_camera_hour"]["concern"]
    assert hourly["low"] < 11.3 < hourly["high"]
    last = told["raised"][-1]
    assert last["person"] == "s"
    assert last["backstop"]
    assert last["edge_stay_s"] == pytest.approx(300, abs=1.5)
    assert last["reasons"][0]["cue"] == "backstop"


def test_a_zone_may_be_drawn_and_both_sides_of_the_line_are_deck(tmp_path: Path) -> None:
    file = people(tmp_path / "a.csv.gz", walker("w1", 0.3) + walker("w2", -0.4) + walker("far", 2.0))
    done = command(file, "--edge", 0, 0, 20, 0, "--zone", 0, -1, 20, -1, 20, 1, 0, 1)
    assert done.returncode == 0, done.stderr
    assert "3 people" in done.stdout
    assert "2 stays in the zone; raised 0 notice, 0 concern, 0 urgent, 0 critical" in done.stdout


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        (b"person,t_s,x_m,y_m\n", (), "is not gzip"),
        ("person,t_s,x_m\na,0,1\n", (), "no column y_m"),
        (HEAD + "a,0,1,nan\n", (), "line 2: y_m is 'nan'"),
        (HEAD + "a,0,one,1\n", (), "line 2: x_m is 'one'"),
        (HEAD + "a,1,1,1\na,0.5,1,1\n", (), "line 3: person a is at 0.5 s after 1 s"),
        (HEAD, (), "has no rows"),
        (HEAD + "a,0,1,1\n", ("--zone", 0, 0, 1), "half a point"),
        (HEAD + "a,0,1,1\n", ("--zone", 0, 0, 2, 2, 2, 0, 0, 2), "cross"),
        (HEAD + "a,0,1,1\n", ("--edge", 1, 1, 1, 1), "the same place"),
    ],
)
def test_a_bad_file_is_one_clear_line(
    tmp_path: Path, content: str | bytes, arguments: tuple[object, ...], words: str
) -> None:
    file = tmp_path / "bad.csv.gz"
    file.write_bytes(content if isinstance(content, bytes) else gzip.compress(content.encode()))
    done = command(file, *(arguments if "--edge" in arguments else ("--edge", 0, 0, 20, 0, *arguments)))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_intervals_are_those_of_the_textbook() -> None:
    few = intervals.share(19, 20)
    assert few is not None
    assert (few.low, few.high) == pytest.approx((0.7639, 0.9911), abs=1e-3)
    none = intervals.rate(0, 10.0)
    assert none is not None
    assert (none.low, none.high) == pytest.approx((0.0, 0.3689), abs=1e-3)
    assert intervals.share(0, 0) is None
    assert intervals.rate(1, 0.0) is None


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the team's trajectories are not here")
def test_nobody_is_paged_for_walking_along_a_busy_footway() -> None:
    done = command(SHARED / "eth.csv.gz", "--edge", 3, 4.3, 13, 4.3, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"]["false_pages"] == 0
