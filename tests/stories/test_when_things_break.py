"""Operators that hang, databases that go away, rows that make no sense, clocks that jump: pages go out all the same."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from alerts import clock, database, planning, reconciling, sending
from alerts.models import Attempt, Contact, Heartbeat, Incident
from tests.stories.conftest import ControlRoom
from zones.tier import Tier

OPERATOR = "Olivia"


@contextmanager
def operator_hangs_on(incident: Incident) -> Iterator[None]:
    """Somebody holds the incident's lock in a transaction that does not end."""
    locked, let_go = threading.Event(), threading.Event()

    def hang() -> None:
        with transaction.atomic():
            Incident.objects.select_for_update().get(pk=incident.pk)
            locked.set()
            let_go.wait(30)
        connection.close()

    thread = threading.Thread(target=hang)
    thread.start()
    locked.wait(10)
    yield
    let_go.set()
    thread.join()


def test_an_operator_who_hangs_with_one_incident_holds_up_no_other(room: ControlRoom) -> None:
    held = room.sees()
    with operator_hangs_on(held):
        other = room.sees()
        room.turn()
        assert [f"#{other.pk}" in m.body for m in room.texts(OPERATOR)] == [True]
    room.turn()
    assert len(room.texts(OPERATOR)) == 2


def test_a_page_that_waits_goes_out_while_somebody_holds_its_incident(
    room: ControlRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "OPTIONS", {**connections.settings["default"]["OPTIONS"]})
    database.limit_for_paging()  # as the engine's process does
    incident = room.sees()
    planning.plan_due()
    with operator_hangs_on(incident):
        room.turn()
        assert room.texts(OPERATOR)


def test_a_connection_that_hangs_in_a_transaction_is_ended_by_the_database(room: ControlRoom) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone()[0] != "0"


def test_a_row_that_makes_no_sense_holds_up_no_other(room: ControlRoom, caplog: pytest.LogCaptureFixture) -> None:
    poison = room.sees()
    step = {"wait_s": 10**15, "channels": ["sms"], "everyone": True}  # no clock of a database reaches so far
    Incident.objects.filter(pk=poison.pk).update(policy_snapshot={"steps": [step]})
    others = [room.sees() for _ in range(3)]
    room.turn()
    assert len(room.texts(OPERATOR)) == len(others)
    assert f"incident {poison.pk} could not be escalated" in caplog.text
    poison.refresh_from_db()
    assert poison.next_action_at is not None


def test_a_policy_that_cannot_be_read_pages_everybody_and_a_person_can_take_it_on(room: ControlRoom) -> None:
    incident = room.sees()
    Incident.objects.filter(pk=incident.pk).update(policy_snapshot=["no policy at all"])
    room.turn()
    phones = Contact.objects.filter(active=True).exclude(mobile="").values_list("mobile", flat=True)
    assert {m.to for m in room.fake.messages} == set(phones)
    assert "is yours" in room.fake.account.reply(room.number(OPERATOR), "1")


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_set_before_the_first_page_delays_it_by_seconds(room: ControlRoom, hours: int) -> None:
    incident = room.sees()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_incident SET next_action_at = next_action_at - make_interval(hours => %s)", [hours]
        )
    clock.steady()
    room.later(6)
    assert any(f"#{incident.pk} " in m.body for m in room.texts(OPERATOR))


def test_a_clock_that_was_set_back_leaves_no_concern_waiting_in_our_numbers_queue(room: ControlRoom) -> None:
    room.sees(Tier.CONCERN)
    room.turn()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alerts_senderpace SET next_at = next_at + interval '3 hours'")
    waiting = room.sees(Tier.CONCERN)
    room.turn()
    assert not any(f"#{waiting.pk} " in m.body for m in room.fake.messages)
    clock.steady()
    room.later(5)
    assert any(f"#{waiting.pk} " in m.body for m in room.fake.messages)


