"""Sites, cameras and zones. No address of a camera, no user name and no password is ever told."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.api import scopes
from alerts.api.bearer import needs
from alerts.api.etags import tagged
from alerts.api.paging import InPath, Key, PageOf, page_of, token_of
from alerts.models import ApiToken
from zones import geojson, versions
from zones.models import Camera, Site, Zone

router = Router()


class SiteOut(Schema):
    """A place with cameras."""

    id: int
    name: str
    time_zone: str


class CameraOut(Schema):
    """A camera and what it does now."""

    id: int
    site: int
    name: str
    place: str
    latitude: float | None
    longitude: float | None
    heading_deg: float | None
    enabled: bool
    state: str
    since: datetime | None
    last_frame_at: datetime | None
    faults: list[str]
    width: int
    height: int
    calibrated: bool
    version: int


class ZoneOut(Schema):
    """A zone on a camera's picture; points are image pixels, x to the right, y down."""

    id: int
    camera: int
    name: str
    kind: str
    enabled: bool
    silent: bool
    polygon: list[list[float]]
    edge: list[list[float]]


class Sites(Schema):
    """A page of sites."""

    items: list[SiteOut]
    next: int | None


class Cameras(Schema):
    """A page of cameras."""

    items: list[CameraOut]
    next: int | None


class Zones(Schema):
    """A page of zones."""

    items: list[ZoneOut]
    next: int | None


class CameraPage(PageOf):
    """Cameras of one site, or of all."""

    site: Key | None = None


class ZonePage(PageOf):
    """Zones of one camera, or of all."""

    camera: Key | None = None


@router.get("/sites", response=Sites, summary="Sites", **needs(scopes.SITES))
def list_sites(request: HttpRequest, page: Query[PageOf]) -> dict[str, Any]:
    """The sites that the token may see; for an agency's, those with a camera that is shared with it."""
    token = token_of(request)
    of_cameras = scope.cameras(token, Act.SEE_CAMERAS).values("site")
    seen = Site.objects.filter(Q(pk__in=scope.sites(token, Act.SEE_CAMERAS)) | Q(pk__in=of_cameras))
    rows, after = page_of(seen, page)
    return {"items": rows, "next": after}


@router.get("/cameras", response=Cameras, summary="Cameras", **needs(scopes.SITES))
def list_cameras(request: HttpRequest, page: Query[CameraPage]) -> dict[str, Any]:
    """Cameras with their state."""
    rows = _cameras(token_of(request))
    if page.site is not None:
        rows = rows.filter(site=page.site)
    found, after = page_of(rows, page)
    return {"items": [_camera(camera) for camera in found], "next": after}


@router.get("/cameras/{number}", response=CameraOut, summary="One camera", **needs(scopes.SITES))
def read_camera(request: HttpRequest, path: InPath) -> dict[str, Any]:
    """One camera with its state."""
    rows = _cameras(token_of(request))
    return _camera(get_object_or_404(rows, pk=path.number))


@router.get("/zones", response=Zones, summary="Zones", **needs(scopes.ZONES))
def list_zones(request: HttpRequest, page: Query[ZonePage]) -> dict[str, Any]:
    """Zones that are drawn now."""
    rows = _zones(token_of(request))
    if page.camera is not None:
        rows = rows.filter(camera=page.camera)
    found, after = page_of(rows, page)
    return {"items": [_zone(zone) for zone in found], "next": after}


@router.get("/zones/{number}", response=ZoneOut, summary="One zone", **needs(scopes.ZONES))
def read_zone(request: HttpRequest, path: InPath) -> dict[str, Any]:
    """One zone."""
    rows = _zones(token_of(request))
    return _zone(get_object_or_404(rows, pk=path.number))


GEOJSON = {"200": {"description": "OK", "content": {"application/geo+json": {"schema": {"type": "object"}}}}}
ZONES_AS_GEOJSON = needs(scopes.ZONES)
ZONES_AS_GEOJSON["openapi_extra"] |= {"responses": GEOJSON}


@router.get("/cameras/{number}/zones.geojson", response={200: None}, summary="Drawing as GeoJSON", **ZONES_AS_GEOJSON)
def read_drawing(request: HttpRequest, path: InPath) -> HttpResponse:
    """Everything drawn on a camera's picture, as the editor exports it; coordinates are image pixels.

    A token that sees only some of the camera's zones is not shown the drawing: see `/v1/zones`.
    """
    token = token_of(request)
    kept_back = Zone.objects.filter(removed_at=None).exclude(pk__in=_zones(token)).values("camera")
    camera = get_object_or_404(_cameras(token).exclude(pk__in=kept_back), pk=path.number)
    content = geojson.write(versions.document(camera))
    return tagged(request, JsonResponse(content, content_type="application/geo+json"))


def _cameras(token: ApiToken) -> QuerySet[Camera]:
    return scope.cameras(token, Act.SEE_CAMERAS).select_related("site", "status")


def _zones(token: ApiToken) -> QuerySet[Zone]:
    return scope.zones(token, Act.SEE_CAMERAS).filter(removed_at=None)


def _camera(camera: Camera) -> dict[str, Any]:
    status = getattr(camera, "status", None)
    return {
        "id": camera.pk,
        "site": camera.site_id,
        "name": camera.name,
        "place": camera.place,
        "latitude": camera.latitude,
        "longitude": camera.longitude,
        "heading_deg": camera.heading_deg,
        "enabled": camera.enabled,
        "state": status.state if status else "off",
        "since": status.since if status else None,
        "last_frame_at": status.last_frame_at if status else None,
        "faults": sorted(status.faults) if status else [],
        "width": camera.width,
        "height": camera.height,
        "calibrated": camera.homography is not None,
        "version": versions.newest(camera),
    }


def _zone(zone: Zone) -> dict[str, Any]:
    names = ("name", "kind", "enabled", "silent", "polygon", "edge")
    return {"id": zone.pk, "camera": zone.camera_id, **{name: getattr(zone, name) for name in names}}
