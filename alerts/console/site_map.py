"""The map: where cameras hang, what they look at, the edges that are watched, and the open incidents among them.

The list under the map says the same; the map is drawn from it in the browser.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.console import banners, presenting
from alerts.models import Incident
from zones.geometry import GeometryError
from zones.models import Camera
from zones.placing import LatLon, Sight, compass, outline, sector_along, sight

PAGE = "console/map.html"


@dataclass(frozen=True, slots=True)
class CameraPin:
    """One camera.

    Attributes:
        key: the id of its row in the list.
        words: its name without its site's.
        at: where it hangs; None where that is not known.
        drawn: what of it is on the map, in words.
        sector: the camera and the ends of its view; two points where only its direction is known, none without one.
        edges: the edge lines that are watched.
        site: the key of its site.
        may_edit: whether the person who looks may set it up.
    """

    key: str
    pk: int
    name: str
    words: str
    where: str
    state: str
    good: bool
    at: LatLon | None
    position: str
    looks: str
    drawn: str
    sector: tuple[LatLon, ...]
    edges: tuple[tuple[LatLon, ...], ...]
    site: int
    may_edit: bool

    def as_json(self) -> dict[str, Any]:
        """What the map draws."""
        url = reverse("camera-edit", args=[self.pk]) if self.may_edit else f"#{self.key}"
        return {
            "key": self.key, "url": url, "words": self.words, "shape": "✓" if self.good else "✕", "good": self.good,
            "title": f"Camera {self.name}: {self.state}", "at": self.at, "sector": self.sector, "edges": self.edges,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class IncidentPin:
    """One open incident, at the middle of its zone's edge where that is known, else at its camera."""

    key: str
    number: int
    label: str
    shape: str
    place: str
    who: str
    waits: bool
    at: LatLon | None
    site: int

    def as_json(self) -> dict[str, Any]:
        """What the map draws."""
        return {
            "key": self.key, "url": reverse("incident", args=[self.number]), "words": f"#{self.number} {self.label}",
            "shape": self.shape, "kind": self.label.split()[0], "waits": self.waits, "at": self.at,
            "title": f"#{self.number} {self.label}, {self.place}: {self.who}",
        }  # fmt: skip


@login_required
@require_safe
def site_map(request: HttpRequest, template: str = PAGE) -> HttpResponse:
    """Cameras and open incidents on a map, and as a list; of all sites, or of one."""
    seen = scope.cameras(request.user, Act.SEE_CAMERAS).filter(enabled=True).distinct()
    cameras = list(seen.select_related("site", "status").prefetch_related("zones").order_by("site__name", "name"))
    open_now = list(presenting.unresolved(request.user).select_related("camera__site", "zone", "camera__status"))
    sights = _sights([*(incident.camera for incident in open_now), *cameras])
    theirs = set(scope.cameras(request.user, Act.DRAW).values_list("pk", flat=True))
    pins = [_camera(camera, sights[camera.pk], may_edit=camera.pk in theirs) for camera in cameras]
    incidents = [_incident(incident, sights[incident.camera_id]) for incident in open_now]
    sites = {camera.site_id: camera.site.name for camera in (*cameras, *(i.camera for i in open_now))}
    chosen = next((key for key in sites if str(key) == request.GET.get("site")), None)
    shown = [pin for pin in pins if chosen in (None, pin.site)]
    here = [pin for pin in incidents if chosen in (None, pin.site)]
    context = {
        "sites": sorted(sites.items(), key=lambda site: site[1]),
        "counts": Counter(pin.site for pin in incidents),
        "chosen": chosen,
        "cameras": shown,
        "incidents": here,
        "elsewhere": len(incidents) - len(here),
        "unplaced": sum(pin.at is None for pin in here),
        "placed": any(pin.at for pin in shown) or any(pin.at for pin in here),
        "waiting": sum(pin.waits for pin in incidents),
        "drawing": {
            "cameras": [pin.as_json() for pin in shown if pin.at],
            "incidents": [pin.as_json() for pin in here if pin.at],
            "outlines": _outlines(shown),
        },
        "tiles": settings.MAP_TILES_URL,
        "credit": settings.MAP_TILES_CREDIT,
        "late": banners.warnings(request.user),
        "fragment": template != PAGE,
    }
    return render(request, template, context)


def _sights(cameras: Iterable[Camera]) -> dict[int, Sight | None]:
    """What each camera sees on the earth; None where that is not known."""
    return {camera.pk: _sight(camera) for camera in {camera.pk: camera for camera in cameras}.values()}


def _sight(camera: Camera) -> Sight | None:
    if camera.position is None or camera.heading_deg is None or camera.homography is None:
        return None
    try:
        return sight(camera.view(), camera.position, camera.heading_deg)
    except GeometryError:  # its page says what is wrong with it
        return None


def _camera(camera: Camera, seen: Sight | None, *, may_edit: bool) -> CameraPin:
    line = presenting.camera_line(camera)
    at, heading = camera.position, camera.heading_deg
    only_ahead = sector_along(at, heading) if at and heading is not None else ()
    lamp = f"lamp column {camera.lamp_column}" if camera.lamp_column else ""
    return CameraPin(
        key=f"camera-{camera.pk}",
        pk=camera.pk,
        name=line.name,
        words=camera.name,
        where=", ".join(part for part in (camera.side, lamp, camera.grid_reference) if part),
        state=line.state,
        good=line.good,
        at=at,
        position=camera.position_words,
        looks="" if heading is None else f"{compass(heading)}, {heading:.0f}°",
        drawn=_drawn(camera, seen),
        sector=seen.sector if seen else only_ahead,
        edges=tuple(seen.edges.values()) if seen else (),
        site=camera.site_id,
        may_edit=may_edit,
    )


def _drawn(camera: Camera, seen: Sight | None) -> str:
    if camera.position is None:
        return "not on the map: its position is not known"
    if camera.heading_deg is None:
        return "its place only: which way it looks is not known"
    if seen is None:
        return "its place and direction only: it is not calibrated"
    return "its place, its view and its edges"


def _incident(incident: Incident, seen: Sight | None) -> IncidentPin:
    return IncidentPin(
        key=f"incident-{incident.pk}",
        number=incident.pk,
        label=incident.label,
        shape=presenting.shape(incident),
        place=presenting.where(incident),
        who=presenting.who(incident),
        waits=incident.state == Incident.State.OPEN,
        at=(seen.middle_of(incident.zone_name) if seen else None) or incident.camera.position,
        site=incident.camera.site_id,
    )


def _outlines(pins: Sequence[CameraPin]) -> list[tuple[LatLon, ...]]:
    """A line around each site."""
    known: dict[int, list[LatLon]] = {}
    for pin in pins:
        if pin.at:
            known.setdefault(pin.site, []).extend([pin.at, *(place for edge in pin.edges for place in edge)])
    return [outline(places) for places in known.values()]
