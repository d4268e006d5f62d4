"""The API against its own description: schemathesis sends what the description allows and what it forbids.

A fixed seed keeps it the same each time. `HANDRAIL_API_EXAMPLES=500` looks longer.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as examples
from pytest_django import Settings

from alerts.models import ApiToken
from tests.alerts.api.conftest import System
from tests.stories.conftest import ControlRoom
from zones.tier import Tier

EXAMPLES = int(os.environ.get("HANDRAIL_API_EXAMPLES", "5"))
BETWEEN_REQUESTS = (request_started, request_finished)


schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
secrets: list[str] = []
incidents: list[int] = []


@schema.hook
def map_path_parameters(context: Any, values: dict[str, Any] | None) -> Any:
    """Every second number is one that there is."""
    number = (values or {}).get("number")
    if not isinstance(number, int) or number < 1 or number % 2 or not incidents:
        return values
    return {"number": incidents[-1] if "incidents" in context.operation.path else 1}


@schema.auth(refresh_interval=None)
class Token:
    """The newest token; what leaves it out on purpose must be refused."""

    def get(self, case: Any, context: Any) -> str:
        return "the newest"

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {secrets[-1]}" if secrets else data


@pytest.fixture
def busy(system: System, room: ControlRoom, settings: Settings) -> Iterator[System]:
    """There is something to read and to change, and nobody is told to wait; the test's transaction stays open."""
    settings.API_PER_MINUTE = 10**6
    ApiToken.objects.update(allowance=10**6)
    incidents.extend(room.sees(tier).pk for tier in (Tier.CONCERN, Tier.CRITICAL))
    secrets.append(system.secret)
    for signal in BETWEEN_REQUESTS:
        signal.disconnect(close_old_connections)
    yield system
    for signal in BETWEEN_REQUESTS:
        signal.connect(close_old_connections)


@seed(7)
@examples(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)
@schema.parametrize()
def test_the_api_keeps_to_its_description(case: Any, busy: System) -> None:
    case.call_and_validate()
