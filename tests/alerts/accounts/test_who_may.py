"""Every address, tried as nobody, as each role, and as each role of another site or agency.

What comes of it stands in docs/access.md, where the command stands too that writes the page anew.
"""

import os
import re

import pytest
from django.test import Client

from alerts.accounts import addresses
from alerts.api.service import API
from alerts.models import Evidence, Incident
from tests.alerts.accounts.worlds import Address, World, clients, every_address, room, tried, word, world
from tests.made_by_tests import MadePage
from zones.models import Camera

__all__ = ["room", "world"]
PAGE = MadePage("access.md")
SENT = '{"person": "x", "text": "x", "outcome": "benign"}'
pytestmark = [pytest.mark.usefixtures("quiet_log"), pytest.mark.timeout(900)]  # thousands of requests
HERE = ("nobody", "operator", "supervisor", "zone admin", "partner", "auditor", "wall screen")
ADMINS = ("supervisor of every site", "zone admin of every site", "auditor of every site")
GUARDED = (
    "metrics", "partner-unlock", "partner-answer", "twilio-sms", "twilio-status", "twilio-machine", "twilio-voice",
)  # fmt: skip


def rows(world: World, people: dict[str, Client], chosen: list[Address]) -> list[list[str]]:
    """An address and a word for each person: what GET gives, and what POST gives where that is another."""
    found = []
    for address in chosen:
        path = world.path(address)
        words = [both(tried(client, "GET", path), tried(client, "POST", path)) for client in people.values()]
        found.append([shown(address.path), *words])
    return found


def token_rows(world: World, chosen: list[Address]) -> list[list[str]]:
    """A line for each operation of the API."""
    found = []
    for address in chosen:
        path = world.path(address)
        for method in API.get_openapi_schema()["paths"][shown(address.path)]:
            words = [tried(client, method.upper(), path, SENT) for client in world.tokens.values()]
            found.append([f"{method.upper()} {shown(address.path)}", *words])
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
    gone = set(addresses.RULES) - {address.name for address in every_address()}
    assert gone == set(), "rules for addresses that are no more"


def test_who_may_is_what_the_docs_say(world: World) -> None:
    made, every = clients(world), sorted(every_address(), key=lambda each: each.path)
    plain = [address for address in every if address.room != "admin"]
    here = {who: client for who, client in made.items() if who in HERE}
    there = {who: client for who, client in made.items() if who not in (*HERE, *ADMINS)}
    admins = {who: made[who] for who in ADMINS}
    placed = [address for address in plain if addresses.rule_named(address.name, address.room).act is not None]
    operations = [address for address in plain if address.path.startswith("/api/v1/")]
    text = PAGE.with_made(
        "## At their own site, and the agency that was paged", table(rows(world, here, plain), here),
        "## At another site, or of another agency",
        "Addresses that are open, or a person's own, are as above.", table(rows(world, there, placed), there),
        "## The API, by tokens with every scope", table(token_rows(world, operations), world.tokens),
        "## The admin", "Everybody else is refused.",
        table(admin_rows(world, admins, [a for a in every if a.room == "admin"]), admins),
    )  # fmt: skip
    if os.environ.get("HANDRAIL_WRITE_ACCESS"):
        PAGE.write(text)
        return
    assert PAGE.text == text, "who may has changed: look at it, then write the page anew (see above)"


def test_the_admin_is_for_those_whose_role_counts_everywhere(world: World) -> None:
    made = clients(world)
    for who in set(made) - {"nobody", *ADMINS, *world.screens}:
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


def test_a_wall_screen_opens_the_wallboard_and_for_everything_else_is_a_stranger(world: World) -> None:
    made = clients(world)
    for address in every_address():
        path = world.path(address)
        for method in ("GET", "POST"):
            expected = tried(made["nobody"], method, path)
            if address.name in ("wallboard", "wallboard-fragment", "live"):
                expected = "yes" if method == "GET" or address.name == "live" else "-"
            for who in world.screens:
                assert tried(made[who], method, path) == expected, (who, method, path)


def test_what_is_not_theirs_is_not_found(world: World) -> None:
    made = clients(world)
    for path in (f"/incidents/{world.incident.pk}/", f"/evidence/{Evidence.objects.get().pk}/"):
        for who in ("operator", "supervisor", "auditor", "supervisor of every site", "auditor of every site"):
            assert made[who].get(path).status_code == 200, (who, path)
        for who in ("operator elsewhere", "supervisor elsewhere", "auditor elsewhere", "operator of another agency"):
            assert made[who].get(path).status_code == 404, (who, path)
            assert world.incident.place not in made[who].get("/").content.decode()
            assert world.incident.place not in made[who].get("/incidents/").content.decode()
