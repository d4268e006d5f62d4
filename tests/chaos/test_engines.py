"""kill -9 of real engines at random moments: every page goes out all the same."""

import random
import sys
import time
from pathlib import Path

import pytest

from alerts.models import Incident, Policy, PolicyStep
from tests.chaos.processes import kill, start
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
ROUNDS, INCIDENTS = 4, 6


@pytest.mark.slow
def test_no_page_is_lost_when_engines_are_killed(room: ControlRoom, tmp_path: Path) -> None:
    dice = random.Random(7)  # noqa: S311
    room.fake.account.callbacks = "lost"
    PolicyStep.objects.exclude(position=0).delete()
    PolicyStep.objects.update(wait_s=600)
    assert Policy.objects.exists()
    settings = room.fake.server.address
    more = {
        "TWILIO_BASE_URL": settings,
        "TWILIO_ACCOUNT_SID": room.fake.account.sid,
        "TWILIO_AUTH_TOKEN": room.fake.account.token,
        "TWILIO_FROM_NUMBER": "+441632960000",
        "PUBLIC_URL": "http://127.0.0.1:9",
    }
    engines = [start("manage.py", "engine", log=tmp_path / "engines.log", **more) for _ in range(2)]
    seen_at: dict[int, float] = {}
    try:
        for _ in range(ROUNDS):
            for _ in range(INCIDENTS):
                seen_at[room.sees().pk] = time.monotonic()
                time.sleep(dice.uniform(0, 0.15))
            kill(engines.pop(0))
            engines.append(start("manage.py", "engine", log=tmp_path / "engines.log", **more))
        paged_at: dict[int, float] = {}
        until = time.monotonic() + 60
        while len(paged_at) < len(seen_at) and time.monotonic() < until:
            for number in set(seen_at) - set(paged_at):
                if any(f"#{number} " in message.body for message in room.fake.messages):
                    paged_at[number] = time.monotonic()
            time.sleep(0.05)
    finally:
        for engine in engines:
            kill(engine)
    lost = set(seen_at) - set(paged_at)
    twice = sum(sum(f"#{n} " in m.body for m in room.fake.messages) > 1 for n in seen_at)
    worst = max(paged_at[n] - seen_at[n] for n in paged_at)
    sys.stdout.write(
        f"{len(seen_at)} incidents, {ROUNDS} kills: lost {len(lost)}, twice {twice}, worst {worst:.1f} s\n"
    )
    assert lost == set()
    assert not Incident.objects.filter(next_action_at=None).exists()
    assert not Incident.objects.exclude(state=Incident.State.OPEN).exists()
