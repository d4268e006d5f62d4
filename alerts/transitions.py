"""What people do to an incident: one function each, on the database's clock, audited, safe to do twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now

from alerts import audit
from alerts.models import Attempt, Contact, Incident


class TransitionError(ValueError):
    """What was asked for cannot be done now; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Whether this acknowledgement took effect, or who had been first."""

    took_effect: bool
    by: str
    at: datetime | None


def contact_of(user: AbstractBaseUser) -> Contact:
    """The contact of a log-in, made at first need so that every act has a name."""
    contact, _ = Contact.objects.get_or_create(
        user_id=user.pk,
        defaults={"name": user.get_full_name() or user.get_username()},  # type: ignore[attr-defined]
    )
    return contact


def _locked(incident_id: int) -> Incident:
    try:
        return Incident.objects.select_for_update().get(pk=incident_id)
    except Incident.DoesNotExist as error:
        raise TransitionError(f"There is no incident #{incident_id}.") from error


@transaction.atomic
def acknowledge(incident_id: int, *, by: Contact, via: str) -> Acknowledged:
    """A person takes an incident on; pages that wait are called off. The first one counts."""
    incident = _locked(incident_id)
    if incident.state != Incident.State.OPEN:
        first = incident.acknowledged_by or incident.resolved_by
        return Acknowledged(False, str(first or "nobody"), incident.acknowledged_at or incident.resolved_at)
    hold = timedelta(seconds=int(incident.policy_snapshot.get("acknowledged_for_s", 900)))
    incident.state = Incident.State.ACKNOWLEDGED
    incident.acknowledged_at = Now()
    incident.acknowledged_by = by
    incident.acknowledged_via = via
    incident.next_action_at = Now() + hold
    incident.version += 1
    incident.save()
    Attempt.objects.filter(notification__step_run__incident=incident, state=Attempt.State.QUEUED).update(
        state=Attempt.State.CANCELLED, changed_at=Now()
    )
    audit.record(str(by), "acknowledged", incident, via=via)
    incident.refresh_from_db()
    return Acknowledged(True, str(by), incident.acknowledged_at)


@transaction.atomic
def add_note(incident_id: int, *, by: Contact | str, text: str) -> None:
    """Keep what somebody said about an incident."""
    if not text.strip():
        raise TransitionError("The note is empty: write a word or two.")
    audit.record(str(by), "note", _locked(incident_id), text=text.strip()[:2000])


@transaction.atomic
def escalate_now(incident_id: int, *, by: Contact | str) -> None:
    """Do not wait: page the next step at once. An acknowledged incident is open again."""
    incident = _locked(incident_id)
    if incident.state == Incident.State.RESOLVED:
        raise TransitionError(f"Incident #{incident_id} is closed; it cannot be escalated.")
    if incident.state == Incident.State.ACKNOWLEDGED:
        reopen(incident)
    incident.next_action_at = Now()
    incident.version += 1
    incident.save()
    audit.record(str(by), "escalated now", incident)


def reopen(incident: Incident) -> None:
    """Back to open: the escalation starts again from its first step. The caller holds the row's lock and saves."""
    incident.state = Incident.State.OPEN
    incident.acknowledged_at = incident.acknowledged_by = None
    incident.acknowledged_via = ""
    incident.run += 1
    incident.loop = incident.step = 0


@transaction.atomic
def resolve(incident_id: int, *, by: Contact, outcome: str, note: str = "") -> None:
    """A person closes an incident with what became of it."""
    if outcome not in Incident.Outcome.values:
        raise TransitionError("Choose an outcome: the incident cannot be closed without one.")
    incident = _locked(incident_id)
    if incident.state == Incident.State.RESOLVED:
        raise TransitionError(f"Incident #{incident_id} was already closed by {incident.resolved_by or 'the service'}.")
    _close(incident, by, outcome, note)
    audit.record(str(by), "closed", incident, outcome=outcome, note=note.strip())


@transaction.atomic
def clear(incident_id: int, *, note: str) -> None:
    """A camera sees again: its incident is over without a person. Never for a person's."""
    incident = _locked(incident_id)
    if incident.subject != Incident.Subject.CAMERA:
        raise TransitionError(f"Incident #{incident_id} is about a person: only a person closes it.")
    if incident.state == Incident.State.RESOLVED:
        return
    _close(incident, None, Incident.Outcome.FAULT, note)
    audit.record("engine", "cleared", incident, text=note)


def _close(incident: Incident, by: Contact | None, outcome: str, note: str) -> None:
    incident.state = Incident.State.RESOLVED
    incident.outcome, incident.outcome_note = outcome, note.strip()
    incident.resolved_at = Now()
    incident.resolved_by = by
    incident.next_action_at = None
    incident.version += 1
    incident.save()
    Attempt.objects.filter(notification__step_run__incident=incident, state=Attempt.State.QUEUED).update(
        state=Attempt.State.CANCELLED, changed_at=Now()
    )
