"""A few rounds of `manage.py chaos escalation`: the long run is two hundred of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.processes import BASE_DIR

ROUNDS = 3


@pytest.mark.slow
def test_no_page_is_lost_whatever_breaks(tmp_path: Path) -> None:
    figures = tmp_path / "chaos.json"
    words = ("chaos", "escalation", "--rounds", str(ROUNDS), "--seed", "7", "--json", str(figures))
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=BASE_DIR, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    found = json.loads(figures.read_text())
    assert found["lost"] == []
    assert found["audit_faults"] == []
    assert found["incidents"] >= 2 * ROUNDS
    assert found["pages"] >= found["incidents"]
    sys.stdout.write(done.stdout)
