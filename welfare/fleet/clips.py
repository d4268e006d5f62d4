"""What an incident keeps of its camera's ring: the segments as they came, and part by part the clip for the eye."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from alerts import intake
from welfare.fleet import originals, overlays
from welfare.fleet.growth import Growth, Limits, Part, next_part
from welfare.fleet.places import ring_folder
from welfare.watch.people_log import sights_between
from welfare.watch.recorder import segments_between
from welfare.watch.redact import ClipError, make_clip
from zones.models import Camera

logger = logging.getLogger(__name__)
LOCK_SPACE = 0x48524C  # first key of this module's advisory locks
A_MOMENT_S = 0.001  # the last picture of a part is not the first of the next


def make(incident_id: int) -> bool:
    """Keep the next part of the originals and of the clip; False where nothing was done.

    Nothing is done where another worker does it, nothing is due or the ring is empty. Asked twice, it does it once.
    Either is done without the other: a disk too full for originals may hold a clip.
    """
    with _alone(incident_id) as alone:
        if not alone:
            return False
        growing = intake.growth(incident_id)
        recording, clip = due(growing, time.time())
        kept = recording is not None and originals.keep(growing, recording.start_s, recording.end_s)
        return (clip is not None and _make_part(growing, clip)) or kept


def due(growing: intake.Growing, now_s: float) -> tuple[Part | None, Part | None]:
    """What of the originals and of the clip can be kept now."""
    limits = Limits(settings.CLIP_BEFORE_S, settings.CLIP_AFTER_S, settings.CLIP_LONGEST_S)
    begun_s, over_s = growing.frame_at.timestamp(), _seconds(growing.over_at)
    ends = (growing.originals_until, growing.clip_until)
    recording, clip = (next_part(Growth(begun_s, _seconds(end), over_s), limits, now_s) for end in ends)
    return recording, clip


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


@contextmanager
def _alone(incident_id: int) -> Iterator[bool]:
    """Whether nobody else does this. Held by the connection, in no transaction: cutting one takes its time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, incident_id])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, incident_id])


def _make_part(growing: intake.Growing, part: Part) -> bool:
    incident_id = growing.incident_id
    ring, camera = ring_folder(growing.camera_id), Camera.objects.get(pk=growing.camera_id)
    clip = Path(f"clips/{growing.frame_at:%Y/%m/%d}/{incident_id}-{growing.parts + 1}.mp4")
    start_s = part.start_s + (A_MOMENT_S if growing.parts else 0.0)
    sights = sights_between(ring, start_s - 1, part.end_s + 1)
    try:
        first_s, last_s = make_clip(
            segments_between(ring, start_s, part.end_s),
            start_s,
            part.end_s,
            [(sight.at_s, sight.boxes) for sight in sights],
            Path(settings.MEDIA_ROOT) / clip,
            analysed=(camera.width, camera.height),
            masks=[np.array(mask["polygon"], dtype=np.float64) for mask in camera.masks],
            longest_s=part.longest_s,
        )
        overlay = overlays.write(clip, camera, sights, (first_s, last_s))
    except (ClipError, OSError) as error:
        logger.warning("incident #%s has no part %s of its clip yet: %s", incident_id, growing.parts + 1, error)
        return False
    starts_at, ends_at = datetime.fromtimestamp(first_s, UTC), datetime.fromtimestamp(last_s, UTC)
    intake.attach(incident_id, "overlay", overlay, starts_at=starts_at, ends_at=ends_at)
    intake.attach(incident_id, "clip", clip, starts_at=starts_at, ends_at=ends_at)
    return True
