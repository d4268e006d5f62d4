"""A page to one person that waits for a channel, on the demo's control room."""

from collections.abc import Callable, Iterator

import pytest

from alerts.models import Attempt, Contact, Incident, Notification, StepRun
from tests.alerts.channels.receivers import Receiver, listening
from tests.stories.conftest import ControlRoom, room

__all__ = ["room"]
Page = Callable[..., Attempt]


@pytest.fixture
def incident(room: ControlRoom) -> Incident:
    return room.sees()


@pytest.fixture
def page(incident: Incident) -> Page:
    """Make an attempt to reach a contact by a channel, as the engine does."""

    def make(channel: str, contact: Contact, address: str = "", purpose: str = "page") -> Attempt:
        step_run = StepRun.objects.create(
            incident=incident, run=0, loop=0, step=StepRun.objects.count(), started_at=incident.opened_at
        )
        notification = Notification.objects.create(
            step_run=step_run, contact=contact, channels=[channel], purpose=purpose
        )
        return Attempt.objects.create(notification=notification, n=1, channel=channel, address=address)

    return make


@pytest.fixture
def partner(room: ControlRoom) -> Contact:
    return Contact.objects.get(name__startswith="Bea")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as server:
        yield server
