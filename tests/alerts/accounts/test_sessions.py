"""How long a log-in lasts: idleness, shifts, and an operator's console that must not fall asleep."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts.accounts import sessions
from alerts.accounts.limits import HOUR, LIMITS, limits_of
from alerts.accounts.roles import Role
from alerts.models import AuditEvent
from tests.alerts.accounts.conftest import is_in, log_in
from tests.people import give


def later(client: Client, seconds: float) -> None:
    """Time goes by for a log-in."""
    session = client.session
    for key in (sessions.BEGAN, sessions.SEEN):
        session[key] -= seconds
    session.save()


@pytest.fixture
def auditor(demo: None) -> Client:
    client = Client()
    client.force_login(give(User.objects.create_user("ada"), Role.AUDITOR))
    return client


@pytest.fixture
def operator(demo: None) -> Client:
    client = Client()
    log_in(client)
    return client


def test_an_idle_log_in_ends_and_leads_back(auditor: Client) -> None:
    later(auditor, 29 * 60)
    assert is_in(auditor)
    later(auditor, 31 * 60)
    answer = auditor.get("/incidents/", follow=True)
    assert answer.redirect_chain == [("/log-in/?next=/incidents/", 302)]
    assert "Your log-in has ended" in answer.content.decode()
    assert AuditEvent.objects.filter(action="log-in ran out", actor="ada").exists()


def test_an_open_page_is_no_sign_that_an_auditor_is_there(auditor: Client) -> None:
    for _ in range(4):
        later(auditor, 9 * 60)
        auditor.get("/fragments/open/")
        sessions.watched(auditor.session.session_key or "")
    assert not is_in(auditor)


def test_an_operators_open_console_stays_awake_until_the_shift_is_over(operator: Client) -> None:
    key = operator.session.session_key or ""
    for _ in range(25):
        later(operator, 0.5 * HOUR - 60)
        left = sessions.watched(key)
        assert left > 0
    assert is_in(operator)
    assert left < HOUR
    later(operator, HOUR)
    assert sessions.watched(key) <= 0
    assert not is_in(operator)


def test_one_log_in_too_many_ends_the_oldest(demo: None) -> None:
    browsers = [Client() for _ in range(LIMITS[Role.OPERATOR].sessions + 1)]
    for browser in browsers:
        log_in(browser)
    assert [is_in(browser) for browser in browsers] == [False, True, True, True, True]
    assert sessions.watched(browsers[1].session.session_key or "") > 0


def test_ones_own_log_ins_are_listed_and_the_others_ended(operator: Client) -> None:
    other = Client(HTTP_USER_AGENT="Firefox at home")
    log_in(other)
    key = other.session.session_key or ""
    assert "Firefox at home" in operator.get("/account/sessions/").content.decode()
    operator.post("/account/sessions/")
    assert sessions.watched(key) == 0
    assert (is_in(operator), is_in(other)) == (True, False)


def test_with_several_roles_the_strictest_counts_but_who_is_on_duty_keeps_the_console() -> None:
    assert limits_of([Role.AUDITOR, Role.ZONE_ADMIN]) == limits_of([Role.ZONE_ADMIN, Role.AUDITOR])
    both = limits_of([Role.AUDITOR, Role.ZONE_ADMIN])
    assert (both.idle_s, both.longest_s, both.sessions) == (0.5 * HOUR, 10 * HOUR, 2)
    assert limits_of([Role.AUDITOR, Role.OPERATOR]).watching
    assert not limits_of([Role.OPERATOR], superuser=True).watching
    assert limits_of([]).longest_s == HOUR
