"""Whether paging is on time."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from alerts import lateness
from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.api import scopes
from alerts.api.bearer import needs
from alerts.api.paging import token_of
from alerts.models import Heartbeat

router = Router()


class Part(Schema):
    """A part of the service and its last healthy round."""

    name: str
    beat_at: datetime


class Health(Schema):
    """Whether paging is on time, what is late in words, and every part."""

    well: bool
    late: list[str]
    other: list[str]
    parts: list[Part]


@router.get("/health", response=Health, summary="Health", **needs(scopes.HEALTH))
def read_health(request: HttpRequest) -> dict[str, Any]:
    """The same as `manage.py health`. Of cameras it tells those that the token sees."""
    late = lateness.paging()
    other = [*lateness.parts(), *lateness.unwatched(scope.cameras(token_of(request), Act.SEE_CAMERAS))]
    return {"well": not late, "late": late, "other": other, "parts": list(Heartbeat.objects.order_by("name"))}
