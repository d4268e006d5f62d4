"""Incidents: read, taken on, noted and closed. What changes one is done in a person's name, and says which person."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from alerts import audit, transitions
from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.api import scopes
from alerts.api.bearer import needs
from alerts.api.paging import InPath, Key, PageOf, page_of, token_of
from alerts.models import ApiToken, Contact, Incident
from zones.tier import Tier

router = Router()
State = Literal["open", "acknowledged", "snoozed", "resolved"]
TierWord = Literal["notice", "concern", "urgent", "critical"]
Outcome = Literal[
    "supported", "declined", "not_located", "incident", "benign", "false_detection", "fault", "duplicate", "unknown"
]
NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=transitions.LONGEST_NOTE, pattern=NO_NUL)
]
Person = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=NO_NUL),
    Field(description="The person who decided this, as your system knows them. Never send it for a machine."),
]


def _as_written(value: object) -> object:
    """A time as RFC 3339 writes it: a bare number could be seconds or milliseconds, and is refused."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[Tt ].+", value):
        return value
    raise ValueError("write a time with its zone: 2027-03-14T01:30:00Z")


def _in_utc(value: datetime) -> datetime:
    """The same instant in UTC: PostgreSQL knows no zones beyond 15 h 59 min."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("write a time between the years 1 and 9999") from error


Instant = Annotated[AwareDatetime, BeforeValidator(_as_written), AfterValidator(_in_utc)]


class Reason(Schema):
    """One cue behind an incident, in words and as it was measured."""

    cue: str
    words: str
    value: float | None = None
    unit: str | None = None


class IncidentOut(Schema):
    """One incident. Nothing in it identifies the person at risk."""

    id: int
    kind: str
    subject: Literal["person", "camera"]
    drill: bool
    tier: TierWord
    state: State
    version: int
    site: int
    camera: int
    zone: int | None
    place: str
    zone_name: str
    first_frame_at: datetime
    opened_at: datetime
    next_action_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    outcome: str
    reasons: list[Reason]


class Incidents(Schema):
    """A page of incidents, newest first."""

    items: list[IncidentOut]
    next: int | None


class IncidentPage(PageOf):
    """Which incidents are asked for."""

    state: State | None = None
    tier: Annotated[TierWord | None, Field(description="This tier and higher.")] = None
    site: Key | None = None
    since: Annotated[Instant | None, Field(description="Opened then or later, with a time zone.")] = None


class Acknowledge(Schema):
    """Somebody takes an incident on."""

    person: Person


class Note(Schema):
    """What somebody said."""

    person: Person
    text: Words


class Close(Schema):
    """Somebody closes an incident."""

    person: Person
    outcome: Outcome
    note: Annotated[str, StringConstraints(max_length=transitions.LONGEST_NOTE, pattern=NO_NUL)] = ""


class Acknowledged(Schema):
    """Whether it took effect, or who was first."""

    took_effect: bool
    by: str
    incident: IncidentOut


@router.get("/incidents", response=Incidents, summary="Incidents", **needs(scopes.READ))
def list_incidents(request: HttpRequest, page: Query[IncidentPage]) -> dict[str, Any]:
    """Incidents, newest first."""
    rows = _seen_by(token_of(request))
    if page.state:
        rows = rows.filter(state=page.state)
    if page.tier:
        rows = rows.filter(tier__gte=Tier[page.tier.upper()])
    if page.site is not None:
        rows = rows.filter(camera__site=page.site)
    if page.since:
        rows = rows.filter(opened_at__gte=page.since)
    found, after = page_of(rows, page, newest_first=True)
    return {"items": [_incident(incident) for incident in found], "next": after}


@router.get("/incidents/{number}", response=IncidentOut, summary="One incident", **needs(scopes.READ))
def read_incident(request: HttpRequest, path: InPath) -> dict[str, Any]:
    """One incident."""
    return _incident(get_object_or_404(_seen_by(token_of(request)), pk=path.number))


@router.post(
    "/incidents/{number}/acknowledge", response=Acknowledged, summary="Take it on", **needs(scopes.ACKNOWLEDGE)
)
def acknowledge(request: HttpRequest, path: InPath, asked: Acknowledge) -> dict[str, Any]:
    """A person takes the incident on: paging stops. Sent twice, the first one counts."""
    with transaction.atomic():
        token, by, incident = _act(request, path.number)
        result = transitions.acknowledge(incident.pk, by=by, via="api")
        _keep_who(token, incident, asked.person, "acknowledge")
    return {"took_effect": result.took_effect, "by": result.by, "incident": _again(token, incident)}


@router.post("/incidents/{number}/notes", response={201: IncidentOut}, summary="Add a note", **needs(scopes.NOTE))
def add_note(request: HttpRequest, path: InPath, asked: Note) -> Status[dict[str, Any]]:
    """Keep what somebody said. It is part of the audit chain and stays: write no name of a person at risk."""
    with transaction.atomic():
        token, by, incident = _act(request, path.number)
        transitions.add_note(incident.pk, by=by, text=asked.text)
        _keep_who(token, incident, asked.person, "note")
    return Status(HTTPStatus.CREATED, _again(token, incident))


@router.post("/incidents/{number}/close", response=IncidentOut, summary="Close it", **needs(scopes.CLOSE))
def close(request: HttpRequest, path: InPath, asked: Close) -> dict[str, Any]:
    """A person closes the incident with what became of it."""
    with transaction.atomic():
        token, by, incident = _act(request, path.number)
        transitions.resolve(incident.pk, by=by, outcome=asked.outcome, note=asked.note)
        _keep_who(token, incident, asked.person, "close")
    return _again(token, incident)


def _seen_by(token: ApiToken) -> Any:
    rows = scope.incidents(token, Act.SEE_INCIDENTS)
    return rows.select_related("camera", "acknowledged_by__agency", "resolved_by__agency").prefetch_related("concerns")


def _act(request: HttpRequest, number: int) -> tuple[ApiToken, Contact, Incident]:
    """The token, in whose name it acts, and the incident, if it may see it."""
    token = token_of(request)
    if token.contact is None:
        raise HttpError(403, "This token has no contact in whose name it could act. Make a new one.")
    return token, token.contact, get_object_or_404(_seen_by(token), pk=number)


def _keep_who(token: ApiToken, incident: Incident, person: str, act: str) -> None:
    """The audit says which person of the other system it was."""
    audit.record(str(token.contact), f"by API: {act}", incident, token=token.prefix, person=person)


def _again(token: ApiToken, incident: Incident) -> dict[str, Any]:
    return _incident(_seen_by(token).get(pk=incident.pk))


def _incident(incident: Incident) -> dict[str, Any]:
    newest = max(incident.concerns.all(), key=lambda report: (report.tier, report.frame_at), default=None)
    names = ("kind", "subject", "drill", "state", "version", "place", "zone_name", "outcome")
    times = ("first_frame_at", "opened_at", "next_action_at", "acknowledged_at", "resolved_at")
    return {
        "id": incident.pk,
        **{name: getattr(incident, name) for name in (*names, *times)},
        "tier": Tier(incident.tier).word,
        "site": incident.camera.site_id,
        "camera": incident.camera_id,
        "zone": incident.zone_id,
        "acknowledged_by": str(incident.acknowledged_by) if incident.acknowledged_by else None,
        "resolved_by": str(incident.resolved_by) if incident.resolved_by else None,
        "reasons": list(newest.reasons) if newest else [],
    }
