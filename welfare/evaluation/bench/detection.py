"""The detector on labelled clips, by the size of people: what it finds, what it makes up, and what a frame costs."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from welfare.evaluation.labels import LabelError, Labels
from welfare.evaluation.replay import Replay
from welfare.watch.detector import MIN_SCORE, Boxes, Detector, Region
from welfare.watch.tiles import ground_px, regions_for
from welfare.watch.tracker import TrackerSettings, iou

FPS = 5.0
MATCH_IOU = 0.5
LEAST_VISIBLE = 0.5  # a person hidden further is neither asked for nor counted against
ZONE = "tiles over the zone"
WHOLE = "the whole frame at once"


@dataclass(slots=True)
class Tally:
    """Boxes of one size of person, by one way of looking.

    Attributes:
        scores, right: of every box found: its score, and whether a person is there.
        people: person-frames that could be found.
        frames: frames looked at.
        ms: of each frame.
    """

    scores: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    people: int = 0
    frames: int = 0
    ms: list[float] = field(default_factory=list)

    def recall(self, least: float) -> float:
        """Share of the people found by boxes of at least that score."""
        return sum(r for s, r in zip(self.scores, self.right, strict=True) if s >= least) / max(self.people, 1)

    def false_a_frame(self, least: float) -> float:
        """Boxes of at least that score where nobody is, for each frame."""
        return sum(not r for s, r in zip(self.scores, self.right, strict=True) if s >= least) / max(self.frames, 1)

    def ap50(self) -> float:
        """Average precision at IoU 0.5, all points (Everingham et al. 2010, as since VOC 2010)."""
        if not self.scores:
            return 0.0
        order = np.argsort(-np.array(self.scores), kind="stable")
        right = np.array(self.right)[order]
        hits = np.cumsum(right)
        precision = np.maximum.accumulate((hits / np.arange(1, len(right) + 1))[::-1])[::-1]
        return float(np.sum(precision[right]) / max(self.people, 1))


def labelled(folder: Path) -> list[Path]:
    """The label files of a folder that have a clip beside them.

    Raises:
        LabelError: there are none.
    """
    found = sorted(path for path in folder.glob("*.jsonl") if path.with_suffix(".mp4").exists())
    if not found:
        raise LabelError(f"{folder} holds no labelled clips (NAME.mp4 beside NAME.jsonl)")
    return found


def measure(folder: Path, detector: Detector, say: Callable[[str], None]) -> dict[tuple[float, str], Tally]:
    """Look at every labelled clip of a folder, both ways.

    Args:
        folder: `NAME.mp4` beside `NAME.jsonl`.
        detector: what is measured.
        say: told what is being done.

    Returns:
        (person height in pixels, way of looking) -> tally.

    Raises:
        LabelError: the folder holds no labelled clip, or a file is not one.
        VideoError: a clip cannot be decoded.
    """
    tallies: dict[tuple[float, str], Tally] = {}
    for path in labelled(folder):
        labels = Labels.read(path)
        say(f"{labels.name}, people of {labels.person_px:.0f} px, {labels.light}")
        whole = (0, 0, *labels.view.size)
        with Replay(path.with_suffix(".mp4")) as replay:
            for t_s, image in replay.frames(FPS):
                people = labels.at(t_s)
                truth = np.array([p.box_px for p in people], dtype=np.float64).reshape(-1, 4)
                clear = np.array([p.visible >= LEAST_VISIBLE for p in people], dtype=bool)
                for way, regions, ground in (
                    (ZONE, regions_for(labels.view), ground_px(labels.view)),
                    (WHOLE, [whole], 0),
                ):
                    tally = tallies.setdefault((labels.person_px, way), Tally())
                    start = time.perf_counter()
                    boxes, scores = detector.detect(image, regions, ground)
                    tally.ms.append(1000 * (time.perf_counter() - start))
                    inside = _within(truth, regions if way == ZONE else [whole])
                    count_boxes(tally, boxes, scores, truth, clear & inside)
    return tallies


def _within(boxes: NDArray[np.float64], regions: Sequence[Region]) -> NDArray[np.bool_]:
    """(n,) which boxes lie whole in the area that is looked at."""
    inside = np.zeros(len(boxes), dtype=bool)
    for x1, y1, x2, y2 in regions:
        inside |= (boxes[:, 0] >= x1) & (boxes[:, 1] >= y1) & (boxes[:, 2] <= x2) & (boxes[:, 3] <= y2)
    return inside


def count_boxes(
    tally: Tally, boxes: Boxes, scores: NDArray[np.float32], truth: NDArray[np.float64], asked: NDArray[np.bool_]
) -> None:
    """Best score first, each box takes the person it overlaps most; a person not asked for counts for nothing."""
    tally.frames += 1
    tally.people += int(asked.sum())
    taken = np.zeros(len(truth), dtype=bool)
    ious = iou(boxes.astype(np.float64), truth) if len(truth) else np.zeros((len(boxes), 0))
    for row, score in zip(ious, scores.tolist(), strict=True):
        free = np.where(taken, 0.0, row)
        best = int(free.argmax()) if len(free) else -1
        hit = best >= 0 and free[best] >= MATCH_IOU
        if hit:
            taken[best] = True
            if not asked[best]:
                continue
        tally.scores.append(float(score))
        tally.right.append(bool(hit))


def table(tallies: dict[tuple[float, str], Tally]) -> Iterator[str]:
    """Lines for people: boxes that may continue a track, and those that may start one."""
    least = TrackerSettings().strong_score
    yield f"{'':34}{'':7}{f'from a score of {MIN_SCORE}':>25}{f'from {least}':>25}"
    columns = f"{'found':>10}{'false a frame':>15}"
    yield f"{'people':8}{'looked at':26}{'AP50':>7}{columns}{columns}{'ms':>7}"
    for (person_px, way), tally in sorted(tallies.items()):
        cells = "".join(f"{tally.recall(s):10.3f}{tally.false_a_frame(s):15.3f}" for s in (MIN_SCORE, least))
        yield (
            f"{person_px:5.0f} px {way:26}{tally.ap50():7.3f}{cells}{np.median(tally.ms):7.1f}"
            f"   {tally.people} people in {tally.frames} frames"
        )


def speed(video: Path, detector: Detector) -> str:
    """One line: milliseconds of a frame of a real video, looked at whole."""
    with Replay(video) as replay:
        whole, times = (0, 0, *replay.size), []
        for _, image in replay.frames(FPS):
            start = time.perf_counter()
            detector.detect(image, [whole])
            times.append(1000 * (time.perf_counter() - start))
    median, late = np.percentile(times, [50, 99])
    return f"{video.name}: {len(times)} frames, whole: median {median:.1f} ms, 99 of 100 under {late:.1f} ms"
