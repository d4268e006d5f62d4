"""What goes into an evidence pack: an incident's files and what the database says of it, as named documents."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from alerts import audit
from alerts.evidence.container import Opener
from alerts.evidence.story import timeline
from alerts.models import AuditEvent, AuditLink, Evidence, Incident, PolicyVersion
from zones import versions
from zones.models import Camera, PictureVersion

FOLDERS = {
    Evidence.Kind.ORIGINAL: "originals",
    Evidence.Kind.CLIP: "clips",
    Evidence.Kind.STILL: "stills",
    Evidence.Kind.OVERLAY: "overlays",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept file and its name in the pack; `lack` says why it is not in it, empty where it is."""

    row: Evidence
    name: str
    file: Path
    lack: str


def kept_files(incident: Incident) -> list[Kept]:
    """Every file that was ever kept of an incident. What is gone or altered stays out of the pack and is said in it."""
    return [_kept(row) for row in incident.evidence.order_by("kind", "starts_at", "pk")]


def _kept(row: Evidence) -> Kept:
    root = Path(settings.MEDIA_ROOT).resolve()
    file = (root / row.path).resolve()
    name = f"{FOLDERS[Evidence.Kind(row.kind)]}/{row.pk}-{PurePosixPath(row.path).name}"
    lack = ""
    try:
        with file.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != row.sha256:
                lack = "the file is not the one that was kept: its SHA-256 differs"
    except OSError:
        lack = "the file is not there any more"
    return Kept(row, name, file, lack if file.is_relative_to(root) else "the file lies where no evidence lies")


def openers(files: list[Kept], documents: dict[str, bytes]) -> dict[str, Opener]:
    """What opens each file of a pack, by its name."""
    found: dict[str, Opener] = {kept.name: partial(io.FileIO, kept.file) for kept in files if not kept.lack}
    found.update({name: partial(io.BytesIO, content) for name, content in documents.items()})
    return found


def documents(incident: Incident) -> dict[str, bytes]:
    """What the database says of an incident, each as JSON, and the timeline in words too."""
    told = timeline(incident)
    lines = "".join(f"{entry['at']}  {entry['kind']}: {entry['words']}\n" for entry in told)
    return {
        "audit.json": _json(audit_stretch(incident)),
        "policy.json": _json(_policy(incident)),
        "software.json": _json(software(incident)),
        "timeline.json": _json(told),
        "timeline.txt": lines.encode(),
        "zone.json": _json(_zone(incident)),
    }


def audit_stretch(incident: Incident) -> dict[str, Any]:
    """An incident's events, and every link of the chain from the first to the last of them.

    Of the events of other incidents in between there is the hash alone: it proves the chain and tells nothing.
    """
    events = list(AuditEvent.objects.filter(incident=incident).order_by("pk"))
    own = AuditLink.objects.filter(event_number__in=[event.pk for event in events]).order_by("sequence")
    places = list(own.values_list("sequence", flat=True))
    span = AuditLink.objects.filter(sequence__range=(places[0], places[-1])) if places else AuditLink.objects.none()
    links = span.order_by("sequence").values_list("sequence", "event_number", "previous_hash", "hash")
    return {
        "events": [audit.plain(event) | {"at": event.at.isoformat()} for event in events],
        "links": [dict(zip(("sequence", "event", "previous_hash", "hash"), link, strict=True)) for link in links],
    }


def software(incident: Incident) -> list[dict[str, Any]]:
    """What made the reports of an incident, each once, and since when."""
    found: list[dict[str, Any]] = []
    for report in incident.concerns.all():
        if report.made_by and report.made_by not in [entry["made_by"] for entry in found]:
            found.append({"since": report.frame_at.isoformat(), "made_by": report.made_by})
    return found


def zone_version(incident: Incident) -> PictureVersion | None:
    """The drawing that was in force when the incident began."""
    before = PictureVersion.objects.filter(camera=incident.camera, saved_at__lte=incident.first_frame_at)
    return before.order_by("-number").first()


def _zone(incident: Incident) -> dict[str, Any]:
    camera, version = incident.camera, zone_version(incident)
    return {
        "camera": {name: getattr(camera, name) for name in ("name", "side", "lamp_column", "grid_reference", "place")},
        "zone": {"key": incident.zone_id, "name": incident.zone_name},
        "version": version.number if version else None,
        "saved_at": version.saved_at.isoformat() if version else None,
        "saved_by": version.saved_by if version else "",
        "why": version.why if version else "no version had been saved then: this is the drawing as it is now",
        "document": version.document if version else versions.document(Camera.objects.get(pk=camera.pk)),
    }


def _policy(incident: Incident) -> dict[str, Any]:
    snapshot = incident.policy_snapshot
    version = PolicyVersion.objects.filter(policy=snapshot.get("policy"), number=snapshot.get("version")).first()
    saved = {"saved_at": version.saved_at.isoformat(), "saved_by": version.saved_by} if version else {}
    return {"snapshot": snapshot, "version": snapshot.get("version"), **saved}


def told(files: list[Kept]) -> Iterator[dict[str, str]]:
    """What lacks in the pack and why, as the manifest says it."""
    for kept in files:
        if kept.lack:
            yield {"file": kept.name, "sha256": kept.row.sha256, "why": kept.lack}


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
