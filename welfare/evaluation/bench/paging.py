"""How long from an incident to a page that the provider has taken, beside one Celery ETA task a step.

Both sides page for the same incidents, two people each, by the same Twilio fake on the same machine, one after the
other in one run. Where one is killed: half of the first pages out, one of two processes gets kill -9 and is started
again two seconds later, as a supervisor would. What the fake reports afterwards goes nowhere: it is not measured.
"""

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from alerts import intake
from alerts.models import Heartbeat, PolicyStep
from welfare.evaluation.bench import victims
from welfare.evaluation.bench.provider import LATE_S, Load, Paged, Provider, figures
from welfare.evaluation.bench.victims import Victims
from welfare.evaluation.sandbox import Sandbox
from zones.tier import Tier

PROCESSES = 2
OPERATOR = "+447700900001"
WAYS = ("steady", "at-once", "rates", "killed", "eta")
STEADY_EVERY_S = 0.05


def measure(sandbox: Sandbox, way: str, incidents: int, wait_s: int) -> Paged:
    """One way of WAYS under its load.

    Args:
        sandbox: the world it runs in, with the demo's site.
        way: which.
        incidents: how many.
        wait_s: seconds from the first step to the second.
    """
    _two_steps(wait_s)
    kills = way in ("killed", "eta")
    with _provider(sandbox, rates=way == "rates") as provider, _pagers(sandbox, way) as pagers:
        if way == "eta":
            load = _tasks(incidents, wait_s)
        else:
            load = _steady(incidents, wait_s) if way == "steady" else _at_once(incidents, wait_s)
        seen = provider.watch(load, half_way=pagers.kill_one_and_start_it_again if kills else None)
        return figures(WORDS[way], load, seen)


WORDS = {
    "steady": f"engines, one each {1000 * STEADY_EVERY_S:.0f} ms",
    "at-once": "engines, at once",
    "rates": "engines, at once, Twilio's rates",
    "killed": "engines, at once, one killed",
    "eta": "ETA tasks, at once, one killed",
}


# --- The loads ------------------------------------------------------------------------------------------------
def _two_steps(wait_s: int) -> None:
    """The demo's critical policy with its first two steps only: the operator, then one partner."""
    steps = PolicyStep.objects.filter(policy__tier=Tier.CRITICAL, policy__subject="person")
    steps.filter(position__gt=1).delete()
    steps.filter(position=0).update(wait_s=wait_s)
    steps.filter(position=1).update(wait_s=900)
    with connection.cursor() as cursor:  # what was measured before pages no more
        cursor.execute(
            "UPDATE alerts_incident SET state = 'resolved', outcome = 'benign', next_action_at = NULL "
            "WHERE state <> 'resolved'"
        )


def _at_once(incidents: int, wait_s: int) -> Load:
    """All in one transaction: at its commit they are there together."""
    with transaction.atomic():
        numbers = [_report() for _ in range(incidents)]
    return Load("critical", dict.fromkeys(numbers, time.time()), wait_s)


def _steady(incidents: int, wait_s: int) -> Load:
    committed = {}
    for _ in range(incidents):
        committed[_report()] = time.time()
        time.sleep(STEADY_EVERY_S)
    return Load("critical", committed, wait_s)


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


def _tasks(incidents: int, wait_s: int) -> Load:
    from welfare.evaluation.bench import eta_tasks

    committed = {}
    for number in range(1, incidents + 1):
        committed[number] = time.time()
        eta_tasks.page.apply_async((number, 1, wait_s, OPERATOR), countdown=0.01)
    return Load("ETA", committed, wait_s)


# --- Who pages, and by what -----------------------------------------------------------------------------------
@contextmanager
def _pagers(sandbox: Sandbox, way: str) -> Iterator[Victims]:
    log = sandbox.folder / "processes.log"
    if way != "eta":
        with victims.running([("manage.py", "engine")] * PROCESSES, log, partial(_beats, timezone.now())) as engines:
            yield engines
        return
    from welfare.evaluation.bench import eta_tasks

    common = ("-m", "celery", "--app", "welfare.evaluation.bench.eta_tasks", "worker", "--queues", "eta")
    quiet = ("--concurrency", "4", "--loglevel", "ERROR", "--without-gossip", "--without-mingle")
    commands = [(*common, *quiet, "--hostname", f"eta{n}@bench") for n in range(PROCESSES)]
    with victims.running(commands, log, lambda: len(eta_tasks.app.control.ping(timeout=2.0)) == PROCESSES) as workers:
        yield workers


def _beats(since: datetime) -> bool:
    """Whether the engines work: both share one heartbeat, so the later one gets a moment more."""
    return Heartbeat.objects.filter(name="engine", beat_at__gt=since + timedelta(seconds=3)).exists()


@contextmanager
def _provider(sandbox: Sandbox, *, rates: bool) -> Iterator[Provider]:
    environ, provider = os.environ, Provider(os.environ["TWILIO_BASE_URL"])
    login = ("--account-sid", environ["TWILIO_ACCOUNT_SID"], "--auth-token", environ["TWILIO_AUTH_TOKEN"])
    words = ("-m", "tests.twilio_fake", "--port", environ["TWILIO_PORT"], "--callback-base", environ["PUBLIC_URL"])
    command = (*words, *login, "--no-callbacks", *(("--rates",) if rates else ()))
    with victims.running([command], sandbox.folder / "processes.log", provider.answers):
        yield provider


def table(found: Sequence[Paged]) -> list[str]:
    """As lines of text."""
    head = f"{'way':34} {'incidents':>9} {'p50 s':>7} {'p99 s':>7} {'sent p50':>9} {'sent p99':>9} "
    head += f"{'late':>5} {'lost':>5} {'twice':>6}"
    rows = [
        f"{f.way:34} {f.incidents:9} {f.p50_s:7.2f} {f.p99_s:7.2f} {f.sent_p50_s:9.2f} {f.sent_p99_s:9.2f} "
        f"{f.late:5} {f.lost:5} {f.twice:6}"
        for f in found
    ]
    notes = [
        "p50, p99: from the incident until its first page was accepted; sent: until it left the provider's queue",
        f"late: a first or second page accepted over {LATE_S:.0f} s after it was due; lost: not there at the end",
        "ETA tasks: acks_late; what a killed worker held comes back after the visibility timeout, by default an hour",
    ]
    return [head, *rows, *notes]


def plain(found: Sequence[Paged]) -> dict[str, Any]:
    """As JSON, with the machine."""
    return {"cores": os.cpu_count(), "load": os.getloadavg(), "ways": [asdict(one) for one in found]}
