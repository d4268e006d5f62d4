"""pytest plugin: a real PostgreSQL and a real Valkey for the run, started before Django reads its settings.

Each comes from its wheel unless DATABASE_URL or REDIS_URL names one. Named as `-p tests.services` in
pyproject.toml. Workers of pytest-xdist inherit the addresses through the environment.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from welfare.embedded import EmbeddedPostgres, EmbeddedValkey

_started: list[EmbeddedPostgres | EmbeddedValkey] = []
_folder: Path | None = None


def _start() -> None:
    global _folder
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 40)
    os.environ.setdefault("HANDRAIL_TESTING", "1")
    os.environ.setdefault("SECOND_STEP_ROLES", "")  # the tests about it name them
    os.environ.setdefault("DATABASE_IDLE_IN_TRANSACTION_S", "300")  # a test's own transaction may rest for long
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    _folder = Path(tempfile.mkdtemp(prefix="handrail-test-"))
    _folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must reach its folder
    if "DATABASE_URL" not in os.environ:
        postgres = EmbeddedPostgres(_folder / "postgres", survives_power_cuts=False)
        os.environ["DATABASE_URL"] = postgres.start()
        _started.append(postgres)
    if "REDIS_URL" not in os.environ:
        valkey = EmbeddedValkey(_folder / "valkey")
        os.environ["REDIS_URL"] = valkey.start()
        _started.append(valkey)


_start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop what this run started, and only that."""
    while _started:
        _started.pop().stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)
