"""Rendered clips with their labels: the camera's calibration and zone, and where every person is in each frame.

As an administrator would (docs/zones.md), each lamp column that stands before the zone is drawn as an occluder.
A label file is JSON lines: a header with the camera and the scene, then one line a frame with each person's box.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from welfare.evaluation.scenarios.lights import LAMPS
from zones.geometry import View, WatchedZone

FOOTWAY_M = 3.0  # the zone: from the edge so far inwards, and a little beyond it
BEYOND_M = 0.6
ALONG_M = np.arange(-5.0, 60.0, 0.25)
COLUMN_M = 0.07  # half a lamp column's side
COLUMN_STEPS = 200  # of its height: what is above the picture or behind the camera is left out


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
    projection = inner @ np.c_[rotation, -rotation @ place]

    def pixels(metres: Any) -> NDArray[np.float64]:
        u, v, w = projection @ np.c_[np.asarray(metres, dtype=np.float64), np.ones(len(metres))].T
        return np.where(w[:, None] > 0.1, np.c_[u, v] / w[:, None], np.nan)

    size = (int(camera["width"]), int(camera["height"]))
    edge = pixels([(x, 0.0, 0.0) for x in ALONG_M])
    shown = ALONG_M[((edge >= 0) & (edge < size)).all(axis=1)]
    low, high = float(shown.min()), float(shown.max())
    corners = [(low, BEYOND_M), (high, BEYOND_M), (high, -FOOTWAY_M), (low, -FOOTWAY_M)]
    polygon = pixels([(x, y, 0.0) for x, y in corners])
    zone = WatchedZone.build("footway", polygon.tolist(), pixels([(low, 0.0, 0.0), (high, 0.0, 0.0)]).tolist())
    columns = (shapely.MultiPoint(_column(lamp, pixels)).convex_hull for lamp in LAMPS)
    before = [column for column in columns if column.intersects(shapely.Polygon(polygon)) and column.area > 0]
    return View.build(
        homography=np.linalg.inv(projection[:, [0, 1, 3]]),
        size=size,
        rail_height_m=head["scene"]["rail_height_m"] if head["scene"]["rail"] else 0.0,
        zones=[zone],
        occluders=[shapely.get_coordinates(column)[:-1] for column in before],
    )


def _column(lamp: NDArray[np.float32], pixels: Callable[[Any], NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n, 2) pixels of a lamp column's edges, as far as they are before the camera."""
    x, y, top = lamp.tolist()
    sides = [(x + dx, y + dy) for dx in (-COLUMN_M, COLUMN_M) for dy in (-COLUMN_M, COLUMN_M)]
    points = pixels([(*side, z) for side in sides for z in np.linspace(0.0, top, COLUMN_STEPS)])
    return np.asarray(points[np.isfinite(points).all(axis=1)], dtype=np.float64)
