"""Changes of what is watched, in the audit chain: a zone that is drawn away decides who is never seen."""

from typing import Any

from alerts import audit
from zones.models import Camera, PictureVersion
from zones.signals import camera_saved, judged, picture_saved


def connect() -> None:
    """Listen to `zones`; a change commits with its audit event or not at all."""
    picture_saved.connect(_picture_saved, dispatch_uid="audit")
    camera_saved.connect(_camera_saved, dispatch_uid="audit")
    judged.connect(_judged, dispatch_uid="audit")


def _picture_saved(version: PictureVersion, **_: Any) -> None:
    camera = str(version.camera)
    detail = {"version": version.number, "why": version.why, "difference": version.difference}
    audit.record(version.saved_by, "picture.saved", camera=camera, **detail)


def _camera_saved(camera: Camera, by: str, changes: list[str], **_: Any) -> None:
    audit.record(by, "camera.saved", camera=str(camera), changes=changes)


def _judged(by: str, action: str, detail: dict[str, Any], **_: Any) -> None:
    audit.record(by, action, **detail)
