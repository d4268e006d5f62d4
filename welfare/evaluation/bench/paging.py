"""How long from an incident to a page that the provider has taken, beside one Celery ETA task a step.

Both sides page for the same incidents by the same Twilio fake on the same machine, one after the other in one run. Half
of the pages out, one of two processes gets kill -9 and is started again two seconds later, as a supervisor would.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction

from alerts import intake
from welfare.evaluation.sandbox import Sandbox
from zones.tier import Tier

BASE_DIR = Path(__file__).resolve().parents[3]
PROCESSES = 2
RESTART_S = 2.0
LATE_S = 10.0
STEP_WAIT_S = 15
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Paged:
    """What one way did with a load.

    Attributes:
        way: engine or ETA tasks, and what happened.
        incidents: how many.
        p50_s, p99_s, worst_s: from the commit of the incident to its first page being taken, seconds.
        late: first or second pages that came more than LATE_S after they were due.
        lost: first or second pages that had not come when the watching ended.
        twice: pages beyond one for each person and step.
    """

    way: str
    incidents: int
    p50_s: float
    p99_s: float
    worst_s: float
    late: int
    lost: int
    twice: int


def measure(sandbox: Sandbox, incidents: int, steady: int, say: Say) -> list[Paged]:
    """All ways, one after the other."""
    with _process(sandbox, "-m", "tests.twilio_fake", *_account()):
        _wait_for(_state)
        found = []
        with _engines(sandbox):
            time.sleep(3.0)
            say(f"{steady} incidents, one each 50 ms")
            found.append(_figures("engines, steady", _steady(steady), None, watch_s=30.0))
            say(f"{incidents} incidents at once")
            found.append(_figures("engines, at once", _at_once(incidents), None, watch_s=90.0))
        say(f"{incidents} incidents at once, an engine killed half-way")
        with _engines(sandbox) as engines:
            time.sleep(3.0)
            found.append(_figures("engines, one killed half-way", _at_once(incidents), engines, watch_s=90.0))
        say(f"{incidents} ETA tasks at once, a worker killed half-way")
        with _workers(sandbox) as workers:
            time.sleep(6.0)
            found.append(_figures("ETA tasks, one worker killed", _tasks(incidents), workers, watch_s=90.0, mark="ETA"))
        return found


# --- The loads ------------------------------------------------------------------------------------------------
Seen = dict[int, float]
"""When each incident was committed, seconds since the epoch."""


def _at_once(incidents: int) -> Seen:
    """All in one transaction: at its commit they are there together."""
    _close_all()
    with transaction.atomic():
        numbers = [_report() for _ in range(incidents)]
    now = time.time()
    return dict.fromkeys(numbers, now)


def _steady(incidents: int) -> Seen:
    _close_all()
    seen = {}
    for _ in range(incidents):
        seen[_report()] = time.time()
        time.sleep(0.05)
    return seen


def _report() -> int:
    reason = {"cue": "stay", "words": "stayed", "value": 75.0, "unit": "s", "confidence": 1.0, "weight_nats": 1.0}
    at = datetime.now(UTC)
    concern = intake.Concern(
        1, 1, uuid.uuid4(), Tier.CRITICAL, 5.0, False, False, at, (reason,), (0.0, 0.0, 50.0, 150.0)
    )
    reported = intake.report(concern)
    if reported is None:
        raise RuntimeError("the demo's zone is silent: nothing can be measured")
    return reported.incident_id


def _tasks(incidents: int) -> Seen:
    from welfare.evaluation.bench import eta_tasks

    now = time.time()
    for number in range(1, incidents + 1):
        eta_tasks.page.apply_async((number, 1, STEP_WAIT_S, "+447700900001"), countdown=0.01)
    return dict.fromkeys(range(1, incidents + 1), now)


def _close_all() -> None:
    """What was measured before pages no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_incident SET state = 'resolved', outcome = 'benign', next_action_at = NULL "
            "WHERE state <> 'resolved'"
        )


# --- Looking --------------------------------------------------------------------------------------------------
def _figures(way: str, seen: Seen, victims: "list[Victim] | None", *, watch_s: float, mark: str = "critical") -> Paged:
    """Watch the provider until every first and second page was taken, or for so long."""
    until = time.monotonic() + watch_s
    taken: dict[int, list[float]] = {}
    while time.monotonic() < until:
        taken = _taken(seen, mark)
        if victims and len(taken) >= len(seen) / 2:
            victims.pop().kill_and_start_again()
            victims = None
        if len(taken) == len(seen) and all(len(times) > 1 for times in taken.values()):
            break
        time.sleep(0.25)
    first = np.array([taken[number][0] - at for number, at in seen.items() if number in taken])
    second = {number: times[1] - seen[number] - STEP_WAIT_S for number, times in taken.items() if len(times) > 1}
    p50, p99, worst = (float(np.percentile(first, q)) if len(first) else float("nan") for q in (50, 99, 100))
    late = int((first > LATE_S).sum()) + sum(1 for delay in second.values() if delay > LATE_S)
    lost = 2 * len(seen) - len(first) - len(second)
    return Paged(way, len(seen), p50, p99, worst, late, lost, _twice(seen, mark))


