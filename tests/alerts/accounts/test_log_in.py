"""Logging in: by password, with a second step, by the organisation's provider; and what happens when it fails."""

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client

from alerts.accounts.roles import Role
from alerts.models import AuditEvent, FailedLogIn, Membership
from tests.alerts.accounts.conftest import PASSWORD, failures, is_in, log_in
from tests.oidc_provider import Provider

WRONG = "The user name or the password is not right."


def later(minutes: float) -> None:
    FailedLogIn.objects.update(at=F("at") - timedelta(minutes=minutes))


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def with_app(client: Client) -> str:
    """Set up an authenticator app; gives its secret."""
    address = "/account/second-step/totp/activate/"
    assert client.get(address).headers["Location"].startswith("/account/confirm/?next=")  # the password, once more
    client.post("/account/confirm/", {"password": PASSWORD, "next": address})
    page = client.get(address).content.decode()
    found = re.search(r'value="([A-Z2-7]{32})"', page)
    assert found is not None, page
    answer = client.post("/account/second-step/totp/activate/", {"code": code_of(found[1])})
    assert answer.headers["Location"] == "/account/second-step/recovery-codes/"
    return found[1]


def test_a_log_in_leads_back_to_where_one_was_and_is_audited(demo: None) -> None:
    client = Client()
    asked = client.get("/incidents/?tier=3").headers["Location"]
    assert asked == "/log-in/?next=/incidents/%3Ftier%3D3"
    assert log_in(client, next="/incidents/?tier=3").headers["Location"] == "/incidents/?tier=3"
    assert log_in(Client(), next="https://elsewhere.example/").headers["Location"] == "/"
    assert AuditEvent.objects.filter(action="logged in", actor="operator").count() == 2


def test_a_wrong_password_and_an_unknown_name_are_refused_alike(demo: None) -> None:
    wrong, unknown = log_in(Client(), password="wrong"), log_in(Client(), name="nobody-here")
    words = [re.sub(r'value="[^"]*"', "", page.content.decode()) for page in (wrong, unknown)]
    assert WRONG in words[0]
    assert words[0] == words[1]


@pytest.mark.parametrize("path", ["/account/signup/", "/signup/", "/account/password/reset/", "/account/email/"])
def test_nobody_signs_up_and_nothing_goes_by_mail(demo: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_nobody_can_lock_the_operator_out_at_their_desk(demo: None) -> None:
    desk, stranger = Client(), Client(REMOTE_ADDR="198.51.100.7")
    log_in(desk)
    desk.post("/log-out/")
    for _ in range(5):
        log_in(stranger, password="guess")
    assert "Wait 15 min" in log_in(stranger).content.decode()  # the right password too
    failures(40)
    assert "Wait 15 min" in log_in(Client(REMOTE_ADDR="192.0.2.1")).content.decode()
    assert log_in(desk).status_code == 302
    held = AuditEvent.objects.filter(action="log-in held")
    assert held.get().detail == {"name": "operator", "address": "198.51.100.7", "minutes": 15}
    later(15.1)
    assert log_in(stranger).status_code == 302


def test_one_persons_failures_do_not_hold_their_colleagues_behind_the_same_address(demo: None) -> None:
    client = Client()
    for _ in range(6):
        log_in(client, password="guess")
    assert "Wait" in log_in(client).content.decode()
    assert log_in(client, name="supervisor").status_code == 302


def test_whoever_needs_a_second_step_is_led_to_it_and_asked_for_it(demo: None, settings: Any) -> None:
    settings.SECOND_STEP_ROLES = ["supervisor"]
    client = Client()
    assert log_in(client, "supervisor").headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/account/second-step/"
    assert client.get("/live/").status_code == 403
    secret = with_app(client)
    assert client.get("/").status_code == 200
    client.post("/log-out/")
    assert log_in(client, "supervisor").headers["Location"] == "/account/second-step/authenticate/"
    assert client.get("/").headers["Location"].startswith("/log-in/")
    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    from django.core.cache import cache

    cache.clear()  # a code is good once: the fresh one of the next half minute would be another
    assert client.post("/account/second-step/authenticate/", {"code": code_of(secret)}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    operator = Client()
    log_in(operator)
    assert operator.get("/").status_code == 200  # operators may, and need not


def test_codes_are_held_after_a_few_wrong_ones_and_a_recovery_code_is_good_once(demo: None) -> None:
    client = Client()
    log_in(client)
    with_app(client)
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for code in recovery[:1] * 2:
        client.post("/log-out/")
        log_in(client)
        answer = client.post("/account/second-step/authenticate/", {"code": code})
    assert answer.status_code == 200  # the second time it was used up
    for _ in range(9):
        answer = client.post("/account/second-step/authenticate/", {"code": "000000"})
    assert "Wait 15 min" in client.post("/account/second-step/authenticate/", {"code": recovery[1]}).content.decode()
    assert AuditEvent.objects.filter(action="log-in held", detail__name="second step of operator").exists()
    assert log_in(Client(), "supervisor").status_code == 302


def test_a_new_password_ends_every_other_log_in(demo: None) -> None:
    here, there = Client(), Client()
    log_in(here)
    log_in(there)
    new = {"oldpassword": PASSWORD, "password1": "another one, 12 long", "password2": "another one, 12 long"}
    assert here.post("/account/password/", new).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)


def through(provider: Provider, client: Client) -> Any:
    """A person's browser goes to the provider and comes back."""
    page = client.get("/log-in/").content.decode()
    assert "Log in with the council" in page
    to = client.get("/account/sso/oidc/sso/login/?process=login").headers["Location"]
    assert to.startswith(provider.issuer)
    back = requests.get(to, allow_redirects=False, timeout=5).headers["Location"]
    return client.get(urlsplit(back).path, dict(p.split("=", 1) for p in urlsplit(back).query.split("&")), follow=True)


def test_the_organisations_provider_logs_in_who_has_a_log_in_here(demo: None, provider: Provider) -> None:
    client = Client()
    assert through(provider, client).status_code == 200
    assert is_in(client)
    assert AuditEvent.objects.filter(action="log-in linked", actor="operator").exists()
    provider.person |= {"preferred_username": "supervisor"}  # the person stays who they were at first
    again = Client()
    through(provider, again)
    assert int(again.session["_auth_user_id"]) == User.objects.get(username="operator").pk


@pytest.mark.parametrize("name", ["mallory", "root", "", "roleless"])
def test_who_has_none_here_is_told_so(demo: None, provider: Provider, name: str) -> None:
    User.objects.create_superuser("root", password=PASSWORD)
    User.objects.create_user("roleless")
    provider.person = {"sub": "7", "preferred_username": name}
    client = Client()
    assert "has no log-in here yet" in through(provider, client).content.decode()
    assert not is_in(client)
    assert not User.objects.filter(username="mallory").exists()


def test_a_log_in_that_the_provider_refuses_says_so(demo: None, provider: Provider) -> None:
    provider.refuses = True
    client = Client()
    assert "Try again" in through(provider, client).content.decode()
    assert not is_in(client)


def test_a_closed_log_in_is_out_at_once_and_roles_end_with_the_next_page(demo: None) -> None:
    client = Client()
    log_in(client)
    Membership.objects.filter(user__username="operator", role=Role.OPERATOR.value).delete()
    assert client.get("/").headers["Location"] == "/account/"
    assert "None yet" in client.get("/account/").content.decode()
    User.objects.filter(username="operator").update(is_active=False)
    assert not is_in(client)
    assert log_in(Client()).headers["Location"] == "/account/closed/"
