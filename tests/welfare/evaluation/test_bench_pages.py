"""`manage.py bench pages` on a small load: every page is there, also when one of two engines is killed half-way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.processes import BASE_DIR
from welfare.evaluation.bench.provider import Load, Seen, figures


@pytest.mark.slow
def test_twenty_incidents_are_paged_with_an_engine_killed_half_way(tmp_path: Path) -> None:
    kept = tmp_path / "pages.json"
    words = ("bench", "pages", "--incidents", "20", "--wait", "5", "--ways", "killed", "--json", str(kept))
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=BASE_DIR, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    (way,) = json.loads(kept.read_text())["ways"]
    assert (way["incidents"], way["lost"]) == (20, 0)
    assert 0 < way["p50_s"] <= way["p99_s"] <= way["worst_s"]


def test_late_lost_and_twice_are_counted() -> None:
    load = Load("ETA", {1: 100.0, 2: 100.0, 3: 100.0}, 15)
    accepted = {(1, "1"): 101.0, (1, "0"): 116.0, (2, "1"): 103.0, (2, "0"): 126.0}
    seen = Seen(accepted, {page: at + 60 for page, at in accepted.items()})
    seen.count.update({("+447700900001", "ETA #1 step 1"): 2, ("+447700900001", "ETA #2 step 1"): 1})
    found = figures("some way", load, seen)
    assert (found.p50_s, found.worst_s, found.sent_p50_s) == (2.0, 3.0, 62.0)
    assert (found.late, found.lost, found.twice) == (1, 2, 1)
