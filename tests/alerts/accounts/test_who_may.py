"""Every address, tried as nobody, as each role, and as each role of another site or agency.

What comes of it stands in docs/access.md, where the command stands too that writes the page anew.
"""

import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from alerts import intake
from alerts.accounts import addresses, scope
from alerts.accounts.roles import Role
from alerts.models import (
    Agency,
    Contact,
    Evidence,
    Incident,
    MaintenanceWindow,
    PartnerLink,
    PolicyStep,
    Rota,
)
from tests.made_by_tests import MadePage
from tests.people import give
from tests.stories.conftest import ControlRoom, room
from zones.models import Camera, Site

__all__ = ["room"]
PAGE = MadePage("access.md")
pytestmark = pytest.mark.usefixtures("quiet_log")
HERE = ("nobody", "operator", "supervisor", "zone admin", "partner", "auditor")
ADMINS = ("supervisor of every site", "zone admin of every site", "auditor of every site")
GUARDED = (
    "metrics", "partner-unlock", "partner-answer", "twilio-sms", "twilio-status", "twilio-machine", "twilio-voice",
)  # fmt: skip


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
        (media / "stills").mkdir(parents=True)
        (media / "stills/1.jpg").write_bytes(b"a picture")
        now = timezone.now()
        intake.attach(self.incident.pk, "still", Path("stills/1.jpg"), starts_at=now, ends_at=now)
        site, other = Site.objects.get(pk=1), Site.objects.create(name="Other Bridge")
        bea = Contact.objects.get(name__startswith="Bea")
        room.engine.round()
        self.link = PartnerLink.objects.create(contact=bea, incident=self.incident, token="ForTheTest")
        self.window = MaintenanceWindow.objects.create(
            site=site, starts_at=now, ends_at=now + timedelta(hours=1), reason="painting", opened_by="x"
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
        self.person_here = self.person(Role.OPERATOR, site, None)

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
            scope.memberships: self.person_here.memberships.get().pk,
        }  # fmt: skip
        thing = things[rule.find] if rule.find is not None else 1

        def part(match: re.Match[str]) -> str:
            kind = match[1] or "str"
            if match[2] == rule.key:
                return str(thing)
            if match[2] == "token" and kind == "slug":
                return self.link.token
            return {"int": "1", "uuid": str(uuid.UUID(int=1))}.get(kind, "x")

        path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "x", address.path).replace("\\", "").replace("$", "")
        return re.sub(r"<(?:(\w+):)?(\w+)>", part, path)


def word(answer: Any) -> str:
    """What came of it, in a word."""
    if answer.status_code in (301, 302) and answer.headers["Location"].startswith("/log-in/?next="):
        return "log-in"
    return {401: "no", 403: "no", 404: "hidden", 405: "-", 410: "hidden"}.get(answer.status_code, "yes")


def tried(client: Client, method: str, path: str) -> str:
    """One request, and everything that it changed is undone."""
    with transaction.atomic():
        answer = client.generic(method, path)
        found = word(answer)
        answer.close()
        transaction.set_rollback(True)
    return found


def clients(world: World) -> dict[str, Client]:
    made = {}
    for who, user in world.people.items():
        made[who] = Client(raise_request_exception=False)
        if user is not None:
            made[who].force_login(user)
    return made


@pytest.fixture
def world(room: ControlRoom, tmp_path: Path, settings: Any) -> World:
    settings.MEDIA_ROOT, settings.RUN_DIR = tmp_path / "media", tmp_path
    return World(room, tmp_path / "media")


def rows(world: World, people: dict[str, Client], chosen: list[Address]) -> list[list[str]]:
    """An address and a word for each person: what GET gives, and what POST gives where that is another."""
    found = []
    for address in chosen:
        path = world.path(address)
        words = [both(tried(client, "GET", path), tried(client, "POST", path)) for client in people.values()]
        found.append([shown(address.path), *words])
    return found


def both(get: str, post: str) -> str:
    if "-" in (get, post) or get == post:
        return get if get != "-" else post
    return f"{get}; POST {post}"


