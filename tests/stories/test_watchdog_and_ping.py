"""When the engine does not page, somebody notices: the watchdog, the console, a supervisor, and an address outside."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from alerts import audit, planning, sending
from alerts.deadman import Deadman
from alerts.heartbeat import alive, beat
from alerts.models import Attempt, Heartbeat, Incident
from alerts.watchdog import Watchdog
from tests.stories.conftest import ControlRoom
from tests.twilio_fake.fixture import TwilioFake
from zones.tier import Tier

OPERATOR, PARTNER = "Olivia", "Bea"


def no_engine_for(seconds: float) -> None:
    """Time goes by and nobody makes a round."""
    with connection.cursor() as cursor:
        for table, column in (
            ("alerts_incident", "next_action_at"),
            ("alerts_attempt", "due_at"),
            ("alerts_attempt", "lease_until"),
            ("alerts_steprun", "started_at"),
            ("alerts_heartbeat", "beat_at"),
        ):
            cursor.execute(
                f"UPDATE {table} SET {column} = {column} - make_interval(secs => %s)",  # noqa: S608
                [seconds],
            )


def test_an_incident_that_is_overdue_is_paged_for_and_can_be_taken_on_by_reply(room: ControlRoom) -> None:
    incident = room.sees()
    assert Watchdog().look() == []
    no_engine_for(11)
    dog = Watchdog()
    assert dog.look() == [incident.pk]
    assert dog.look() == []
    assert room.texts(OPERATOR)
    assert room.texts(PARTNER)
    assert "is yours" in room.fake.account.reply(room.number(PARTNER), "1")
    assert any(text.body.startswith("CRITICAL") for text in room.texts(PARTNER))


def test_a_row_that_makes_no_sense_does_not_end_its_look(room: ControlRoom) -> None:
    poison, other = room.sees(), room.sees()
    Incident.objects.filter(pk=poison.pk).update(policy_snapshot=["no policy at all"])
    no_engine_for(11)
    assert sorted(Watchdog().look()) == [poison.pk, other.pk]
    (text,) = room.texts(OPERATOR)
    assert f"#{poison.pk}" in text.body
    assert f"#{other.pk}" in text.body


def test_a_page_that_no_provider_took_is_noticed_after_20_s(room: ControlRoom) -> None:
    incident = room.sees()
    planning.plan_due()
    no_engine_for(9)
    assert Watchdog().look() == []
    Attempt.objects.filter(channel="sms").update(state=Attempt.State.FAILED_TEMPORARY)
    no_engine_for(12)
    Incident.objects.filter(pk=incident.pk).update(next_action_at="2199-01-01T00:00:00Z")
    assert Watchdog().look() == [incident.pk]


def test_a_sender_that_died_with_no_engine_left_is_noticed(room: ControlRoom) -> None:
    incident = room.sees()
    planning.plan_due()
    assert sending.claim() is not None
    Incident.objects.filter(pk=incident.pk).update(next_action_at="2199-01-01T00:00:00Z")
    no_engine_for(room.LEASE_S + 10)
    assert Watchdog().look() == [incident.pk]


def test_it_has_a_path_of_its_own(room: ControlRoom, second_account: TwilioFake) -> None:
    incident = room.sees()
    no_engine_for(11)
    assert Watchdog().look() == [incident.pk]
    assert room.fake.messages == []
    assert {m.to for m in second_account.messages} >= {room.number(OPERATOR), room.number(PARTNER)}


def test_with_its_own_path_broken_it_takes_the_other(room: ControlRoom, second_account: TwilioFake) -> None:
    room.sees()
    no_engine_for(11)
    for _ in range(8):
        second_account.fail_next(20500, status=503)
    Watchdog().look()
    assert room.texts(OPERATOR)


def test_many_incidents_are_one_message_a_person(room: ControlRoom) -> None:
    numbers = [room.sees().pk for _ in range(7)]
    no_engine_for(11)
    assert sorted(Watchdog().look()) == numbers
    (text,) = room.texts(OPERATOR)
    assert f"#{numbers[0]}" in text.body
    assert "and more" in text.body


def test_what_nobody_could_be_told_of_is_tried_again_at_the_next_look(room: ControlRoom) -> None:
    incident = room.sees()
    no_engine_for(11)
    for _ in range(8):
        room.fake.fail_next(20500, status=503)
    dog = Watchdog()
    dog.look()
    room.fake.account.faults.clear()
    assert dog.look() == [incident.pk]
    assert room.texts(OPERATOR)


def test_it_says_nothing_while_all_is_well_or_somebody_has_it(room: ControlRoom) -> None:
    quiet = room.sees(Tier.NOTICE)
    room.sees()
    room.turn()
    no_engine_for(9)
    assert Watchdog().look() == []
    assert quiet.pk


def test_who_mends_it_is_told_once_that_the_engine_is_away(room: ControlRoom, settings: object) -> None:
    settings.WATCHDOG_NUMBERS = ["+447700900077"]  # type: ignore[attr-defined]
    room.turn()
    no_engine_for(20)
    dog = Watchdog()
    dog.look()
    dog.look()
    (text,) = room.fake.messages
    assert text.to == "+447700900077"
    assert "the engine does not answer" in text.body


# --- What people and supervisors see --------------------------------------------------------------------------
def test_the_console_and_healthz_and_the_command_say_when_paging_is_late(room: ControlRoom) -> None:
    operator = Client()
    operator.force_login(User.objects.get(username="operator"))
    room.turn()
    beat("watchdog")
    assert Client().get("/healthz").status_code == 200
    assert "Paging is late" not in operator.get("/").content.decode()
    call_command("health")
    no_engine_for(20)
    assert "Paging is late: the engine does not answer" in operator.get("/").content.decode()
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert "the engine does not answer" in answer.content.decode()
    with pytest.raises(CommandError, match="the engine does not answer"):
        call_command("health")


@pytest.mark.parametrize(
    ("name", "words"),
    [("watchdog", "The watchdog does not answer"), ("media", "No media worker answers")],
)
def test_a_part_that_was_there_and_is_gone_is_named(room: ControlRoom, name: str, words: str) -> None:
    operator = Client()
    operator.force_login(User.objects.get(username="operator"))
    beat(name)
    room.turn()
    assert words not in operator.get("/").content.decode()
    Heartbeat.objects.filter(name=name).update(beat_at="2020-01-01T00:00:00Z")
    assert words in operator.get("/").content.decode()


# --- The dead-man ping ----------------------------------------------------------------------------------------
class Outside(ThreadingHTTPServer):
    """An address outside that counts pings."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Ear)
        self.heard: list[str] = []
        self.status = 200
        self.slow = threading.Event()
        self.slow.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/ping"


