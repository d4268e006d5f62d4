"""The chain of who did what: nothing in it can be changed unseen, and nobody who writes in it holds up a page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from alerts import anchors, audit, transitions
from alerts.models import AuditEvent, AuditLink, AuditPending, Contact
from tests.conftest import NO_TRUNCATE
from tests.stories.conftest import ControlRoom


def refused(match: str) -> None:
    with pytest.raises(CommandError, match=match):
        call_command("verify_audit")


@contextmanager
def triggers_off() -> Iterator[None]:
    """Somebody with the database's highest rights."""
    with connection.cursor() as cursor:
        for table in NO_TRUNCATE:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table, truncation in NO_TRUNCATE.items():
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {truncation}")


def test_every_act_is_in_the_chain_and_the_chain_holds(room: ControlRoom, capsys: pytest.CaptureFixture[str]) -> None:
    incident = room.sees()
    operator = Contact.objects.get(name__startswith="Olivia")
    transitions.acknowledge(incident.pk, by=operator, via="console")
    transitions.add_note(incident.pk, by=operator, text="talking to them")
    transitions.resolve(incident.pk, by=operator, outcome="supported")
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["opened", "acknowledged", "note", "closed"]
    room.turn()
    assert AuditLink.objects.count() == 4
    assert not AuditPending.objects.exists()
    call_command("verify_audit")
    assert "4 audit events, 4 in the chain, every hash fits" in capsys.readouterr().out


def test_the_database_refuses_to_change_delete_or_empty_it(room: ControlRoom) -> None:
    room.sees()
    room.turn()
    for model in (AuditEvent, AuditLink):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            model.objects.all().delete()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEvent.objects.update(actor="nobody")
    for table, trigger in NO_TRUNCATE.items():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def test_a_change_by_somebody_who_switched_the_triggers_off_is_found_and_named(room: ControlRoom) -> None:
    room.sees()
    room.sees()
    room.turn()
    first = AuditEvent.objects.earliest("pk")
    with triggers_off():
        AuditEvent.objects.filter(pk=first.pk).update(actor="somebody else")
    refused(f"audit event {first.pk} .opened")


def test_an_event_that_was_deleted_is_missed(room: ControlRoom) -> None:
    room.sees()
    room.sees()
    room.turn()
    first = AuditEvent.objects.earliest("pk")
    with triggers_off():
        AuditEvent.objects.filter(pk=first.pk).delete()
    refused(f"audit event {first.pk} was deleted")
    with triggers_off():
        AuditLink.objects.filter(event_number=first.pk).delete()
    refused("link 1 is missing")


def test_an_event_that_was_slipped_in_beside_the_chain_is_found(room: ControlRoom) -> None:
    incident = room.sees()
    room.turn()
    with triggers_off():
        AuditEvent.objects.create(actor="nobody", action="acknowledged", incident=incident)
    refused("stands outside the chain")


def test_a_tail_that_was_cut_off_is_missed_by_the_anchor_outside(room: ControlRoom) -> None:
    room.sees()
    room.turn()
    room.sees()
    audit.chain()
    head = audit.head()
    assert head is not None
    anchors.keep(Path(settings.AUDIT_ANCHORS), head)
    last = AuditEvent.objects.latest("pk")
    with triggers_off():
        AuditLink.objects.filter(event_number=last.pk).delete()
        AuditEvent.objects.filter(pk=last.pk).delete()
    refused("the chain's tail was cut off")


def test_the_engine_keeps_an_anchor_outside_the_database(room: ControlRoom) -> None:
    room.sees()
    room.turn()
    assert anchors.kept(Path(settings.AUDIT_ANCHORS)) == [audit.head()]


def test_somebody_who_hangs_with_an_event_half_written_holds_up_no_page(room: ControlRoom) -> None:
    written, go_on = threading.Event(), threading.Event()

    def operator() -> None:
        with transaction.atomic():
            audit.record("an operator", "note", None, text="and then the line breaks")
            written.set()
            go_on.wait(30)
        connection.close()

    hanging = threading.Thread(target=operator)
    hanging.start()
    written.wait(10)
    room.sees()
    room.turn()
    assert room.texts("Olivia")
    assert AuditLink.objects.count() == 1
    go_on.set()
    hanging.join()
    room.turn()
    assert AuditLink.objects.count() == 2
    call_command("verify_audit")