def shown(path: str) -> str:
    """An address as a reader knows it."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
    return re.sub(r"\(\?P\{(\w+)\}(?:[^()]|\([^()]*\))*\)", r"{\1}", path).replace("\\", "")


def table(found: list[list[str]], people: dict[str, Client]) -> str:
    head = ["address", *people]
    lines = [head, ["---"] * len(head), *([f"`{row[0]}`", *row[1:]] for row in found)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def admin_rows(world: World, people: dict[str, Client], chosen: list[Address]) -> list[list[str]]:
    """A line for each model: `yes` where its rows can be changed, `reads` where they can only be looked at."""
    found = {address.path: [tried(c, "GET", world.path(address)) for c in people.values()] for address in chosen}
    lines = []
    for path, adds in found.items():
        if path.endswith("/add/"):
            lists = found[path.removesuffix("add/")]
            both = ["reads" if (seen, new) == ("yes", "no") else new for seen, new in zip(lists, adds, strict=True)]
            lines.append([path.removesuffix("add/"), *both])
    return lines


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    names = {address.name for address in every_address() if address.room not in addresses.ROOMS}
    assert names - set(addresses.RULES) == set(), "who may? write a rule for each into alerts/accounts/addresses.py"
    assert set(addresses.RULES) - names == set(), "rules for addresses that are no more"


def test_who_may_is_what_the_docs_say(world: World) -> None:
    made, every = clients(world), sorted(every_address(), key=lambda each: each.path)
    plain = [address for address in every if address.room != "admin"]
    here = {who: client for who, client in made.items() if who in HERE}
    there = {who: client for who, client in made.items() if who not in (*HERE, *ADMINS)}
    admins = {who: made[who] for who in ADMINS}
    placed = [address for address in plain if addresses.rule_named(address.name, address.room).act is not None]
    text = PAGE.with_made(
        "## At their own site, and the agency that was paged", table(rows(world, here, plain), here),
        "## At another site, or of another agency",
        "Addresses that are open, or a person's own, are as above.", table(rows(world, there, placed), there),
        "## The admin", "Everybody else is refused.",
        table(admin_rows(world, admins, [a for a in every if a.room == "admin"]), admins),
    )  # fmt: skip
    if os.environ.get("HANDRAIL_WRITE_ACCESS"):
        PAGE.write(text)
        return
    assert PAGE.text == text, "who may has changed: look at it, then write the page anew (see above)"


def test_the_admin_is_for_those_whose_role_counts_everywhere(world: World) -> None:
    made = clients(world)
    for who in set(made) - {"nobody", *ADMINS}:
        for path in ("/admin/", "/admin/alerts/policy/", "/admin/alerts/auditevent/", "/admin/auth/user/add/"):
            assert made[who].get(path).status_code == 403, (who, path)
    for who in ADMINS:
        assert made[who].get("/admin/auth/user/").status_code == 403, who
    assert made["auditor of every site"].get("/admin/alerts/policy/").status_code == 403


def test_a_stranger_is_sent_to_the_log_in_and_changes_nothing(world: World) -> None:
    client = Client()
    for address in every_address():
        rule = addresses.rule_named(address.name, address.room)
        path = world.path(address)
        for method in ("GET", "POST"):
            answer = client.generic(method, path)
            assert world.incident.place not in answer.content.decode(errors="replace"), path
            if not rule.open:
                assert word(answer) == ("no" if rule.fetched else "log-in"), (method, path)
            elif answer.status_code in (401, 403):
                assert address.name in GUARDED or address.room == "api", path
    assert Incident.objects.get().state == Incident.State.OPEN
    assert Camera.objects.count() == 2


def test_what_is_not_theirs_is_not_found(world: World) -> None:
    made = clients(world)
    for path in (f"/incidents/{world.incident.pk}/", f"/evidence/{Evidence.objects.get().pk}/"):
        for who in ("operator", "supervisor", "auditor", "supervisor of every site", "auditor of every site"):
            assert made[who].get(path).status_code == 200, (who, path)
        for who in ("operator elsewhere", "supervisor elsewhere", "auditor elsewhere", "operator of another agency"):
            assert made[who].get(path).status_code == 404, (who, path)
            assert world.incident.place not in made[who].get("/").content.decode()
            assert world.incident.place not in made[who].get("/incidents/").content.decode()
