"""Stories that hypothesis writes, on a real PostgreSQL and the Twilio fake; callbacks come when a step says so.

The suite tells a few hundred steps; for a long run: STATE_MACHINE_STORIES=400 pytest -s tests/alerts/state_machine
"""

import os
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.alerts.state_machine.pages import Pages
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
STORIES, STEPS = int(os.environ.get("STATE_MACHINE_STORIES", "20")), 50


@pytest.mark.slow
@pytest.mark.timeout(120 + 30 * STORIES)
def test_no_order_of_things_loses_a_page(room: ControlRoom) -> None:
    Pages.room = room
    Pages.steps = Counter()
    run_state_machine_as_test(
        Pages,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            phases=[Phase.generate],  # to make a failing story short takes minutes: add Phase.shrink to look into one
            database=None,
            derandomize=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    counted = ", ".join(f"{name} {count}" for name, count in Pages.steps.most_common())
    sys.stdout.write(f"{Pages.steps.total()} steps in {STORIES} stories: {counted}\n")
    assert Pages.steps.total() > 10 * STORIES
