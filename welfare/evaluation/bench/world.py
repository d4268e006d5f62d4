"""A service of its own for a bench: PostgreSQL, Valkey, cameras and track workers in a folder that goes with it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import environ
import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from welfare.embedded import EmbeddedPostgres, EmbeddedValkey
from zones.models import Camera, Site, Zone

STOP_S = 30.0
LIMIT_S = 240.0


class WorldError(RuntimeError):
    """The bench did not get as far as measuring; the message says what never came."""


@dataclass
class World:
    """Use as a context: everything that it starts is stopped, and its folder removed.

    Attributes:
        folder: where all of it lives.
        workers: those that run, by name.
    """

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="handrail-bench-")))
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must reach its folder
        self.postgres, self.valkey = EmbeddedPostgres(self.folder / "postgres"), EmbeddedValkey(self.folder / "valkey")
        database, broker = self.postgres.start(), self.valkey.start()
        self.environment = {
            **os.environ,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "HANDRAIL_RUN_DIR": str(self.folder / "run"),
            "HANDRAIL_MEDIA_DIR": str(self.folder / "media"),
        }
        connection.close()
        connection.settings_dict.update(environ.Env.db_url_config(database))
        call_command("migrate", verbosity=0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.workers):
            self.kill(name)
        connection.close()
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_cameras(self, sources: Sequence[tuple[str, Path]]) -> list[Camera]:
        """Cameras of one site.

        Args:
            sources: of each, its address and the site file with its calibration and zones.
        """
        site, _ = Site.objects.get_or_create(name="Bench")
        made = []
        for number, (address, site_file) in enumerate(sources, 1):
            plan = json.loads(site_file.read_text())
            camera = Camera.objects.create(
                site=site,
                name=str(number),
                source=address,
                loop="://" not in address,
                homography=plan["homography"],
                rail_height_m=plan["rail_height_m"],
            )
            for zone in plan["zones"]:
                Zone.objects.create(camera=camera, name=zone["name"], polygon=zone["polygon"], edge=zone["edge"])
            made.append(camera)
        return made

    def start_worker(self, name: str, slots: int) -> None:
        """A track worker as the Procfile starts it, in a process group of its own."""
        with (self.folder / "workers.log").open("ab") as log:
            self.workers[name] = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "--app", "welfare.celery", "worker"),
                    *("--hostname", f"{name}@bench", "--queues", "track", "--concurrency", str(slots)),
                    *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
                ],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def last_words(self) -> str:
        """The end of what the workers wrote."""
        return "\n".join((self.folder / "workers.log").read_text(errors="replace").splitlines()[-25:])

    def kill(self, name: str) -> None:
        """SIGKILL a worker and its children, as when its machine dies."""
        worker = self.workers.pop(name)
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop_worker(self, name: str) -> None:
        """Ask a worker to stop; one that does not within STOP_S is killed."""
        worker = self.workers[name]
        worker.terminate()
        try:
            worker.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill(name)
        else:
            del self.workers[name]

    def memory_mb(self, name: str) -> tuple[float, float]:
        """Memory of a worker and all its children, MiB: resident, and proportional.

        The second counts shared pages once, and changes with what else on the machine uses the same libraries.
        """
        parent = psutil.Process(self.workers[name].pid)
        found = [p.memory_full_info() for p in [parent, *parent.children(recursive=True)]]
        return sum(m.rss for m in found) / 2**20, sum(m.pss for m in found) / 2**20


def wait(what: str, there: Callable[[], object]) -> None:
    """Until something is there.

    Raises:
        WorldError: it never came.
    """
    until = time.monotonic() + LIMIT_S
    while not there():
        if time.monotonic() > until:
            raise WorldError(f"never came in {LIMIT_S:.0f} s: {what}")
        time.sleep(0.1)


@contextmanager
def told(world: World) -> Iterator[None]:
    """Adds what the workers said last to a failure."""
    try:
        yield
    except WorldError as error:
        raise WorldError(f"{error}\n{world.last_words()}") from error
