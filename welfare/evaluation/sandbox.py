"""A world of its own for what breaks things or measures them: PostgreSQL and Valkey in a temporary folder, then gone.

`enter` comes before Django reads its settings, as the demo's world does: nothing here can reach a real database.
"""

import atexit
import contextlib
import os
import shutil
import socket
import tempfile
from pathlib import Path

from welfare.embedded import EmbeddedPostgres, EmbeddedValkey

ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER = "AC" + "0c" * 16, "only-for-a-sandbox", "+441632960000"


class Sandbox:
    """The running world."""

    def __init__(self, survives_power_cuts: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="handrail-sandbox-"))
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must reach its folder
        self.postgres = EmbeddedPostgres(self.folder / "postgres", survives_power_cuts)
        self.valkey = EmbeddedValkey(self.folder / "valkey")

    def start(self) -> dict[str, str]:
        """Start both; returns the environment that names them and a Twilio that does not exist yet."""
        web, twilio = _free_port(), _free_port()
        return {
            "DATABASE_URL": self.postgres.start(),
            "REDIS_URL": self.valkey.start(),
            "SECRET_KEY": "only-for-a-sandbox-" + "0" * 40,
            "HANDRAIL_RUN_DIR": str(self.folder),
            "HANDRAIL_MEDIA_DIR": str(self.folder / "media"),
            "AUDIT_ANCHORS": str(self.folder / "anchors.txt"),
            "PORT": str(web),
            "PUBLIC_URL": f"http://127.0.0.1:{web}",
            "TWILIO_PORT": str(twilio),
            "TWILIO_BASE_URL": f"http://127.0.0.1:{twilio}",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM_NUMBER": FROM_NUMBER,
            "LOG_LEVEL": "WARNING",
            "DATABASE_IDLE_IN_TRANSACTION_S": "30",  # many of these may run beside each other on few cores
        }

    def stop(self) -> None:
        """Stop both and remove the folder."""
        self.postgres.stop()
        with contextlib.suppress(Exception):  # it may have gone by itself: it is only a broker
            self.valkey.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


_entered: list[Sandbox] = []


def enter() -> None:
    """Make a world and put it into this process's environment; it is gone when the process ends."""
    sandbox = Sandbox()
    atexit.register(sandbox.stop)
    for name in ("TWILIO_2_ACCOUNT_SID", "DEADMAN_URL", "WATCHDOG_NUMBERS"):
        os.environ.pop(name, None)
    os.environ.update(sandbox.start())
    _entered.append(sandbox)


def current() -> Sandbox:
    """The world of this process.

    Raises:
        RuntimeError: the command was not started through manage.py.
    """
    if not _entered:
        raise RuntimeError("There is no sandbox: start this with manage.py, which makes one first.")
    return _entered[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
