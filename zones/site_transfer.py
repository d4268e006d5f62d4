"""One site in one file: cameras with their place and everything drawn on their pictures. Passwords never leave.

    {"handrail": "site", "name": ..., "time_zone": ..., "control_room_phone": ...,
     "cameras": [{"name", "source", "username", …, "drawing": as in zones/drawing.py}]}

Loading is one transaction: what is wrong is told for every camera at once, and nothing is half-loaded.
"""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from zones import versions
from zones.address import host, without_login
from zones.drawing import DrawingError, Problem
from zones.models import Camera, Site, known_time_zone

PLACE = (
    *("source", "main_source", "username", "enabled", "loop", "side", "lamp_column", "grid_reference"),
    *("latitude", "longitude", "heading_deg"),
)


def dump(site: Site) -> dict[str, Any]:
    """The whole site, JSON-able."""
    return {
        "handrail": "site",
        "name": site.name,
        "time_zone": site.time_zone,
        "control_room_phone": site.control_room_phone,
        "cameras": [_camera(camera) for camera in site.cameras.order_by("name")],
    }


def _camera(camera: Camera) -> dict[str, Any]:
    drawing = versions.document(camera)
    zones = [{k: v for k, v in zone.items() if k != "key"} for zone in drawing["zones"]]
    place = {name: getattr(camera, name) for name in PLACE}
    place |= {name: without_login(place[name])[0] for name in ("source", "main_source")}
    return {"name": camera.name, **place, "drawing": drawing | {"zones": zones}}


def load(content: Any, *, by: str) -> tuple[Site, list[str]]:
    """Make or change a site and its cameras as a file says; cameras that it does not name are left alone.

    Args:
        content: parsed JSON.
        by: kept with each version.

    Returns:
        The site, and what was changed in words.

    Raises:
        DrawingError: everything that is wrong, each with its camera and zone; nothing was changed.
    """
    if not isinstance(content, dict) or content.get("handrail") != "site":
        raise DrawingError(
            [Problem("", 'the file is no site file: "handrail": "site" is missing; dump_site writes one')]
        )
    problems: list[Problem] = []
    told: list[str] = []
    with transaction.atomic():
        site = _site(content, problems)
        names: set[str] = set()
        for n, item in enumerate(content.get("cameras") or []):
            name = item.get("name") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name.strip() or name in names:
                problems.append(Problem("", f"camera {n + 1} has no name of its own"))
                continue
            names.add(name)
            told += _load_camera(site, name, item, by, problems)
        if problems:
            raise DrawingError(problems)
    return site, told


def _site(content: dict[str, Any], problems: list[Problem]) -> Site:
    name, zone = content.get("name"), content.get("time_zone", "Europe/London")
    if not isinstance(name, str) or not name.strip() or len(name) > 80:
        raise DrawingError([Problem("", "the site has no name of at most 80 characters")])
    try:
        known_time_zone(zone)
    except ValidationError as error:
        problems.append(Problem("", " ".join(error.messages)))
    phone = str(content.get("control_room_phone", ""))[:20]
    return Site.objects.update_or_create(name=name, defaults={"time_zone": zone, "control_room_phone": phone})[0]


def _load_camera(site: Site, name: str, item: dict[str, Any], by: str, problems: list[Problem]) -> list[str]:
    camera = Camera.objects.filter(site=site, name=name).first()
    made = camera is None
    camera = camera or Camera(site=site, name=name)
    before = {host(camera.source), host(camera.main_source)}
    for field in PLACE:
        if field in item:
            setattr(camera, field, item[field])
    where = f'camera "{name}": '
    try:
        camera.full_clean(exclude=["site"])
    except ValidationError as error:
        for field, said in error.message_dict.items():
            problems.append(Problem("", where + ("" if field == NON_FIELD_ERRORS else f"{field}: ") + " ".join(said)))
        return []
    moved = not {host(camera.source), host(camera.main_source)} <= before | {(None, None)}
    forgotten = moved and bool(camera.sealed_password)
    if forgotten:
        camera.sealed_password = ""
    camera.save()
    try:
        version = versions.save(camera.pk, item.get("drawing", {}), by=by, why="loaded from a site file")
    except DrawingError as error:
        problems += [Problem("", where + problem.words) for problem in error.problems]
        return []
    changes = version.difference if version else []
    told = ["added"] if made else []
    if forgotten:
        told.append("its address has changed, so its password must be entered again")
    return [where + part for part in [*told, *changes]]
