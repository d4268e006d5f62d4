"""What people do to an incident: one function each, on the database's clock, audited, safe to do twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Now

from alerts import audit
from alerts.escalation import SNOOZE_S, SNOOZES, hold_s
from alerts.models import Attempt, Contact, Incident, Notification
from alerts.planning import reopen
from alerts.standing_down import stand_down
from zones.tier import Tier

LEAST_SNOOZE_S = 60
LONGEST_NOTE = 2000


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
        # Without the key: rows that point to the incident (pages, audit) are still written meanwhile.
        return Incident.objects.select_for_update(no_key=True).get(pk=incident_id)
    except Incident.DoesNotExist as error:
        raise TransitionError(f"There is no incident #{incident_id}.") from error


@transaction.atomic
def acknowledge(incident_id: int, *, by: Contact, via: str) -> Acknowledged:
    """A person takes an incident on; pages that wait are called off. The first one counts."""
    incident = _locked(incident_id)
    if incident.state not in (Incident.State.OPEN, Incident.State.SNOOZED):
        first = incident.acknowledged_by or incident.resolved_by
        return Acknowledged(False, str(first or "nobody"), incident.acknowledged_at or incident.resolved_at)
    hold = timedelta(seconds=hold_s(incident.policy))
    incident.state = Incident.State.ACKNOWLEDGED
    incident.acknowledged_at = Now()
    incident.acknowledged_by = by
    incident.acknowledged_via = via
    incident.next_action_at = Now() + hold
    incident.snoozed_by = None
    incident.version += 1
    incident.save()
    _call_off(incident)
    audit.record(str(by), "acknowledged", incident, via=via)
    incident.refresh_from_db()
    return Acknowledged(True, str(by), incident.acknowledged_at)


@transaction.atomic
def snooze(incident_id: int, *, by: Contact, minutes: float) -> int:
    """A person sets an incident aside for a while; it pages again by itself. Returns the seconds that it will rest.

    Raises:
        TransitionError: it is closed, or was set aside as often as its tier allows.
    """
    incident = _locked(incident_id)
    tier = Tier(incident.tier)
    if incident.state == Incident.State.RESOLVED:
        raise TransitionError(f"Incident #{incident_id} is closed; it cannot be set aside.")
    if incident.snoozes >= SNOOZES[tier]:
        raise TransitionError(
            f"A {tier.word} incident may be set aside {SNOOZES[tier]} times, and #{incident_id} was: "
            "take it on, or close it."
        )
    seconds = max(min(int(minutes * 60), SNOOZE_S[tier]), LEAST_SNOOZE_S)
    incident.state = Incident.State.SNOOZED
    incident.snoozed_by = by
    incident.snoozes += 1
    incident.next_action_at = Now() + timedelta(seconds=seconds)
    incident.version += 1
    incident.save()
    _call_off(incident)
    audit.record(str(by), "set aside", incident, text=f"for {seconds // 60} min")
    return seconds


@transaction.atomic
def add_note(incident_id: int, *, by: Contact | str, text: str) -> None:
    """Keep what somebody said about an incident.

    Raises:
        TransitionError: it is empty or too long.
    """
    if not text.strip():
        raise TransitionError("The note is empty: write a word or two.")
    audit.record(str(by), "note", _locked(incident_id), text=_short_enough(text))


@transaction.atomic
def escalate_now(incident_id: int, *, by: Contact | str) -> None:
    """Do not wait: page the next step at once. One that was taken on or set aside is open again."""
    incident = _locked(incident_id)
    if incident.state == Incident.State.RESOLVED:
        raise TransitionError(f"Incident #{incident_id} is closed; it cannot be escalated.")
    if incident.state != Incident.State.OPEN:
        reopen(incident)
    incident.next_action_at = Now()
    incident.version += 1
    incident.save()
    audit.record(str(by), "escalated now", incident)


@transaction.atomic
def stand_down_others(incident_id: int, *, by: Contact) -> int:
    """Who was paged learns that nobody else is needed, while who took it on sees to it. Returns how many are told.

    Raises:
        TransitionError: nobody has taken it on, it is closed, or there is nobody to tell.
    """
    incident = _locked(incident_id)
    if incident.state != Incident.State.ACKNOWLEDGED:
        raise TransitionError(f"Nobody sees to #{incident_id} now: take it on first, then the others can stand down.")
    told = stand_down(incident, but_for=(by, incident.acknowledged_by))
    if not told:
        raise TransitionError("Nobody else was paged, or all of them know it already.")
    audit.record(str(by), "stood the others down", incident, text=f"{told} told")
    return told


@transaction.atomic
def note_call(incident_id: int, *, by: Contact, who: str) -> None:
    """Keep that somebody was rung up about an incident."""
    audit.record(str(by), "called", _locked(incident_id), text=who[:200])


@transaction.atomic
def resolve(incident_id: int, *, by: Contact, outcome: str, note: str = "") -> None:
    """A person closes an incident with what became of it."""
    if outcome not in Incident.Outcome.values:
        raise TransitionError("Choose an outcome: the incident cannot be closed without one.")
    incident = _locked(incident_id)
    if incident.state == Incident.State.RESOLVED:
        raise TransitionError(
            f"Incident #{incident_id} was already closed by {incident.resolved_by or 'the service'} and stays as it "
            "is: if something is missing, add a note."
        )
    note = _short_enough(note)
    _close(incident, by, outcome, note)
    audit.record(str(by), "closed", incident, outcome=outcome, note=note)


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


@transaction.atomic
def end_drill(incident_id: int, *, note: str) -> None:
    """A rehearsal is over: its incident is closed without a person. Never a real one."""
    incident = _locked(incident_id)
    if not incident.drill:
        raise TransitionError(f"Incident #{incident_id} is no drill: only a person closes it.")
    if incident.state == Incident.State.RESOLVED:
        return
    _close(incident, None, Incident.Outcome.BENIGN, note)
    audit.record("drill", "closed", incident, text=note)


def _close(incident: Incident, by: Contact | None, outcome: str, note: str) -> None:
    incident.state = Incident.State.RESOLVED
    incident.outcome, incident.outcome_note = outcome, note.strip()
    incident.resolved_at = Now()
    incident.resolved_by = by
    incident.next_action_at = None
    incident.version += 1
    incident.save()
    _call_off(incident)
    if incident.subject == Incident.Subject.PERSON:
        stand_down(incident, but_for=(by,))


def _short_enough(note: str) -> str:
    """A note as it is kept: whole, or not at all."""
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise TransitionError(f"The note has {len(note)} characters, at most {LONGEST_NOTE} are kept: make it shorter.")
    return note


def _call_off(incident: Incident) -> None:
    """Pages that still wait are not sent: a person has acted."""
    waiting = Attempt.objects.filter(notification__step_run__incident=incident, state=Attempt.State.QUEUED)
    waiting.exclude(notification__purpose=Notification.Purpose.STAND_DOWN).update(
        state=Attempt.State.CANCELLED, changed_at=Now()
    )
