"""The API as other systems use it: a token, and a client that sends it.

Nothing is paged here: each test is rolled back.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from alerts.api import tokens
from alerts.api.scopes import SCOPES
from alerts.models import Contact
from tests.stories.conftest import ControlRoom
from tests.twilio_fake.fixture import TwilioFake
from zones.models import Site


class System:
    """Another system with a token."""

    def __init__(self, *scopes: str, site: Site | None = None) -> None:
        olivia = Contact.objects.get(name__startswith="Olivia")
        sites = [site] if site else []
        made = tokens.make("dispatch", scopes or list(SCOPES), by="sam", days=30, sites=sites, contact=olivia)
        self.token, self.secret = made.token, made.secret
        self.client = Client(headers={"authorization": f"Bearer {made.secret}"})

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/api/v1{path}", **more)

    def post(self, path: str, body: object) -> Any:
        return self.client.post(f"/api/v1{path}", body, content_type="application/json")


@pytest.fixture
def room(db: None, twilio_fake: TwilioFake) -> Iterator[ControlRoom]:
    """The demo's control room; no engine runs in it."""
    call_command("loaddata", "demo", verbosity=0)
    cache.clear()
    room = ControlRoom(twilio_fake)
    yield room
    room.engine.close()


@pytest.fixture
def system(room: ControlRoom) -> System:
    """One that may do everything."""
    return System()
