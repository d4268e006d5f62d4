"""The API as other systems use it: a token, and a client that sends it.

Nothing is paged here: each test is rolled back.
"""

from typing import Any

import pytest
from django.test import Client

from alerts.api import tokens
from alerts.api.scopes import SCOPES
from alerts.models import Agency, Contact
from tests.stories.conftest import ControlRoom, room_without_engine
from zones.models import Site

__all__ = ["room_without_engine"]


class System:
    """Another system with a token."""

    def __init__(self, *scopes: str, site: Site | None = None, agency: Agency | None = None) -> None:
        people = Contact.objects.filter(agency=agency) if agency else Contact.objects.filter(name__startswith="Olivia")
        sites, may = [site] if site else [], scopes or list(SCOPES)
        made = tokens.make("dispatch", may, by="sam", days=30, sites=sites, agency=agency, contact=people.get())
        self.token, self.secret = made.token, made.secret
        self.client = Client(headers={"authorization": f"Bearer {made.secret}"})

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/api/v1{path}", **more)

    def post(self, path: str, body: object) -> Any:
        return self.client.post(f"/api/v1{path}", body, content_type="application/json")


@pytest.fixture
def room(room_without_engine: ControlRoom) -> ControlRoom:
    """The demo's control room."""
    return room_without_engine


@pytest.fixture
def system(room: ControlRoom) -> System:
    """One that may do everything."""
    return System()
