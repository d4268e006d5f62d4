"""What may be drawn over a part of a clip: the zones, where people were, and how their limbs lay. No pixels."""

import json
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from welfare.watch.people_log import Sight
from zones.models import Camera


def path_of(clip: Path) -> Path:
    """Where the overlay of a clip lies: beside it."""
    return clip.with_suffix(".json")


def write(clip: Path, camera: Camera, sights: Sequence[Sight], span_s: tuple[float, float]) -> Path:
    """Write the overlay of one part of a clip: {size, frames: [[seconds from its start, boxes, joints], …]}.

    Args:
        clip: the part, below MEDIA_ROOT.
        camera: whose pictures were analysed; pixels are of these pictures.
        sights: of the time around it, oldest first.
        span_s: UTC seconds of the part's first and last picture.

    Raises:
        OSError: it cannot be written.
    """
    first_s, last_s = span_s
    frames = [
        [round(sight.at_s - first_s, 2), [[round(v) for v in box] for box in sight.boxes], sight.joints]
        for sight in sights
        if first_s - 0.5 <= sight.at_s <= last_s + 0.5
    ]
    overlay = path_of(clip)
    file = Path(settings.MEDIA_ROOT) / overlay
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"size": [camera.width, camera.height], "frames": frames}, separators=(",", ":")))
    part.replace(file)
    return overlay
