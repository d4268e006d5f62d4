"""The chain of who did what: nothing in it can be changed unseen."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from alerts import transitions
from alerts.models import AuditEvent, Contact
from tests.stories.conftest import ControlRoom


def test_every_act_is_in_the_chain_and_the_chain_holds(room: ControlRoom, capsys: pytest.CaptureFixture[str]) -> None:
    incident = room.sees()
    operator = Contact.objects.get(name__startswith="Olivia")
    transitions.acknowledge(incident.pk, by=operator, via="console")
    transitions.add_note(incident.pk, by=operator, text="talking to them")
    transitions.resolve(incident.pk, by=operator, outcome="supported")
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["opened", "acknowledged", "note", "closed"]
    call_command("verify_audit")


def test_the_database_refuses_to_change_or_delete_an_event(room: ControlRoom) -> None:
    room.sees()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEvent.objects.update(actor="nobody")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEvent.objects.all().delete()


def test_a_change_by_somebody_who_switched_the_trigger_off_is_found(room: ControlRoom) -> None:
    room.sees()
    room.sees()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE alerts_auditevent DISABLE TRIGGER alerts_audit_append_only")
        cursor.execute(
            "UPDATE alerts_auditevent SET actor = 'somebody else' WHERE id = (SELECT min(id) FROM alerts_auditevent)"
        )
        cursor.execute("ALTER TABLE alerts_auditevent ENABLE TRIGGER alerts_audit_append_only")
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_audit")