def test_an_attempt_that_makes_no_sense_holds_up_no_other(room: ControlRoom) -> None:
    bad, good = room.sees(), room.sees()
    planning.plan_due()
    for incident in (bad, good):
        attempt = Attempt.objects.get(notification__step_run__incident=incident, channel="sms")
        Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.UNKNOWN)
    broken = Attempt.objects.get(notification__step_run__incident=bad, channel="sms")
    broken.notification.channels = 5
    broken.notification.save()
    room.later(11)
    assert any(f"#{good.pk} " in m.body for m in room.texts(OPERATOR))


def test_connections_that_are_cut_are_opened_again(room: ControlRoom) -> None:
    room.sees()
    room.turn()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    room.sees()
    room.turn()
    assert len(room.texts(OPERATOR)) == 2


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_set_delays_no_page_for_long(room: ControlRoom, hours: int) -> None:
    incident = room.sees()
    room.turn()
    with connection.cursor() as cursor:  # to the engine a clock set back looks as if every instant had moved ahead
        cursor.execute(
            "UPDATE alerts_incident SET next_action_at = next_action_at - make_interval(hours => %s)", [hours]
        )
        cursor.execute("UPDATE alerts_attempt SET due_at = due_at - make_interval(hours => %s)", [hours])
    clock.steady()
    for _ in range(4):
        room.later(20)
    assert len({m.to for m in room.fake.messages}) == 3
    incident.refresh_from_db()
    assert incident.state == Incident.State.OPEN


def test_what_was_taken_on_or_set_aside_is_left_alone_by_the_steadying(room: ControlRoom) -> None:
    from alerts import transitions

    person = Contact.objects.get(name__startswith=OPERATOR)
    taken, aside, open_ = room.sees(), room.sees(Tier.CONCERN), room.sees()
    transitions.acknowledge(taken.pk, by=person, via="console")
    transitions.snooze(aside.pk, by=person, minutes=30)
    room.turn()
    assert open_.pk
    assert clock.steady() == 0


def test_a_beat_from_the_future_says_nothing(room: ControlRoom) -> None:
    from alerts.lateness import engine_is_away

    room.turn()
    assert not engine_is_away()
    Heartbeat.objects.filter(name="engine").update(beat_at="2199-01-01T00:00:00Z")
    assert engine_is_away()


def test_what_went_out_though_the_answer_was_lost_is_found_in_the_providers_list(room: ControlRoom) -> None:
    room.fake.account.callbacks = "lost"
    incident = room.sees()
    room.fake.fail_next(line="drop_after")
    room.turn()
    attempt = Attempt.objects.get(notification__step_run__incident=incident, channel="sms")
    assert (attempt.state, attempt.provider_sid) == (Attempt.State.UNKNOWN, "")
    room.later(6)
    attempt.refresh_from_db()
    assert attempt.provider_sid == room.texts(OPERATOR)[0].sid
    assert attempt.state in (Attempt.State.ACCEPTED, Attempt.State.SENT, Attempt.State.DELIVERED)
    room.later(8)
    assert len(room.texts(OPERATOR)) == 1, "found, so nobody is paged twice"


def test_what_never_went_out_is_not_found_and_goes_again(room: ControlRoom) -> None:
    room.sees()
    room.fake.fail_next(line="drop_before")
    room.turn()
    assert room.texts(OPERATOR) == []
    room.later(6)
    room.later(6)
    assert len(room.texts(OPERATOR)) == 1


def test_the_answer_of_the_provider_is_kept_though_the_connection_is_cut(room: ControlRoom) -> None:
    room.sees()
    planning.plan_due()
    number = sending.claim()
    assert number is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
        connection.close()

    thread = threading.Thread(target=cut)
    thread.start()
    thread.join()
    sending.keep(number, Attempt.State.ACCEPTED, sid="SM" + "0" * 32)
    assert Attempt.objects.get(pk=number).state == Attempt.State.ACCEPTED


def test_nothing_is_asked_twice_by_two_engines(room: ControlRoom) -> None:
    incident = room.sees()
    room.fake.account.callbacks = "lost"
    room.turn()
    Attempt.objects.filter(notification__step_run__incident=incident).update(due_at="2020-01-01T00:00:00Z")
    assert len(reconciling._silent()) == 1
    assert reconciling._silent() == []
