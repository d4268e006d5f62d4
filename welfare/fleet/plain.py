"""A concern whose details the database refuses goes out without them: a page is never lost for its reasons."""

import math
from dataclasses import replace

from alerts.intake import Concern


def without_details(concern: Concern, file: str) -> Concern:
    """The same camera, zone, time and tier, and where the details are.

    Args:
        concern: as the watch made it.
        file: name of the file in which the details are kept.
    """
    reason = {
        "cue": "details", "words": f"the details could not be stored; they are in {file}",
        "value": 0.0, "unit": "", "confidence": 0.0, "weight_nats": 0.0, "t_s": 0.0,
    }  # fmt: skip
    return replace(
        concern,
        score=concern.score if math.isfinite(concern.score) else 0.0,
        reasons=(reason,),
        box_px=concern.box_px if all(map(math.isfinite, concern.box_px)) else (0.0, 0.0, 0.0, 0.0),
        trail={},
        made_by={},
    )
