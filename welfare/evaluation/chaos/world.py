"""What chaos is made to: engines, a web process and Valkey as real processes, and a Twilio in this one."""

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from tests.twilio_fake.server import Server, post, tick_for_ever
from tests.twilio_fake.state import Account, Fault
from welfare.evaluation.chaos import mortal
from welfare.evaluation.sandbox import Sandbox

FORKS = multiprocessing.get_context("forkserver")
PROVIDER_S = 1.0  # the engines' time limit for the provider, so that a round is short
ENGINES = 2


class Twilio(Server):
    """The fake: a line that breaks while it answers is what happens here, and nothing to print."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@dataclass
class World:
    """All that runs; engines that died are started again, as a supervisor would."""

    sandbox: Sandbox
    dice: random.Random
    without_recovery: bool = False
    _engines: list[ForkServerProcess] = field(default_factory=list)
    _web: ForkServerProcess | None = None

    def __post_init__(self) -> None:
        os.environ.update(TWILIO_TIMEOUT_S=str(PROVIDER_S), CHANNEL_TIMEOUT_S=str(PROVIDER_S), SENDERS="4")
        environ = os.environ
        account = Account(environ["TWILIO_ACCOUNT_SID"], environ["TWILIO_AUTH_TOKEN"], environ["PUBLIC_URL"], post)
        self.twilio = Twilio(account, int(environ["TWILIO_PORT"]))
        self.twilio.hang_s = PROVIDER_S * 1.6

    def start(self) -> None:
        """Start everything."""
        threading.Thread(target=self.twilio.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=tick_for_ever, args=(self.twilio,), daemon=True).start()
        FORKS.set_forkserver_preload(["welfare.evaluation.chaos.nursery"])
        self.revive()

    def stop(self) -> None:
        """End everything that was started here."""
        for process in (*self._engines, *([self._web] if self._web else [])):
            _kill(process)
        self.twilio.stopping.set()
        self.twilio.shutdown()
        self.twilio.server_close()

    def revive(self) -> int:
        """Start engines in place of those that have died; returns how many."""
        alive = [engine for engine in self._engines if engine.is_alive()]
        deaths = len(self._engines) - len(alive)
        log = self.sandbox.folder / "processes.log"
        while len(alive) < ENGINES:
            seed = self.dice.randrange(1 << 30)
            alive.append(FORKS.Process(target=mortal.engine, args=(seed, log, self.without_recovery), daemon=True))
            alive[-1].start()
        self._engines = alive
        if self._web is None or not self._web.is_alive():
            self._web = FORKS.Process(target=mortal.web, args=(int(os.environ["PORT"]), log), daemon=True)
            self._web.start()
        return deaths

    # --- What may happen --------------------------------------------------------------------------------------
    def acts(self) -> dict[str, Callable[[], None]]:
        """Everything that can go wrong, by name."""
        return {
            "an engine is killed": lambda: _kill(self.dice.choice(self._engines)),
            "both engines are killed": lambda: _kill(*self._engines),
            "the web is killed": lambda: _kill(self._web) if self._web else None,
            "Valkey is killed": self.sandbox.valkey.kill,
            "the database restarts": self.sandbox.postgres.restart,
            "connections are cut": _cut_connections,
            "the clock jumps": lambda: _jump(self.dice.choice((-3600, -40, 40, 3600))),
            "the provider takes it and does not answer": lambda: self._faults(line="hang"),
            "the line breaks after the request": lambda: self._faults(line="drop_after"),
            "the line breaks before the request": lambda: self._faults(line="drop_before"),
            "the provider is overloaded": lambda: self._faults(status=429, code=20429),
            "the provider fails": lambda: self._faults(status=503, code=20503),
        }

    def _faults(self, **what: Any) -> None:
        with self.twilio.account.lock:
            self.twilio.account.faults.extend(Fault(**what) for _ in range(self.dice.randint(1, 4)))


def _kill(*processes: ForkServerProcess) -> None:
    for process in processes:
        process.kill()
        process.join()


def _cut_connections() -> None:
    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    surely(cut)


JUMPED = {
    "alerts_incident": ("next_action_at",),
    "alerts_attempt": ("due_at", "lease_until", "changed_at", "claimed_at"),
    "alerts_heartbeat": ("beat_at",),
    "alerts_senderpace": ("next_at",),
}


def _jump(seconds: int) -> None:
    """The database's clock is set: for who reads it, every stored instant has moved the other way."""

    def jump() -> None:
        with connection.cursor() as cursor:
            for table, columns in JUMPED.items():
                moved = ", ".join(f"{name} = {name} - make_interval(secs => {seconds})" for name in columns)
                cursor.execute(f"UPDATE {table} SET {moved}")  # noqa: S608

    surely(jump)


def surely(act: Callable[[], Any], limit_s: float = 60.0) -> Any:
    """Do something in the database, however often it is away."""
    until = time.monotonic() + limit_s
    while True:
        try:
            return act()
        except (DatabaseError, InterfaceError):
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(0.1)
