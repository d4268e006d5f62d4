"""An incident's part of the recording, copied out of the ring before the ring drops it: the evidence lock.

What is copied is what the camera sent, packet by packet; its SHA-256 goes into the audit chain. The copy is read-only
and lies where no ring is pruned.
"""

import logging
import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from alerts import intake
from welfare.fleet.places import ring_folder
from welfare.watch.recorder import SEGMENT_S, Segment, segments_between

logger = logging.getLogger(__name__)
DONE_S = 15.0  # assumed: a segment is closed by the first key frame after SEGMENT_S, or its camera is silent


def keep(growing: intake.Growing, start_s: float, end_s: float) -> bool:
    """Copy and attach the segments between two UTC times that are whole and not kept yet.

    All of them, or none and it is asked for again.
    """
    folder = Path(f"originals/{growing.frame_at:%Y/%m/%d}/{growing.incident_id}")
    before = intake.originals_of(growing.incident_id)
    ring = [
        segment
        for segment in _whole(segments_between(ring_folder(growing.camera_id), start_s, float("inf")))
        if segment.starts_at_s < end_s and str(folder / segment.path.name) not in before
    ]
    try:
        copied = [segment for segment in ring if _copied(segment, Path(settings.MEDIA_ROOT) / folder)]
    except OSError as error:
        logger.error("incident #%s: its recording is not under lock yet: %s", growing.incident_id, error.strerror)
        return False
    if copied:
        intake.keep_originals(growing.incident_id, _spans(copied, folder))
    return bool(copied)


def _whole(ring: Sequence[Segment]) -> list[Segment]:
    """Those that nothing is written to any more: another has begun after it, or long ago."""
    done_s = time.time() - DONE_S
    return [segment for n, segment in enumerate(ring) if n + 1 < len(ring) or segment.starts_at_s < done_s]


def _copied(segment: Segment, folder: Path) -> bool:
    """Whether it is kept; one that the ring has just dropped is not."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / segment.path.name
    part = file.with_suffix(".part")
    try:
        shutil.copyfile(segment.path, part)
        with part.open("rb+") as content:
            os.fsync(content.fileno())
        part.chmod(0o440)
        part.replace(file)
    except FileNotFoundError:
        logger.warning("segment %s went before it could be kept", segment.path)
        return False
    finally:
        part.unlink(missing_ok=True)
    return True


def _spans(copied: Sequence[Segment], folder: Path) -> list[intake.Original]:
    ends = [*(segment.starts_at_s for segment in copied[1:]), copied[-1].starts_at_s + SEGMENT_S]
    return [
        intake.Original(folder / segment.path.name, _time(segment.starts_at_s), _time(ends_s))
        for segment, ends_s in zip(copied, ends, strict=True)
    ]


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
