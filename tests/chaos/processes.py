"""Real processes of Handrail on the test's database, to be killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import connection

BASE_DIR = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that works on the database of this test."""
    name = str(connection.get_connection_params()["dbname"])
    address = os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
    return {**os.environ, "DATABASE_URL": address, "LOG_LEVEL": "WARNING", **more}


def start(*arguments: str, log: Path, **more: str) -> subprocess.Popen[bytes]:
    """Start `python ARGUMENTS` in a process group of its own."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env=environment(**more),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 the process and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
