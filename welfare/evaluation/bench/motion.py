"""The tracker's motion on labelled clips, in pixels and in metres: who keeps their number, also hidden for a while."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from welfare.evaluation.bench.detection import FPS, LEAST_VISIBLE, MATCH_IOU, labelled
from welfare.evaluation.labels import Labels, Person
from welfare.evaluation.replay import Replay
from welfare.watch.detector import Detector
from welfare.watch.motion_in_metres import GroundMotion
from welfare.watch.tiles import ground_px, regions_for
from welfare.watch.tracker import Tracker, iou

Array = NDArray[np.float64]
HIDDEN_S = 3.0
HIDDEN_IOU = 0.3  # a box that overlaps a hidden person so much goes with them
AFTER_S = 2.0  # a person is hidden so long after they were first there


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame: its time, the boxes that the detector gave and their scores, and who is really there."""

    t_s: float
    boxes: Array
    scores: Array
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled clip as the detector sees it."""

    labels: Labels
    sights: tuple[Sight, ...]


@dataclass(slots=True)
class Kept:
    """How well numbers stayed with people.

    Attributes:
        switches: how often a person's number became another one.
        whole: people who had one number all the time, of `people` who were followed at all.
        idf1: harmonic mean of identity precision and recall (Ristani et al. 2016).
    """

    switches: int = 0
    whole: int = 0
    people: int = 0
    matched: int = 0
    told: int = 0
    there: int = 0

    @property
    def idf1(self) -> float:
        """0 to 1."""
        return 2 * self.matched / max(self.told + self.there, 1)


def look(folder: Path, detector: Detector, say: Callable[[str], None]) -> list[Clip]:
    """Run the detector over every labelled clip in which people are.

    Raises:
        LabelError: the folder holds no labelled clip, or a file is not one.
        VideoError: a clip cannot be decoded.
    """
    clips = []
    for path in labelled(folder):
        labels = Labels.read(path)
        say(labels.name)
        regions, ground = regions_for(labels.view), ground_px(labels.view)
        with Replay(path.with_suffix(".mp4")) as replay:
            sights = []
            for t_s, image in replay.frames(FPS):
                boxes, scores = detector.detect(image, regions, ground)
                sights.append(Sight(t_s, boxes.astype(float), scores.astype(float), labels.at(t_s)))
        clips.append(Clip(labels, tuple(sights)))
    return clips


def with_everybody_hidden(clip: Clip) -> Clip:
    """The same with each person hidden for HIDDEN_S once, soon after they were first there."""
    first: dict[int, float] = {}
    sights = []
    for sight in clip.sights:
        hidden = []
        for person in sight.people:
            since = sight.t_s - first.setdefault(person.id, sight.t_s)
            if AFTER_S <= since < AFTER_S + HIDDEN_S:
                hidden.append(person)
        keep = np.ones(len(sight.boxes), dtype=bool)
        if hidden and len(sight.boxes):
            keep = iou(sight.boxes, np.array([p.box_px for p in hidden])).max(axis=1) < HIDDEN_IOU
        people = tuple(person for person in sight.people if person not in hidden)
        sights.append(Sight(sight.t_s, sight.boxes[keep], sight.scores[keep], people))
    return Clip(clip.labels, tuple(sights))


def thinned(clip: Clip) -> Clip:
    """The same at every other frame."""
    return Clip(clip.labels, clip.sights[::2])


CONDITIONS: dict[str, Callable[[Clip], Clip]] = {
    "5 frames a second": lambda clip: clip,
    "2.5 frames a second": thinned,
    "everybody hidden for 3 s once": with_everybody_hidden,
}


def measure(clips: Sequence[Clip]) -> dict[tuple[str, str], Kept]:
    """(condition, motion) -> how numbers stayed with people."""
    kept: dict[tuple[str, str], Kept] = {}
    for condition, changed in CONDITIONS.items():
        for motion in ("pixels", "metres"):
            total = kept.setdefault((condition, motion), Kept())
            for clip in clips:
                ground = GroundMotion(clip.labels.view) if motion == "metres" else None
                count(total, changed(clip), Tracker(ground=ground))
    return kept


@dataclass(slots=True)
class _Numbers:
    """Which numbers a person had, and in how many frames."""

    last: int | None = None
    frames: dict[int, int] = field(default_factory=dict)


def count(total: Kept, clip: Clip, tracker: Tracker) -> None:
    """Follow a clip and add to the total."""
    numbers: dict[int, _Numbers] = {}
    for sight in clip.sights:
        tracks = [track for track in tracker.update(sight.t_s, sight.boxes, sight.scores) if track.seen]
        asked = [person for person in sight.people if person.visible >= LEAST_VISIBLE]
        total.told += len(tracks)
        total.there += len(asked)
        if not tracks or not asked:
            continue
        overlap = iou(np.array([p.box_px for p in asked]), np.array([track.box for track in tracks]))
        for i, j in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
            if overlap[i, j] >= MATCH_IOU:
                had = numbers.setdefault(asked[i].id, _Numbers())
                total.switches += had.last not in (None, tracks[j].id)
                had.last = tracks[j].id
                had.frames[had.last] = had.frames.get(had.last, 0) + 1
    total.people += len(numbers)
    total.whole += sum(len(had.frames) == 1 for had in numbers.values())
    total.matched += _best_pairing(list(numbers.values()))


def _best_pairing(people: Sequence[_Numbers]) -> int:
    """Frames in which people had the one number that suits them best, no number for two."""
    tracks = sorted({number for had in people for number in had.frames})
    frames = np.zeros((len(people), len(tracks)), dtype=int)
    for i, had in enumerate(people):
        frames[i] = [had.frames.get(number, 0) for number in tracks]
    return int(frames[linear_sum_assignment(frames, maximize=True)].sum())


def table(kept: dict[tuple[str, str], Kept]) -> Iterator[str]:
    """Lines for people."""
    yield f"{'':32}{'motion in':>10}{'switches':>10}{'one number':>14}{'IDF1':>8}"
    for (condition, motion), k in kept.items():
        yield f"{condition:32}{motion:>10}{k.switches:10}{f'{k.whole} of {k.people}':>14}{k.idf1:8.3f}"
