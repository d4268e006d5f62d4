"""Bad input to log-ins, roles, the API, and settings; and a database that is away."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from alerts import transitions
from alerts.accounts.roles import Role
from alerts.models import Contact
from tests.alerts.accounts.conftest import failures
from tests.alerts.api.conftest import System
from tests.bad_input.case import Act, bad
from tests.bad_input.world import World, detail, main_of, said, send
from tests.people import give

ROOM = "Log-ins and roles"
API = "The API"
SERVICE = "The service itself"
ROLES = "every role"
COUNTED = "alerts_apicall"
TRIED = "alerts_failedlogin alerts_auditevent alerts_auditpending"
ROOT = Path(__file__).resolve().parents[2]


@bad(ROOM, "a wrong password", "log-in", wrong="user name or the password is not right", do="Check capital letters",
     kept="the log-in; the try is counted", grows=TRIED)  # fmt: skip
def wrong_password(world: World) -> Act:
    return lambda: said(world.stranger.post("/log-in/", {"login": "operator", "password": "guess"}))


@bad(ROOM, "a wrong password, many times", "log-in", wrong="too many tries that failed", do="log in with a passkey",
     kept="the log-in: who has logged in at that browser before is not held", grows=TRIED)  # fmt: skip
def many_wrong_passwords(world: World) -> Act:
    failures(100)
    return lambda: said(world.stranger.post("/log-in/", {"login": "operator", "password": "guess"}))


@bad(ROOM, "an address that is for others", "any page", wrong="is for others",
     do="Ask the person who gives out log-ins", kept="everything")  # fmt: skip
def not_allowed(world: World) -> Act:
    return lambda: main_of(world.operator.post("/retention/lock/", {"incident": "1", "reason": "x"}))


@bad(
    ROOM,
    "a weak new password",
    "account, Password",
    wrong="too short",
    do="at least 12 characters",
    kept="the password",
)
def weak_password(world: World) -> Act:
    form = {"oldpassword": "demo", "password1": "short1", "password2": "short1"}
    olivia = User.objects.get(username="operator")
    olivia.set_password("demo")
    olivia.save()
    browser = Client()
    browser.force_login(olivia)
    return lambda: said(browser.post("/account/password/", form))


def _gives(world: World, by: str, person: str, **form: str) -> Act:
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(username=by))
    number = User.objects.get(username=person).pk
    return lambda: said(browser.post(f"/people/{number}/give/", {"role": "operator", **form}))


@bad(ROOM, "a role without a reason", "person, Give a role", wrong='"Why" is empty', do="fill it in", kept=ROLES)
def role_without_reason(world: World) -> Act:
    return _gives(world, "supervisor", "operator", why="")


@bad(ROOM, "a role for oneself", "person, Give a role", wrong="Nobody changes their own roles",
     do="ask another supervisor", kept=ROLES)  # fmt: skip
def own_role(world: World) -> Act:
    return _gives(world, "supervisor", "supervisor", role="auditor", why="I would like to")


@bad(
    ROOM,
    "a role that somebody holds already",
    "person, Give a role",
    wrong="holds this role already",
    do="",
    kept=ROLES,
)
def role_twice(world: World) -> Act:
    give(User.objects.create_user("kim"), Role.OPERATOR)
    return _gives(world, "supervisor", "kim", why="again")


@bad(ROOM, "a browser that sends no subscription", "devices, Connect", wrong="is no subscription", do="cannot be kept",
     kept="every device")  # fmt: skip
def no_subscription(world: World) -> Act:
    return lambda: send(world.operator, "/devices/add/", {"endpoint": 7}).content.decode()


# --- The API --------------------------------------------------------------------------------------------------
@bad(API, "a body of the wrong shape", "POST …/notes", wrong="body/asked/text", do="Field required",
     kept="the incident; the request is counted", grows=COUNTED, counts="alerts_apitoken")  # fmt: skip
def wrong_shape(world: World) -> Act:
    system, incident = System(), world.incident()
    return lambda: detail(system.post(f"/incidents/{incident.pk}/notes", {"person": "Kim", "note": "?"}))


@bad(API, "a body that is no JSON", "POST …/close", wrong="is no JSON", do="Send what /api/openapi.json",
     kept="the incident; the request is counted", grows=COUNTED, counts="alerts_apitoken")  # fmt: skip
def no_json(world: World) -> Act:
    system, incident = System(), world.incident()
    return lambda: detail(
        system.client.post(f"/api/v1/incidents/{incident.pk}/close", "{", content_type="application/json")
    )


@bad(API, "a forged token", "any address", wrong="valid token", do="Send a valid token", kept="everything")
def forged_token(world: World) -> Act:
    client = Client(headers={"authorization": "Bearer hr_00000000_" + "x" * 43})
    return lambda: detail(client.get("/api/v1/incidents"))


@bad(API, "a token that may only read", "POST …/close", wrong='lacks the scope "incidents:close"',
     do="an administrator makes one", kept="the incident; the request is counted", grows=COUNTED,
     counts="alerts_apitoken")  # fmt: skip
def missing_scope(world: World) -> Act:
    system, incident = System("incidents:read"), world.incident()
    return lambda: detail(system.post(f"/incidents/{incident.pk}/close", {"person": "Kim", "outcome": "benign"}))


@bad(API, "closing twice", "POST …/close", wrong="was already closed by", do="add a note",
     kept="the first outcome; the request is counted", grows=COUNTED, counts="alerts_apitoken")  # fmt: skip
def closed_twice(world: World) -> Act:
    system, incident = System(), world.incident()
    transitions.resolve(incident.pk, by=Contact.objects.get(name__startswith="Olivia"), outcome="supported")
    return lambda: detail(system.post(f"/incidents/{incident.pk}/close", {"person": "Kim", "outcome": "benign"}))


@bad(API, "the number of no incident", "GET …/incidents/…", wrong="nothing here", do="this token may see",
     kept="everything; the request is counted", grows=COUNTED, counts="alerts_apitoken")  # fmt: skip
def no_such_incident(world: World) -> Act:
    system = System()
    return lambda: detail(system.get("/incidents/999999"))


# --- The service ----------------------------------------------------------------------------------------------
def _while_the_database_is_away(ask: Callable[[], Any]) -> Any:
    """An answer of a thread whose own connection finds nobody where the database should be."""
    place = connection.settings_dict
    kept, found = dict(place), list[Any]()

    def asks() -> None:
        found.append(ask())

    place.update(HOST="127.0.0.1", PORT="1")
    try:
        thread = threading.Thread(target=asks)
        thread.start()
        thread.join()
    finally:
        place.update(kept)
    return found[0]


@bad(SERVICE, "a note while the database is away", "incident, Add a note", wrong="The database does not answer",
     do="send it again", kept="the incident; what was typed stands in the page before")  # fmt: skip
def database_away(world: World) -> Act:
    incident = world.incident()

    def act() -> str:
        path, form = f"/incidents/{incident.pk}/note/", {"text": "crew is with them"}
        answer = _while_the_database_is_away(lambda: world.operator.post(path, form))
        assert answer.status_code == 503
        return main_of(answer)

    return act


def _starts_with(**settings: str) -> Act:
    def act() -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import welfare.settings"], cwd=ROOT, env={**os.environ, **settings},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        return done.stderr.strip().splitlines()[-1].split(": ", 1)[1]

    return act


@bad(SERVICE, "a retention that is too short", "setting RETENTION_DAYS", wrong="ring: 0 days", do="must be at least",
     kept="everything: nothing starts")  # fmt: skip
def impossible_retention(world: World) -> Act:
    return _starts_with(RETENTION_DAYS="ring=0")


@bad(
    SERVICE,
    "a class that there is not",
    "setting RETENTION_DAYS",
    wrong='"clips"',
    do="",
    kept="everything: nothing starts",
)
def unknown_class(world: World) -> Act:
    return _starts_with(RETENTION_DAYS="clips=30")


@bad(SERVICE, "another database than PostgreSQL", "setting DATABASE_URL", wrong="must name a PostgreSQL database",
     do="claims and triggers need it", kept="everything: nothing starts")  # fmt: skip
def other_database(world: World) -> Act:
    return _starts_with(DATABASE_URL="sqlite:///x.db")
