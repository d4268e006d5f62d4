"""Rendered clips with their labels: the camera's calibration and zone, and where every person is in each frame.

A label file is JSON lines: a header with the camera and the scene, then one line a frame with each person's box.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from zones.geometry import View, WatchedZone

FOOTWAY_M = 3.0  # the zone: from the edge so far inwards, and a little beyond it
BEYOND_M = 0.6
ALONG_M = np.arange(-5.0, 60.0, 0.25)


class LabelError(ValueError):
    """The label file is not one; the message says where."""


@dataclass(frozen=True, slots=True)
class Person:
    """One labelled person in one frame: x1 y1 x2 y2 in pixels, and the share of the body that can be seen."""

    id: int
    box_px: tuple[float, float, float, float]
    visible: float
    action: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one clip.

    Attributes:
        name: of the clip.
        view: calibrated, with the footway as its zone.
        person_px: how tall a person is on the picture, about.
        light: day, overcast, dusk or night.
        frames: time in seconds, and the people there.
    """

    name: str
    view: View
    person_px: float
    light: str
    frames: tuple[tuple[float, tuple[Person, ...]], ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a label file.

        Raises:
            LabelError: not readable, or not in this form.
        """
        try:
            head, *lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
            frames = tuple(_frame(line) for line in lines if line["type"] == "frame")
            return cls(path.stem, _view(head), float(head["person_px"]), str(head["light"]), frames)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LabelError(f"{path} is not a label file: {error!r}") from error

    def at(self, t_s: float) -> tuple[Person, ...]:
        """The people in the frame nearest to a time."""
        return min(self.frames, key=lambda frame: abs(frame[0] - t_s))[1]


def _frame(line: dict[str, Any]) -> tuple[float, tuple[Person, ...]]:
    people = (
        Person(int(p["id"]), tuple(map(float, p["bbox"])), float(p["visible"]), str(p["action"]))  # type: ignore[arg-type]
        for p in line["persons"]
        if p["bbox"]
    )
    return float(line["t"]), tuple(people)


def _view(head: dict[str, Any]) -> View:
    camera = head["camera"]
    rotation, place = np.array(camera["R_world_to_cam"]), np.array(camera["position_m"])
    inner = np.array([[camera["f_px"], 0, camera["cx"]], [0, camera["f_px"], camera["cy"]], [0, 0, 1.0]])
    to_image = (inner @ np.c_[rotation, -rotation @ place])[:, [0, 1, 3]]  # metres on the deck to pixels

    def pixel(x: float, y: float) -> list[float]:
        u, v, w = to_image @ [x, y, 1.0]
        return [float(u / w), float(v / w)] if w > 0.1 else [np.nan, np.nan]

    size = (int(camera["width"]), int(camera["height"]))
    edge = np.array([pixel(x, 0.0) for x in ALONG_M])
    shown = ALONG_M[((edge >= 0) & (edge < size)).all(axis=1)]
    low, high = float(shown.min()), float(shown.max())
    polygon = [pixel(low, BEYOND_M), pixel(high, BEYOND_M), pixel(high, -FOOTWAY_M), pixel(low, -FOOTWAY_M)]
    zone = WatchedZone.build("footway", polygon, [pixel(low, 0.0), pixel(high, 0.0)])
    rail_m = head["scene"]["rail_height_m"] if head["scene"]["rail"] else 0.0
    return View.build(homography=np.linalg.inv(to_image), size=size, rail_height_m=rail_m, zones=[zone])
