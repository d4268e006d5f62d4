"""Processes of the service beside the bench, that can be killed and started again as a supervisor would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[3]
RESTART_S = 2.0
END_S = 10.0


@dataclass
class Victims:
    """Some processes of one kind.

    Attributes:
        commands: what each runs after `python`.
        log: where they write.
        running: those that were started, also again.
    """

    commands: Sequence[Sequence[str]]
    log: Path
    running: "list[subprocess.Popen[bytes]]"

    def kill_one_and_start_it_again(self) -> None:
        """Kill -9 the first with its children, and what a supervisor does a moment later."""
        os.killpg(self.running[0].pid, signal.SIGKILL)
        self.running[0].wait()
        time.sleep(RESTART_S)
        self.running.append(_start(self.commands[0], self.log))


@contextmanager
def running(
    commands: Sequence[Sequence[str]], log: Path, ready: Callable[[], bool], limit_s: float = 120.0
) -> Iterator[Victims]:
    """Run them until the block is left, which begins when they are ready.

    Raises:
        TimeoutError: they were not ready in time; their log's end says why.
    """
    victims = Victims(commands, log, [_start(words, log) for words in commands])
    try:
        until = time.monotonic() + limit_s
        while not ready():
            if time.monotonic() > until:
                raise TimeoutError(f"{commands[0]} was not ready within {limit_s:.0f} s: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield victims
    finally:
        _end(victims.running)


def _start(words: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as out:
        return subprocess.Popen([sys.executable, *words], cwd=BASE_DIR, stdout=out, stderr=out, start_new_session=True)


def _end(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
