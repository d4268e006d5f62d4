"""Finding an old incident again."""

import pytest
from django.test import Client

from alerts import transitions
from alerts.models import Contact
from tests.alerts.console.test_pages import operator
from tests.stories.conftest import ControlRoom, room
from zones.tier import Tier

__all__ = ["operator", "room"]


@pytest.fixture
def numbers(room: ControlRoom) -> tuple[int, int]:
    """The first is closed with words, the second is open."""
    first, second = room.sees(), room.sees(Tier.CONCERN)
    olivia = Contact.objects.get(name__startswith="Olivia")
    transitions.add_note(first.pk, by=olivia, text="A crew member sat with them")
    transitions.resolve(first.pk, by=olivia, outcome="declined", note="did not want a lift")
    return first.pk, second.pk


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (0, 1)),
        ("q=crew", (0,)),
        ("q=LIFT+declined", ()),
        ("q=crew+lift", (0,)),
        ("q=olivia", (0,)),
        ("q=east", (0, 1)),
        ("q=%27+OR+1%3D1", ()),
        ("state=open", (1,)),
        ("outcome=declined", (0,)),
        ("kind=camera", ()),
        ("kind=drill", ()),
        ("kind=person&tier=2", (1,)),
        ("from=2020-01-01&to=2020-12-31", ()),
        ("from=2020-01-01", (0, 1)),
        ("from=2026-13-45&to=cats&q=%00", (0, 1)),
    ],
)
def test_words_and_filters_find_what_they_say(
    operator: Client, numbers: tuple[int, int], query: str, expected: tuple[int, ...]
) -> None:
    page = operator.get(f"/incidents/?{query}").content.decode()
    assert [n for n in (0, 1) if f'href="/incidents/{numbers[n]}/"' in page] == list(expected)


def test_a_number_finds_its_incident(operator: Client, numbers: tuple[int, int]) -> None:
    page = operator.get(f"/incidents/?q=%23{numbers[1]}").content.decode()
    assert f'href="/incidents/{numbers[1]}/"' in page
    assert "Show all" in page
