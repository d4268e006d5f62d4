"""How paging did: the page and the spreadsheet, from incidents that really ran."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts import transitions
from alerts.models import Contact, Incident
from alerts.reports import figures
from alerts.reports.cases import cases_between
from alerts.reports.views import chosen
from tests.stories.conftest import ControlRoom
from zones.tier import Tier


@pytest.fixture
def operator(room: ControlRoom) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    return client


def a_day(room: ControlRoom) -> None:
    """A partner takes on the first; the operator the second; the third has a phone that is off."""
    first = room.sees()
    room.turn()
    room.later(16)
    room.fake.account.reply(room.number("Bea"), f"1 {first.pk}")
    second = room.sees(Tier.CONCERN)
    room.turn()
    transitions.acknowledge(second.pk, by=Contact.objects.get(name__startswith="Olivia"), via="console")
    room.fake.account.phone(room.number("Olivia")).sms = "30003"
    room.sees(Tier.URGENT)
    room.turn()
    room.later(3)


def test_an_empty_report_says_what_to_do(operator: Client) -> None:
    text = operator.get("/reports/").content.decode()
    assert "Nothing was paged in this time." in text
    assert "/who-is-paged/" in text


def test_the_page_shows_tiers_agencies_errors_and_who_answers(operator: Client, room: ControlRoom) -> None:
    a_day(room)
    text = operator.get("/reports/").content.decode()
    shown = ("3 incidents", "critical", "urgent", "Bridge Watch", "River Rescue", "Bea, Bridge Watch", "no answer yet")
    for words in (*shown, "30003: the phone was off or out of reach", "<svg"):
        assert words in text, words


def test_a_responder_is_a_partner_and_the_operator_is_not(operator: Client, room: ControlRoom) -> None:
    a_day(room)
    from django.test import RequestFactory

    critical, concern, urgent = cases_between(
        *chosen(RequestFactory().get("/reports/")).instants, seen=Incident.objects.all()
    )
    assert critical.responder_s is not None
    assert critical.responder_s == critical.acknowledged_s
    assert concern.acknowledged_s is not None
    assert concern.responder_s is None
    assert urgent.acknowledged_s is None
    answers = {line.contact: line for line in figures.answers([critical, concern, urgent])}
    assert answers["Bea, Bridge Watch (Bridge Watch (demo))"].answered == 1
    assert answers["Ravi, River Rescue (River Rescue (demo))"].median_s is None


def test_the_spreadsheet_has_one_line_an_incident_and_runs_no_formula(operator: Client, room: ControlRoom) -> None:
    Contact.objects.filter(name__startswith="Olivia").update(name="=HYPERLINK(1)")
    room.sees()
    room.turn()
    answer = operator.get("/reports/incidents.csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(lines) == 1
    assert lines[0]["tier"] == "critical"
    assert lines[0]["told"].startswith("'=HYPERLINK")
    assert float(lines[0]["paged_s"]) >= 0
    assert lines[0]["acknowledged_s"] == ""


@pytest.mark.parametrize("query", ["from=x&to=y", "from=2026-02-02&to=2026-01-01", "from=0001-01-01&to=9999-12-31"])
def test_a_period_that_makes_no_sense_is_the_last_30_days(operator: Client, query: str) -> None:
    text = operator.get(f"/reports/?{query}").content.decode()
    assert "Nothing was paged in this time." in text
