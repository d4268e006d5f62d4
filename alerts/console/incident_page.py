"""What stands on an incident's page beside the words: the clip's parts, the drawn zone, the place, whom to ring up."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from alerts.models import Contact, Evidence, Incident, Notification

CONTROL_ROOM, EMERGENCY = "control-room", "999"


@dataclass(frozen=True, slots=True)
class ClipPart:
    """One part of a clip; the first holds the moment of the concern."""

    number: int
    url: str
    overlay_url: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """The incident's zone as it is drawn over pictures, in pixels of the analysed picture, as SVG writes points."""

    width: int
    height: int
    area: str
    edge: str


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who can be rung up."""

    key: str
    name: str
    number: str


def clip_parts(incident: Incident) -> list[ClipPart]:
    """The parts of the clip, oldest first."""
    kept = sorted(incident.evidence.all(), key=lambda e: (e.starts_at, e.pk))
    overlays = {e.path.rsplit(".", 1)[0]: e.pk for e in kept if e.kind == Evidence.Kind.OVERLAY}
    clips = [e for e in kept if e.kind == Evidence.Kind.CLIP]
    return [
        ClipPart(
            number=number,
            url=reverse("evidence", args=[clip.pk]),
            overlay_url=_overlay(overlays.get(clip.path.rsplit(".", 1)[0])),
            starts_at=clip.starts_at,
            ends_at=clip.ends_at,
        )
        for number, clip in enumerate(clips, start=1)
    ]


def _overlay(key: int | None) -> str:
    return reverse("evidence", args=[key]) if key else ""


def chosen_part(parts: list[ClipPart], wanted: str) -> ClipPart | None:
    """The part that is asked for, or the first."""
    return next((part for part in parts if str(part.number) == wanted), parts[0] if parts else None)


def drawn(incident: Incident) -> Drawn | None:
    """The zone that it is about; None for one that was never about a zone."""
    zone, camera = incident.zone, incident.camera
    if zone is None:
        return None
    return Drawn(camera.width, camera.height, _points(zone.polygon), _points(zone.edge))


def _points(line: list[list[float]]) -> str:
    return " ".join(f"{x:.0f},{y:.0f}" for x, y in line)


def location(incident: Incident) -> list[tuple[str, str]]:
    """Where it is, in the words that a responder asks for; what is not known is left out."""
    camera = incident.camera
    found = (
        ("Site", camera.site.name),
        ("Side", camera.side),
        ("Lamp column", camera.lamp_column),
        ("Camera", camera.name),
        ("Zone", incident.zone_name),
        ("Grid reference", camera.grid_reference),
        ("Position of the camera", camera.position_words),
        ("Control room", camera.site.control_room_phone),
    )
    return [(label, value) for label, value in found if value]


def callees(incident: Incident) -> list[Callee]:
    """Whom to ring up: the site's control room, who has taken it on, who was paged, and the emergency number."""
    found = []
    phone = incident.camera.site.control_room_phone
    if phone:
        found.append(Callee(CONTROL_ROOM, f"Control room of {incident.camera.site}", phone))
    paged = Notification.objects.filter(step_run__incident=incident)
    contacts = Contact.objects.filter(pk__in=paged.values("contact")).exclude(mobile="").select_related("agency")
    taken = incident.acknowledged_by
    people = {contact.pk: contact for contact in ([taken] if taken and taken.mobile else [])}
    people.update({contact.pk: contact for contact in contacts.order_by("pk") if contact.pk not in people})
    found += [Callee(str(contact.pk), str(contact), contact.mobile) for contact in people.values()]
    return [*found, Callee(EMERGENCY, "Emergency services", EMERGENCY)]
