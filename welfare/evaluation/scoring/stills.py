"""Worst cases as pictures: the frame with the truth's box, the watch's boxes, and what was raised."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.labels import Labels
from welfare.evaluation.scoring.figures import Scored

TRUTH, WATCH, PAGED = (120, 200, 60), (220, 160, 60), (40, 60, 230)  # BGR
WIDTH_PX, QUALITY = 640, 80
AFTER_MARK_S = 2.0


def moment_s(scored: Scored) -> float:
    """When to look at a clip: at its first false page, else a little after the marked moment."""
    verdict = scored.verdict
    if verdict.for_nothing:
        return verdict.for_nothing[0].t_s
    return (verdict.mark_s or verdict.duration_s / 2) + AFTER_MARK_S


def still(scored: Scored, video: Path, events: Sequence[dict[str, Any]]) -> str:
    """A clip's picture at its moment as a data: address (JPEG)."""
    t_s = moment_s(scored)
    picture = _frame(video, t_s)
    labels = Labels.read(video.with_suffix(".jsonl"))
    for person in labels.at(t_s):
        _box(picture, person.box_px, TRUTH, "")
    for event in events:
        if event["type"] == "track" and abs(event["t_s"] - t_s) < 0.11:
            _box(picture, event["box_px"], WATCH, "")
    for raised in scored.verdict.for_nothing[:1]:
        _box(picture, raised.box_px, PAGED, raised.tier.word)
    zone = labels.view.zones[0]
    cv2.polylines(picture, [np.rint(zone.edge).astype(np.int32)], isClosed=False, color=(0, 220, 220), thickness=1)
    small = cv2.resize(
        picture, (WIDTH_PX, round(WIDTH_PX * picture.shape[0] / picture.shape[1])), interpolation=cv2.INTER_AREA
    )
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(np.asarray(jpeg).tobytes()).decode()


def _frame(video: Path, t_s: float) -> NDArray[np.uint8]:
    with av.open(str(video)) as container:
        picture = None
        for frame in container.decode(container.streams.video[0]):
            picture = frame
            if frame.time is not None and frame.time >= t_s - 1e-3:
                break
        if picture is None:
            raise ValueError(f"{video} has no frame")
        return np.ascontiguousarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)


def _box(picture: NDArray[np.uint8], box: Sequence[float], colour: tuple[int, int, int], words: str) -> None:
    x1, y1, x2, y2 = (round(v) for v in box)
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour, 2)
    if words:
        cv2.putText(picture, words, (x1, max(y1 - 6, 14)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)
