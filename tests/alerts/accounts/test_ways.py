"""No page shows a button, a form or a link that the gate would refuse for who looks at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from alerts import transitions
from alerts.accounts import addresses
from alerts.accounts.roles import Role
from alerts.api import tokens
from alerts.hand_over import notes
from alerts.models import (
    Agency,
    Contact,
    EvidenceLock,
    Incident,
    MaintenanceWindow,
    RetentionRun,
    SharingRule,
)
from tests.alerts.accounts.worlds import World, clients, every_address, room, tried, world
from tests.people import give
from tests.stories.conftest import ControlRoom
from zones.models import Camera, Site, Zone
from zones.tier import Tier

__all__ = ["room", "world"]
pytestmark = [pytest.mark.usefixtures("quiet_log"), pytest.mark.timeout(900)]
TURNED_BY = {"href": ("GET",), "src": ("GET",), "poster": ("GET",), "hx-get": ("GET",), "hx-post": ("POST",)}


@dataclass
class Ways(HTMLParser):
    """Every way that a page shows: how an address is asked for, and which parts of the page its buttons open."""

    page: str
    whole: bool = False
    ways: set[tuple[str, str]] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.whole |= tag == "html"
        self.ids.add(found.get("id", ""))
        self.opened |= {found[name] for name in ("data-opens", "form") if name in found}
        for name, value in found.items():
            if name in ("action", "formaction") or (tag == "form" and name == "method" and "action" not in found):
                target = value if name != "method" else self.page
                self._add(target, (found.get("method", "post").upper(),))
            elif name in TURNED_BY or (name.startswith("data-") and value.startswith("/")):
                self._add(value, TURNED_BY.get(name, ("GET", "POST")))

    def _add(self, target: str, methods: tuple[str, ...]) -> None:
        whole = urlsplit(urljoin(self.page, target))
        if not whole.scheme and not whole.path.startswith(("/static/", "/admin/jsi18n")):
            self.ways |= {(method, whole._replace(fragment="").geturl()) for method in methods}


def ways_of(page: str, content: str) -> Ways:
    found = Ways(page)
    found.feed(content)
    return found


def pages_from(starts: Iterator[str], client: Client) -> Iterator[Ways]:
    """Every page that somebody can come to from these, the admin's own apart."""
    waiting, seen = list(starts), set()
    while waiting:
        path = waiting.pop()
        if urlsplit(path).path in seen or path.startswith("/admin/") or not goes_by_rule(path):
            continue
        seen.add(urlsplit(path).path)
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found = ways_of(path, answer.content.decode())
            yield found
            waiting += [way for method, way in sorted(found.ways) if method == "GET"]


def goes_by_rule(path: str) -> bool:
    """Whether the gate guards an address; what is open has a guard of its own, which a page cannot know."""
    return not addresses.rule_of(resolve(urlsplit(path).path)).open


def dead_ends(starts: Iterator[str], client: Client) -> list[str]:
    """What is shown to somebody that leads nowhere for them, in words."""
    told, tried_before = set(), dict[tuple[str, str], str]()
    for page in pages_from(starts, client):
        if page.whole:
            told |= {f"{page.page} opens #{name}, and it is not there" for name in page.opened - page.ids}
        for method, way in page.ways:
            if goes_by_rule(way):
                came = tried_before.setdefault((method, way), "") or tried(client, method, way)
                tried_before[method, way] = came
                if came not in ("yes", "-"):
                    told.add(f"{page.page} shows {method} {way}: {came}")
    return sorted(told)


@pytest.fixture
def busy(world: World, room: ControlRoom, settings: Any, tmp_path: Path) -> World:
    """There is something of everything to see, here and at the other bridge, and people with two roles."""
    olivia, now = Contact.objects.get(name__startswith="Olivia"), timezone.now()
    other = Site.objects.get(name="Other Bridge")
    far = Camera.objects.create(site=other, name="North", source="rtsp://camera/1")
    world.live(far.pk)
    Camera.objects.create(site=other, name="South", source="rtsp://camera/2", enabled=False)
    taken, aside, closed = (room.sees(Tier.CONCERN).pk for _ in range(3))
    transitions.acknowledge(taken, by=olivia, via="console")
    transitions.snooze(aside, by=olivia, minutes=5)
    transitions.resolve(closed, by=olivia, outcome="benign", note="")
    drawn = Zone.objects.create(
        camera=far, name="North footway", polygon=[[0, 0], [9, 0], [9, 9]], edge=[[0, 0], [9, 0]]
    )
    room.sees(Tier.CONCERN, camera_id=far.pk, zone_id=drawn.pk)
    MaintenanceWindow.objects.create(
        site=other, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2), reason="x", opened_by="x"
    )
    Contact.objects.update(proven_at=None)
    EvidenceLock.objects.create(incident_id=closed, reason="asked for", placed_by="x")
    RetentionRun.objects.create(state=RetentionRun.State.ASKS, began_at=now, doubts=["the clock"], plan=[])
    tokens.make("dispatch", ["sites:read"], by="x", days=9)
    notes.write("Scaffold on the east side", "24", by=User.objects.get(username="supervisor"))
    stranger = Agency.objects.get(name="Elsewhere Rescue")
    SharingRule.objects.create(agency=stranger, site=Site.objects.get(pk=1), why="agreed")
    for one, two in ((Role.AUDITOR, Role.OPERATOR), (Role.OPERATOR, Role.SUPERVISOR), (Role.AUDITOR, Role.ZONE_ADMIN)):
        user = world.person(one, Site.objects.get(pk=1), None)
        world.people[f"{one.words} here, {two.words} elsewhere"] = give(user, two, other)
    return world


def test_no_page_shows_a_way_that_the_gate_refuses(busy: World) -> None:
    asked = [address for address in every_address() if address.room not in ("admin", "api")]
    told = {
        who: ends
        for who, client in clients(busy).items()
        if (ends := dead_ends(iter([busy.path(address) for address in asked]), client))
    }
    assert told == {}
    assert Incident.objects.count() == 5  # what was tried was undone


def test_a_button_that_is_put_back_is_found(busy: World, settings: Any, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    (templates / "console").mkdir(parents=True)
    back = (
        '<form method="post" action="/incidents/{{ incident.pk }}/close/"><button>Close</button></form>'
        '<a href="/people/">People</a><button data-opens="close">Close</button><i hx-get="/cameras/1/"></i>'
    )
    (templates / "console/_keys.html").write_text(back)
    (engine,) = project.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [templates, project.BASE_DIR / "templates"]}]
    page = f"/incidents/{busy.incident.pk}/"
    told = [line for line in dead_ends(iter([page]), clients(busy)["operator of another agency"]) if page in line]
    assert f"{page} shows GET /people/: no" in told
    assert f"{page} shows GET /cameras/1/: no" in told
    told = [line for line in dead_ends(iter([page]), clients(busy)["auditor"]) if line.startswith(page)]
    assert f"{page} shows POST /incidents/{busy.incident.pk}/close/: no" in told
    assert f"{page} opens #close, and it is not there" in told
