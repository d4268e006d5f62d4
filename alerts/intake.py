"""The only door from the watch: `report(concern)` makes or raises an incident, `attach` adds its pictures."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from zones.tier import Tier


@dataclass(frozen=True, slots=True)
class Concern:
    """What the watch reports.

    Attributes:
        camera_id: database key of the camera.
        zone_id: database key of the zone.
        episode: the stay it is about; the same stay never opens a second incident while one is unresolved.
        tier: notice or higher.
        score: log-odds in nats.
        triggered: a trigger raised it.
        metres_estimated: the camera is not calibrated.
        frame_at: UTC time of the frame.
        reasons: strongest first, each {cue, words, value, unit, confidence, weight_nats}.
        box_px: x1 y1 x2 y2 of the person on the picture.
    """

    camera_id: int
    zone_id: int
    episode: UUID
    tier: Tier
    score: float
    triggered: bool
    metres_estimated: bool
    frame_at: datetime
    reasons: tuple[dict[str, Any], ...]
    box_px: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: the incident, and whether it is new or its tier rose."""

    incident_id: int
    opened: bool
    raised: bool


def report(concern: Concern) -> Reported | None:
    """Open an incident for a concern, or add it to the unresolved one; None where its zone is silent."""
    raise NotImplementedError


def attach(incident_id: int, kind: str, path: Path, *, starts_at: datetime, ends_at: datetime) -> None:
    """Add a still or a clip (a file below MEDIA_ROOT) to an incident; the same path again changes nothing."""
    raise NotImplementedError