def _taken(seen: Seen, mark: str) -> dict[int, list[float]]:
    """When the first page of each step was taken: the operator's, then the partners' or the second task's."""
    found: dict[int, dict[str, float]] = {}
    for message in _state()["messages"]:
        number = _number(message["body"], mark)
        if number in seen:
            key = message["body"].split("step ")[-1] if mark == "ETA" else _step_of(message["to"])
            at = found.setdefault(number, {})
            at[key] = min(at.get(key, message["at_s"]), message["at_s"])
    return {number: sorted(at.values()) for number, at in found.items()}


def _step_of(phone: str) -> str:
    return "first" if phone == "+447700900001" else "second"


def _twice(seen: Seen, mark: str) -> int:
    """Messages beyond the first with the same words to the same phone."""
    counted: dict[tuple[str, str], int] = {}
    for message in _state()["messages"]:
        if _number(message["body"], mark) in seen:
            key = (message["to"], message["body"])
            counted[key] = counted.get(key, 0) + 1
    return sum(count - 1 for count in counted.values())


def _number(body: str, mark: str) -> int:
    if not body.lower().startswith(mark.lower()):
        return 0
    word = body.split("#", 1)[1].split(" ", 1)[0] if "#" in body else ""
    return int(word) if word.isdecimal() else 0


def _state() -> dict[str, Any]:
    with urllib.request.urlopen(f"{os.environ['TWILIO_BASE_URL']}/_fake/state", timeout=10) as answer:  # noqa: S310
        state: dict[str, Any] = json.loads(answer.read())
        return state


def _wait_for(look: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            look()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


# --- Processes ------------------------------------------------------------------------------------------------
@dataclass
class Victim:
    """A process that can be killed and started again."""

    start: Callable[[], "subprocess.Popen[bytes]"]
    process: "subprocess.Popen[bytes]"
    all: "list[subprocess.Popen[bytes]]"

    def kill_and_start_again(self) -> None:
        """Kill -9, and what a supervisor does a moment later."""
        self.process.kill()
        self.process.wait()
        time.sleep(RESTART_S)
        self.all.append(self.start())


def _start(sandbox: Sandbox, *words: str) -> "subprocess.Popen[bytes]":
    with (sandbox.folder / "processes.log").open("ab") as log:
        return subprocess.Popen([sys.executable, *words], cwd=BASE_DIR, stdout=log, stderr=log, start_new_session=True)


@contextmanager
def _process(sandbox: Sandbox, *words: str) -> Any:
    process = _start(sandbox, *words)
    try:
        yield process
    finally:
        _end([process])


@contextmanager
def _several(sandbox: Sandbox, commands: Sequence[Sequence[str]]) -> Any:
    running = [_start(sandbox, *words) for words in commands]
    victims = [
        Victim(lambda words=words: _start(sandbox, *words), process, running)  # type: ignore[misc]
        for words, process in zip(commands, list(running), strict=True)
    ]
    try:
        yield victims
    finally:
        _end(running)


def _engines(sandbox: Sandbox) -> Any:
    return _several(sandbox, [("manage.py", "engine")] * PROCESSES)


def _workers(sandbox: Sandbox) -> Any:
    common = ["-m", "celery", "--app", "welfare.evaluation.bench.eta_tasks", "worker", "--queues", "eta"]
    common += ["--concurrency", "4", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    return _several(sandbox, [(*common, "--hostname", f"eta{n}@bench") for n in range(PROCESSES)])


def _end(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _account() -> tuple[str, ...]:
    environ = os.environ
    # Nobody listens there: what the provider would report afterwards is not what is measured.
    callbacks = ("--callback-base", "http://127.0.0.1:9")
    login = ("--account-sid", environ["TWILIO_ACCOUNT_SID"], "--auth-token", environ["TWILIO_AUTH_TOKEN"])
    return ("--port", environ["TWILIO_PORT"], *callbacks, *login)


def table(found: Sequence[Paged]) -> list[str]:
    """As lines of text."""
    head = f"{'way':32} {'incidents':>9} {'p50 s':>7} {'p99 s':>7} {'worst s':>8} {'late':>6} {'lost':>6} {'twice':>6}"
    rows = [
        f"{f.way:32} {f.incidents:9} {f.p50_s:7.2f} {f.p99_s:7.2f} {f.worst_s:8.2f} {f.late:6} {f.lost:6} {f.twice:6}"
        for f in found
    ]
    note = f"late: a first or second page over {LATE_S:.0f} s after it was due; lost: not there when the watching ended"
    return [head, *rows, note]
