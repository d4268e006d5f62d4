"""`manage.py analyse`: the watch on real pictures, and its lines as documented."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.pictures import EAST, WEST, tiny_clip
from welfare.evaluation.replay import Replay, analyse
from welfare.watch.pipeline import Models
from zones.site_file import read_site

BASE_DIR = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((BASE_DIR / "docs" / "analyse.schema.json").read_text())
FOOT_ON_THE_RAIL_S = 11.1  # the renderer's truth of the east clip


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "analyse", *map(str, arguments)],
        cwd=BASE_DIR,
        env={"PATH": "/usr/bin:/bin"},  # no database, no secret, no setting
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_person_on_the_railing_is_critical_within_3_seconds() -> None:
    with Replay(EAST) as replay, Models() as models:
        for line in analyse(replay, read_site(EAST.with_suffix(".site.json"), replay.size), models, 5, print):
            jsonschema.validate(line, SCHEMA)
            if line["type"] == "concern" or line["t_s"] > 20:
                break
    assert line["type"] == "concern"
    assert line["tier"] == "critical"
    assert -0.5 <= line["t_s"] - FOOT_ON_THE_RAIL_S <= 3.0
    assert line["reasons"][0]["cue"] == "on_the_barrier"
    assert not line["metres_estimated"]


@pytest.mark.slow
def test_people_who_pass_raise_nothing_and_each_is_one_track(tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    done = command(WEST, "--site", WEST.with_suffix(".site.json"), "--out", out)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(text) for text in out.read_text().splitlines()]
    for line in lines[::7]:
        jsonschema.validate(line, SCHEMA)
    assert [line for line in lines if line["type"] == "concern"] == []
    assert len({line["track_id"] for line in lines}) == 3
    assert {"track", "episode"} <= {line["type"] for line in lines}
    assert [line["t_s"] for line in lines] == sorted(line["t_s"] for line in lines)


ZONE = {"name": "a", "polygon": [[0, 0], [60, 0], [60, 40]], "edge": [[0, 0], [60, 0]]}
SITE: dict[str, object] = {"rail_height_m": 1.1, "zones": [ZONE]}


@pytest.mark.parametrize(
    ("video", "site", "words"),
    [
        ("missing.mp4", SITE, "missing.mp4 cannot be opened: No such file"),
        ("words.mp4", SITE, "words.mp4 cannot be opened"),
        ("tiny.mp4", {"zones": []}, "at least one zone"),
        ("tiny.mp4", SITE | {"zones": [ZONE | {"edge": [[1, 1]]}]}, "needs at least 2"),
        ("tiny.mp4", SITE | {"homography": [[1, 2], [3, 4]]}, "3 rows of 3 numbers"),
        ("tiny.mp4", SITE | {"rail_height_m": "tall"}, "must be a number"),
        ("tiny.mp4", "not a site", "not JSON"),
    ],
)
def test_bad_input_is_one_clear_line_and_leaves_no_file(tmp_path: Path, video: str, site: object, words: str) -> None:
    tiny_clip(tmp_path / "tiny.mp4", seconds=0.5)
    (tmp_path / "words.mp4").write_text("words")
    (tmp_path / "site.json").write_text(site if isinstance(site, str) else json.dumps(site))
    done = command(tmp_path / video, "--site", tmp_path / "site.json", "--out", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out*"))
