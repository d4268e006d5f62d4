"""What an incident keeps of its camera's ring: the segments as they came, and the clip that may be shown."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from alerts import intake
from welfare.fleet import originals
from welfare.fleet.places import ring_folder
from welfare.watch.people_log import people_between
from welfare.watch.recorder import segments_between
from welfare.watch.redact import ClipError, make_clip
from zones.models import Camera

logger = logging.getLogger(__name__)
LOCK_SPACE = 0x48524C  # first key of this module's advisory locks


def make(incident_id: int) -> bool:
    """Keep the originals and make the clip; False where nothing was done: another worker does it, the ring is empty.

    Asked twice, it does it once. Either is done without the other: a disk too full for originals may hold a clip.
    """
    with _alone(incident_id) as alone:
        if not alone:
            return False
        wanted = intake.wanted_pictures(incident_id)
        at_s = wanted.frame_at.timestamp()
        span = (at_s - settings.CLIP_BEFORE_S, at_s + settings.CLIP_AFTER_S)
        kept = wanted.originals and originals.keep(wanted, *span)
        return (wanted.clip and _make_clip(wanted, *span)) or kept


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


def _make_clip(wanted: intake.Wanted, start_s: float, end_s: float) -> bool:
    incident_id = wanted.incident_id
    ring, camera = ring_folder(wanted.camera_id), Camera.objects.get(pk=wanted.camera_id)
    clip = Path(f"clips/{wanted.frame_at:%Y/%m/%d}/{incident_id}.mp4")
    try:
        first_s, last_s = make_clip(
            segments_between(ring, start_s, end_s),
            start_s,
            end_s,
            people_between(ring, start_s - 1, end_s + 1),
            Path(settings.MEDIA_ROOT) / clip,
            analysed=(camera.width, camera.height),
            masks=[np.array(mask["polygon"], dtype=np.float64) for mask in camera.masks],
        )
    except (ClipError, OSError) as error:
        logger.warning("incident #%s has no clip yet: %s", incident_id, error)
        return False
    span = (datetime.fromtimestamp(first_s, UTC), datetime.fromtimestamp(last_s, UTC))
    intake.attach(incident_id, "clip", clip, starts_at=span[0], ends_at=span[1])
    return True
