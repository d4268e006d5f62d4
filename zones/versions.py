"""Saving what is drawn: one transaction changes calibration, zones and masks, and keeps the version that says so."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from zones import difference
from zones.drawing import Drawing, DrawingError, Problem, parse
from zones.models import Camera, PictureVersion, Zone
from zones.signals import picture_saved

PICTURE = ("width", "height", "homography", "calibration", "rail_height_m", "masks", "occluders")
"""Fields of a camera that a drawing fills."""


class StaleDrawingError(ValueError):
    """Somebody saved another version while this one was being drawn; nothing was changed."""


def document(camera: Camera) -> dict[str, Any]:
    """Everything drawn on a camera's picture now, as zones/drawing.py describes it."""
    return {
        "size": [camera.width, camera.height],
        "homography": camera.homography,
        "calibration": camera.calibration,
        "rail_height_m": camera.rail_height_m,
        "masks": camera.masks,
        "occluders": camera.occluders,
        "zones": [
            {
                "key": zone.pk,
                **{name: getattr(zone, name) for name in ("name", "kind", "enabled", "silent", "polygon", "edge")},
                **{name: getattr(zone, name) for name in ("hours", "overrides", "override_reason")},
            }
            for zone in camera.zones.filter(removed_at=None).order_by("pk")
        ],
    }


def newest(camera: Camera) -> int:
    """Number of the newest version, 0 where none was saved yet."""
    return camera.versions.aggregate(newest=Max("number"))["newest"] or 0


@transaction.atomic
def save(camera_id: int, value: Any, *, by: str, why: str, based_on: int | None = None) -> PictureVersion | None:
    """Check a drawing and make it what is watched.

    Args:
        camera_id: whose picture.
        value: the document.
        by: user name, or the command.
        why: in a person's words; must be given.
        based_on: number of the version that it was drawn over; None where that does not matter.

    Returns:
        The new version; None where nothing differs from what is watched.

    Raises:
        DrawingError: it cannot be used; nothing was changed.
        StaleDrawingError: another version came in between; nothing was changed.
    """
    camera = Camera.objects.select_for_update().get(pk=camera_id)
    if not why.strip():
        raise DrawingError([Problem("", "say in a few words why: the reason is kept with the version")])
    last = newest(camera)
    if based_on is not None and based_on != last:
        found = camera.versions.first()
        raise StaleDrawingError(f"{found.saved_by if found else 'Somebody'} saved version {last} meanwhile")
    drawing = parse(value, (camera.width, camera.height))
    before = document(camera)
    if last == 0 and _anything(before):
        _keep(camera, 1, before, "", "as it was before versions were kept", difference.words(None, before))
        last = 1
    _write(camera, drawing)
    after = document(camera)
    changes = difference.words(before, after)
    if not changes:
        return None
    version = _keep(camera, last + 1, after, by, why.strip()[:300], changes)
    picture_saved.send(PictureVersion, version=version)
    return version


@transaction.atomic
def note(camera: Camera, *, by: str, why: str) -> PictureVersion | None:
    """Keep a version of what was changed by another way than a drawing; None where nothing differs from the last."""
    last = camera.versions.first()
    now = document(camera)
    changes = difference.words(last.document if last else None, now)
    if not changes:
        return None
    version = _keep(camera, newest(camera) + 1, now, by, why, changes)
    picture_saved.send(PictureVersion, version=version)
    return version


def roll_back(version: PictureVersion, *, by: str, why: str = "") -> PictureVersion | None:
    """Make an older version what is watched, as a new version.

    Raises:
        DrawingError: it would not be usable today.
    """
    reason = f"back to version {version.number}" + (f": {why.strip()}" if why.strip() else "")
    return save(version.camera_id, version.document, by=by, why=reason)


def _anything(before: dict[str, Any]) -> bool:
    return bool(before["zones"] or before["masks"] or before["homography"])


def _keep(
    camera: Camera, number: int, content: dict[str, Any], by: str, why: str, changes: list[str]
) -> PictureVersion:
    return PictureVersion.objects.create(
        camera=camera, number=number, document=content, saved_by=by, why=why, difference=changes
    )


def _write(camera: Camera, drawing: Drawing) -> None:
    new = drawing.document
    before = (camera.width, camera.height, camera.homography, camera.masks)
    camera.width, camera.height = new["size"]
    camera.homography, camera.calibration = new["homography"], new["calibration"]
    camera.rail_height_m = new["rail_height_m"]
    camera.masks, camera.occluders = new["masks"], new["occluders"]
    if before != (camera.width, camera.height, camera.homography, camera.masks):
        camera.reference = None  # the scene is learned again
    camera.save(update_fields=[*PICTURE, "reference"])
    kept = [_zone_row(camera, zone) for zone in new["zones"]]
    # A zone that goes is switched off and kept: concerns that are on their way still find it, and are paged.
    # All go first, so that two zones can swap their names.
    camera.zones.filter(removed_at=None).update(enabled=False, removed_at=timezone.now())
    for zone in kept:
        zone.save()


def _zone_row(camera: Camera, new: dict[str, Any]) -> Zone:
    """The row of a drawn zone: by its key, or else by its name; a removed one comes back."""
    zones = Zone.objects.filter(camera=camera)
    zone = zones.filter(pk=new["key"]).first() if "key" in new else None
    zone = zone or zones.filter(name=new["name"], removed_at=None).first() or Zone(camera=camera)
    for name, value in new.items():
        if name != "key":
            setattr(zone, name, value)
    zone.removed_at = None
    return zone
