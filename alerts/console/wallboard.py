"""The wallboard: what the room must know from across it. No pictures, no names: visitors see it too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from alerts.accounts import wall_screens
from alerts.console import banners, presenting
from alerts.models import Incident
from zones.tier import Tier

SHOWN = 12  # rows that can be read from across a room


@dataclass(frozen=True, slots=True)
class Tile:
    """How many of one tier are open, and since when the oldest of them waits for somebody; None where none waits."""

    tier: str
    shape: str
    count: int
    waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """One open incident without its people."""

    number: int
    label: str
    shape: str
    place: str
    state: str
    waits: bool
    since: datetime


def tiles(incidents: Sequence[Incident]) -> list[Tile]:
    """One tile for each tier that pages, the most pressing first."""
    return [_tile(tier, incidents) for tier in (Tier.CRITICAL, Tier.URGENT, Tier.CONCERN)]


def _tile(tier: Tier, incidents: Sequence[Incident]) -> Tile:
    of_tier = [i for i in incidents if i.tier == tier and i.subject == Incident.Subject.PERSON and not i.drill]
    waits = min((i.first_frame_at for i in of_tier if i.state == Incident.State.OPEN), default=None)
    return Tile(tier.word, presenting.SHAPES[tier], len(of_tier), waits)


def rows(incidents: Sequence[Incident]) -> list[Row]:
    """The open incidents by tier, then age."""
    return [
        Row(
            number=incident.pk,
            label=incident.label,
            shape=presenting.shape(incident),
            place=presenting.where(incident),
            state="nobody has taken it on" if incident.state == Incident.State.OPEN else incident.get_state_display(),
            waits=incident.state == Incident.State.OPEN,
            since=incident.first_frame_at,
        )
        for incident in incidents
    ]


@require_safe
def wallboard(request: HttpRequest, template: str = "console/wallboard.html") -> HttpResponse:
    """Open concerns by tier and age, cameras that cannot see, and whether paging is well."""
    viewer = wall_screens.viewer(request)  # let in by the gate, with a log-in or a key
    incidents = list(presenting.unresolved(viewer))
    cameras = presenting.cameras(viewer)
    listed = rows(incidents)
    context = {
        "tiles": tiles(incidents),
        "rows": listed[:SHOWN],
        "more": max(len(listed) - SHOWN, 0),
        "waiting": sum(row.waits for row in listed),
        "blind": [camera for camera in cameras if not camera.good],
        "cameras": len(cameras),
        "late": banners.late(viewer),
        "works": banners.works(viewer),
        "now": timezone.now(),
        "screen": None if viewer is request.user else viewer,
    }
    return render(request, template, context)
