"""Celery and Valkey only make things sooner: with both away an engine pages all the same."""

import time
from pathlib import Path

import pytest

from tests.chaos.processes import kill, start
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
LIMIT_S = 120.0


@pytest.mark.slow
def test_an_engine_pages_with_no_broker_at_all(room: ControlRoom, tmp_path: Path) -> None:
    incident = room.sees()
    engine = start(
        *("manage.py", "engine"),
        log=tmp_path / "engine.log",
        REDIS_URL=f"unix://{tmp_path}/nobody-listens-here.sock",
        TWILIO_BASE_URL=room.fake.server.address,
        TWILIO_ACCOUNT_SID=room.fake.account.sid,
        TWILIO_AUTH_TOKEN=room.fake.account.token,
        TWILIO_FROM_NUMBER="+441632960000",
    )
    try:
        until = time.monotonic() + LIMIT_S
        while not room.texts("Olivia") and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        kill(engine)
    assert f"#{incident.pk} " in room.texts("Olivia")[0].body
