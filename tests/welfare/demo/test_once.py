"""The whole line, from pixels to a closed incident, in real processes: what `make demo-once` runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_a_clip_becomes_a_page_an_answer_and_a_closed_incident() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    environment.pop("HANDRAIL_TESTING", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--once"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("opened, critical", "accepted (SMS)", "still attached", "by sms", "clip attached", "closed by"):
        assert part in done.stdout
    assert "Traceback" not in done.stderr
