"""One frame of one camera: people, tracks, feet on the ground, poses where they matter, and what the behaviour says."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.assessment import Assessor
from welfare.behaviour.events import Event
from welfare.behaviour.observation import Observation, Thing
from welfare.behaviour.profile import Profile
from welfare.behaviour.record import StayRecord
from welfare.watch.attention import PoseSchedule
from welfare.watch.detector import Detector
from welfare.watch.ground import HeightCalibration
from welfare.watch.motion import Gate
from welfare.watch.motion_in_metres import GroundMotion
from welfare.watch.objects import LeftObjects
from welfare.watch.pose import PoseEstimator
from welfare.watch.tiles import ground_px, regions_for
from welfare.watch.tracker import Track, Tracker
from zones.geometry import View


class PictureSizeError(ValueError):
    """The frame is not of the size that the camera was calibrated for."""


@dataclass(slots=True)
class Models:
    """The two networks of a process, shared by its cameras."""

    detector: Detector = field(default_factory=Detector)
    pose: PoseEstimator = field(default_factory=PoseEstimator)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pose.close()


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame gave.

    Attributes:
        t_s: the frame's time.
        observations: every confirmed track.
        things: what was put down and stands there.
        missing: whether the behaviour missed somebody before this frame.
        events: what the behaviour says.
        looked: how many tiles went through the detector.
        cost_ms: by stage.
    """

    t_s: float
    observations: tuple[Observation, ...]
    things: tuple[Thing, ...]
    missing: bool
    events: tuple[Event, ...]
    looked: int
    cost_ms: dict[str, float]


class Pipeline:
    """The watch of one camera."""

    def __init__(self, view: View, models: Models, profiles: Mapping[str, Profile] | None = None) -> None:
        self._view = view
        self._models = models
        self._gate, self._ground_px = Gate(view, regions_for(view)), ground_px(view)
        self._tracker = Tracker(ground=None if view.estimated else GroundMotion(view))
        self._poses = PoseSchedule()
        self._name = object()  # tells its tracks from those of another camera of the process
        self._left = LeftObjects(view)
        self._assessor = Assessor(view, profiles)
        self._heights = HeightCalibration(view) if view.estimated else None

    def step(self, t_s: float, image: NDArray[np.uint8]) -> Step:
        """Analyse one frame.

        Args:
            t_s: presentation time, seconds; not before the last frame's.
            image: (h, w, 3) uint8, BGR, of the view's size; what masks cover is made black in it, for everybody.

        Raises:
            PictureSizeError: the picture has another size than the calibration.
        """
        height, width = image.shape[:2]
        if (width, height) != self._view.size:
            raise PictureSizeError(
                f"the picture is {width} x {height}, the zones were drawn on {self._view.size[0]} x "
                f"{self._view.size[1]}: draw them again or set the camera back"
            )
        self._cover(image)
        cost: dict[str, float] = {}
        missing = self._assessor.missing
        with _timed(cost, "motion"):
            tiles = self._gate.due(t_s, image, self._tracker.places, missing=missing)
        with _timed(cost, "detect"):
            boxes, scores = self._models.detector.detect(image, tiles, self._ground_px)
            kept = ~self._view.masked(np.c_[(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
        with _timed(cost, "track"):
            tracks = self._tracker.update(t_s, boxes[kept], scores[kept])
        with _timed(cost, "pose"):
            observations = self._with_poses(image, observations_of(self._view, t_s, tracks))
        with _timed(cost, "objects"):
            things = self._left.look(t_s, image, observations)
        with _timed(cost, "assess"):
            self._recalibrate(observations)
            events = self._assessor.update(t_s, observations, things)
        return Step(t_s, observations, tuple(things), missing, tuple(events), len(tiles), cost)

    def snapshot(self) -> dict[str, Any]:
        """The stays, JSON-able."""
        return self._assessor.snapshot()

    def finished(self) -> list[StayRecord]:
        """Records of the stays that ended since the last call."""
        return self._assessor.finished()

    def restore(self, state: dict[str, Any], t_s: float) -> None:
        """Go on with stays that another worker left."""
        self._assessor.restore(state, t_s)

    def _cover(self, image: NDArray[np.uint8]) -> None:
        """Make what masks cover black before anything sees it: the detector, the still, the health of the picture."""
        if self._view.masks:
            cv2.fillPoly(image, [np.round(mask).astype(np.int32) for mask in self._view.masks], (0, 0, 0))

    def _with_poses(self, image: NDArray[np.uint8], people: list[Observation]) -> tuple[Observation, ...]:
        for i in self._poses.pick(people, [self._edge_m(person) for person in people]):
            person = people[i]
            pose = self._models.pose.estimate(person.t_s, (self._name, person.track_id), image, person.box_px)
            self._poses.note(person, pose)
            people[i] = replace(person, pose=pose)
        return tuple(people)

    def _edge_m(self, person: Observation) -> float:
        """Metres to the nearest edge line; somebody who seems to stand beyond it is nearest of all."""
        if not np.isfinite(person.feet_m).all():
            return float("inf")
        offsets = [float(self._view.edge_offset(zone, [person.feet_m])[0]) for zone in self._view.zones]
        return min((max(offset, 0.0) for offset in offsets), default=float("inf"))

    def _recalibrate(self, observations: tuple[Observation, ...]) -> None:
        better = self._heights.learn(observations) if self._heights else None
        if better is not None:
            self._view = better
            self._gate = Gate(better, regions_for(better), self._gate.motion)
            self._ground_px = ground_px(better)
            self._left.recalibrate(better)
            self._assessor.recalibrate(better)


def observations_of(view: View, t_s: float, tracks: Sequence[Track]) -> list[Observation]:
    """Tracks with their feet on the ground."""
    feet = np.array([[(t.box[0] + t.box[2]) / 2, t.box[3]] for t in tracks]).reshape(-1, 2)
    ground = view.to_ground(feet)
    return [
        Observation(
            t_s=t_s,
            track_id=track.id,
            box_px=(float(track.box[0]), float(track.box[1]), float(track.box[2]), float(track.box[3])),
            feet_px=(float(at[0]), float(at[1])),
            feet_m=(float(metres[0]), float(metres[1])),
            score=track.score,
            seen=track.seen,
        )
        for track, at, metres in zip(tracks, feet, ground, strict=True)
    ]


@contextmanager
def _timed(cost: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    cost[stage] = 1000 * (time.perf_counter() - start)
