"""One of everything, and somebody for each role: what is tried on every address and on every page."""

import re
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from alerts import intake
from alerts.accounts import addresses, scope, wall_screens
from alerts.accounts.roles import Role
from alerts.api import tokens
from alerts.api.scopes import SCOPES
from alerts.models import (
    Agency,
    Contact,
    Evidence,
    HandOverNote,
    MaintenanceWindow,
    Notification,
    PartnerLink,
    PolicyStep,
    Rota,
    StepRun,
)
from tests.people import give
from tests.stories.conftest import ControlRoom, room
from zones.live_picture import LivePicture, LivePlace
from zones.models import Site

__all__ = ["room"]


@dataclass(frozen=True)
class Address:
    """One pattern of the project."""

    name: str
    path: str
    room: str


def every_address(patterns: Any = None, before: str = "/", rooms: tuple[str, ...] = ()) -> Iterator[Address]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            inside = (*rooms, pattern.namespace) if pattern.namespace else rooms
            yield from every_address(pattern.url_patterns, path, inside)
        elif isinstance(pattern, URLPattern):
            yield Address(":".join((*rooms, pattern.name or "")), path, rooms[0] if rooms else "")


class World:
    """The demo bridge with one of everything, a second site, a second agency, and somebody for each role."""

    def __init__(self, room: ControlRoom, media: Path) -> None:
        self.incident = room.sees()
        room.turn()
        self.live(self.incident.camera_id)
        (media / "stills").mkdir(parents=True)
        (media / "stills/1.jpg").write_bytes(b"a picture")
        now = timezone.now()
        intake.attach(self.incident.pk, "still", Path("stills/1.jpg"), starts_at=now, ends_at=now)
        site, other = Site.objects.get(pk=1), Site.objects.create(name="Other Bridge")
        bea = Contact.objects.get(name__startswith="Bea")
        room.engine.round()
        self.link = PartnerLink.objects.create(contact=bea, incident=self.incident, token="ForTheTest")
        Notification.objects.create(step_run=StepRun.objects.get(), contact=bea, channels=["sms"])
        self.window = MaintenanceWindow.objects.create(
            site=site, starts_at=now, ends_at=now + timedelta(hours=1), reason="painting", opened_by="x"
        )
        self.note = HandOverNote.objects.create(
            site=site, text="x", written_by=User.objects.get(username="operator"), expires_at=now + timedelta(hours=1)
        )
        elsewhere = Rota.objects.create(name="Other rota", fallback=Contact.objects.get(pk=6))
        assert PolicyStep.objects.filter(rota=1).exists()
        assert elsewhere.pk != 1
        self.people: dict[str, User | None] = {"nobody": None}
        stranger = Agency.objects.create(name="Elsewhere Rescue")
        stranger.sites.add(other)
        for role in Role:
            partner = role is Role.PARTNER
            self.people[role.words] = self.person(role, None if partner else site, bea.agency if partner else None)
            self.people[f"{role.words} elsewhere"] = self.person(
                role, None if partner else other, stranger if partner else None
            )
        self.people["operator of another agency"] = self.person(Role.OPERATOR, site, stranger)
        for role in (Role.SUPERVISOR, Role.ZONE_ADMIN, Role.AUDITOR):
            self.people[f"{role.words} of every site"] = self.person(role, None, None)
        self.tokens = {
            "of the site": self.token(sites=[site]), "of another site": self.token(sites=[other]),
            "of the agency that was paged": self.token(agency=bea.agency),
            "of another agency": self.token(agency=stranger),
        }  # fmt: skip
        self.screens = {
            "wall screen": wall_screens.make("wall", site, by="x"),
            "wall screen elsewhere": wall_screens.make("wall", other, by="x"),
        }
        self.person_here = self.person(Role.OPERATOR, site, None)

    @staticmethod
    def token(*, sites: Sequence[Site] = (), agency: Agency | None = None) -> Client:
        """A system with a token that may do everything, as far as it reaches."""
        contact = Contact.objects.filter(agency=agency).order_by("pk").first()
        contact = contact or Contact.objects.create(name="Dispatch", agency=agency)
        made = tokens.make("x", list(SCOPES), by="x", days=9, sites=sites, agency=agency, contact=contact)
        return Client(raise_request_exception=False, headers={"authorization": f"Bearer {made.secret}"})

    @staticmethod
    def live(camera_id: int) -> None:
        """There is a live picture of a camera, for as long as the test takes."""
        place = LivePlace(Path(settings.RUN_DIR) / "live", camera_id)
        place.ask()
        place.put(LivePicture(time.time() + 3600, (64, 48), b"a picture"))

    @staticmethod
    def person(role: Role, site: Site | None, agency: Agency | None) -> User:
        user = User.objects.create_user(f"{role.value}-{uuid.uuid4().hex[:6]}")
        give(user, role, site, agency)
        if role is Role.PARTNER:
            Contact.objects.create(user=user, name=user.username, agency=agency)
        return user

    def path(self, address: Address) -> str:
        """The address with one thing of the demo bridge in each of its parts."""
        rule = addresses.rule_named(address.name, address.room)
        things: dict[object, object] = {
            scope.incidents: self.incident.pk, scope.cameras: 1, scope.evidence: Evidence.objects.earliest("pk").pk,
            scope.rotas: 1, scope.policies: 1,
            scope.contacts: self.link.contact_id, scope.windows: self.window.pk, scope.people: self.person_here.pk,
            scope.notes: self.note.pk, scope.wall_screens: self.screens["wall screen"].screen.pk,
            scope.memberships: self.person_here.memberships.get().pk,
        }  # fmt: skip
        thing = things[rule.find] if rule.find is not None else 1

        def part(match: re.Match[str]) -> str:
            kind = match[1] or "str"
            if match[2] == rule.key:
                return str(thing)
            if match[2] == "token" and kind == "slug":
                return self.link.token
            if address.room == "api" and match[2] == "number":
                return str(self.incident.pk if "incidents" in address.path else 1)
            return {"int": "1", "uuid": str(uuid.UUID(int=1))}.get(kind, "x")

        path = re.sub(r"\^?\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "x", address.path)
        return re.sub(r"<(?:(\w+):)?(\w+)>", part, path).replace("\\", "").replace("$", "")


def word(answer: Any) -> str:
    """What came of it, in a word."""
    if answer.status_code in (301, 302) and answer.headers["Location"].startswith("/log-in/?next="):
        return "log-in"
    return {401: "no", 403: "no", 404: "hidden", 405: "-", 410: "hidden"}.get(answer.status_code, "yes")


def tried(client: Client, method: str, path: str, body: str = "") -> str:
    """One request, and everything that it changed is undone, in the browser too: a log-out would hold for the rest."""
    cookies = SimpleCookie(client.cookies)
    with transaction.atomic():
        answer = client.generic(method, path, body, "application/json" if body else "application/octet-stream")
        found = word(answer)
        answer.close()
        transaction.set_rollback(True)
    client.cookies = cookies
    return found


def clients(world: World) -> dict[str, Client]:
    made = {}
    for who, user in world.people.items():
        made[who] = Client(raise_request_exception=False)
        if user is not None:
            made[who].force_login(user)
    for who, key in world.screens.items():
        made[who] = Client(raise_request_exception=False)
        made[who].post(f"/wall/{key.secret}/")
    return made


@pytest.fixture
def world(room: ControlRoom, tmp_path: Path, settings: Any) -> World:
    settings.MEDIA_ROOT, settings.RUN_DIR = tmp_path / "media", tmp_path
    return World(room, tmp_path / "media")
