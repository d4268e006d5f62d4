"""From what the behaviour raised to what the intake takes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from alerts.intake import Concern
from welfare.behaviour.events import ConcernRaised
from welfare.evaluation.event_lines import reason_line


def concern_of(event: ConcernRaised, camera_id: int, **more: Any) -> Concern:
    """The concern, of the frame that raised it.

    Args:
        event: of a zone of the database.
        camera_id: database key of its camera.
        more: `trail` and `made_by` of a concern that is kept.

    Raises:
        ValueError: its zone is not one of the database.
    """
    if event.zone_key is None:
        raise ValueError(f"zone {event.zone} has no database key")
    return Concern(
        camera_id=camera_id,
        zone_id=event.zone_key,
        episode=UUID(event.episode),
        tier=event.tier,
        score=event.score,
        triggered=event.triggered,
        metres_estimated=event.metres_estimated,
        frame_at=datetime.fromtimestamp(event.t_s, UTC),
        reasons=tuple(reason_line(reason) for reason in event.reasons),
        box_px=event.box_px,
        **more,
    )