class Ear(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        self.server.slow.wait(20)
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.slow.set()
    server.shutdown()
    server.server_close()


def test_a_healthy_engine_is_heard_outside_with_the_head_of_the_audit_chain(
    room: ControlRoom, outside: Outside
) -> None:
    room.engine._deadman = Deadman(outside.address, 0.0)
    room.sees()
    room.turn()
    room.engine._deadman.wait()
    head = audit.head()
    assert head is not None
    assert outside.heard == [f"audit {head.sequence} {head.hash}"]
    assert alive("deadman", 10)


def test_a_round_that_went_wrong_is_not_heard_outside(
    room: ControlRoom, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.engine._deadman = Deadman(outside.address, 0.0)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE alerts_attempt RENAME TO hidden")
        room.engine.round()
        cursor.execute("ALTER TABLE hidden RENAME TO alerts_attempt")
    room.engine._deadman.wait()
    assert outside.heard == []
    assert not alive("engine", 10)


def test_an_address_that_hangs_or_refuses_holds_up_no_page(room: ControlRoom, outside: Outside) -> None:
    outside.slow.clear()
    outside.status = 500
    room.engine._deadman = Deadman(outside.address, 0.0)
    room.turn()
    room.sees()
    room.turn()
    assert room.texts(OPERATOR)
    assert outside.heard == []
    outside.slow.set()
    room.engine._deadman.wait()
    assert not alive("deadman", 10)


def test_without_a_watchdog_the_outside_is_not_told_that_all_is_well(room: ControlRoom, outside: Outside) -> None:
    beat("watchdog")
    Heartbeat.objects.filter(name="watchdog").update(beat_at="2020-01-01T00:00:00Z")
    room.engine._deadman = Deadman(outside.address, 0.0)
    room.turn()
    room.engine._deadman.wait()
    assert outside.heard == []
