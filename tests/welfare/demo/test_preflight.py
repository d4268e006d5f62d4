import subprocess
import sys
from pathlib import Path

import pytest

from welfare.demo import preflight

SCRIPT = Path(preflight.__file__)


def test_a_machine_that_has_everything_hears_nothing() -> None:
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_missing_system_library_comes_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(preflight.SYSTEM_LIBRARIES, "libhandrail-is-not-there.so.9", "libhandrail9")
    (fault,) = preflight.faults(tmp_path)
    assert "sudo apt-get install libhandrail9" in fault


def test_a_full_disk_is_said_before_anything_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(preflight, "NEEDED_FREE_MB", 10**9)
    (fault,) = preflight.faults(tmp_path)
    assert "1000000000 MB are needed" in fault


def test_it_runs_with_the_standard_library_alone() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
