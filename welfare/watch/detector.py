"""Find people in a frame: NanoDet-g by ONNX Runtime on tiles chosen around the watched zones.

The network and its figures: `welfare/weights/README.md`. Decoding follows RangiLyu/nanodet (generalised focal loss:
each side of a box is the mean of a distribution over 11 bins).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from welfare.watch.networks import CPU, open_session, people_network

INPUT_PX = 416
STRIDES = (8, 16, 32)
BINS = 11
CLASSES = 80
MEAN_BGR = (103.53, 116.28, 123.675)
GREY_BGR = tuple(round(level) for level in MEAN_BGR)  # nothing, to the network
STD_BGR = np.array([57.375, 57.12, 58.395], dtype=np.float32).reshape(1, 3, 1, 1)
MIN_SCORE = 0.30  # assumed: the tracker's second stage may use weak boxes, its first wants 0.45
NMS_IOU = 0.55  # assumed
CONTAINED = 0.75  # assumed: a box that lies this far within a bigger one is a part of the same person

Region = tuple[int, int, int, int]
Boxes = NDArray[np.float32]


def _centres() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cell centres (cells, 2) and strides (cells, 1) over the three feature maps, input pixels."""
    centres, strides = [], []
    for stride in STRIDES:
        cells = INPUT_PX // stride
        rows, cols = np.mgrid[0:cells, 0:cells]
        centres.append(np.c_[cols.ravel() + 0.5, rows.ravel() + 0.5] * stride)
        strides.append(np.full((cells * cells, 1), stride))
    return np.vstack(centres).astype(np.float32), np.vstack(strides).astype(np.float32)


@dataclass(slots=True)
class Detector:
    """People in frames; one session may serve every camera of a process.

    Args:
        providers: ONNX Runtime providers in order of preference.
        threads: threads of one run.
        precision: "auto", "float" or "int8".
    """

    providers: Sequence[str] = (CPU,)
    threads: int = 1
    precision: str = "auto"
    _session: onnxruntime.InferenceSession = field(init=False)
    _outputs: list[str] = field(init=False)

    def __post_init__(self) -> None:
        network = people_network(self.precision, self.providers)
        self._session = open_session(network, self.providers, self.threads)
        sizes = {o.name: (o.shape[1], o.shape[2]) for o in self._session.get_outputs()}
        by_cells = sorted(sizes, key=lambda name: -sizes[name][0])
        scores = [name for name in by_cells if sizes[name][1] == CLASSES]
        self._outputs = scores + [name for name in by_cells if sizes[name][1] == 4 * BINS]

    def detect(
        self, image: NDArray[np.uint8], regions: Sequence[Region], ground_px: int = 0
    ) -> tuple[Boxes, NDArray[np.float32]]:
        """Find people in the regions of a frame.

        Args:
            image: (h, w, 3) uint8, BGR.
            regions: x1 y1 x2 y2, pixels; each goes through the network once.
            ground_px: a smaller region is laid on a grey ground so wide and high, lest people enter too large.

        Returns:
            (n, 4) float32 boxes x1 y1 x2 y2 in frame pixels and (n,) float32 scores, best first.
        """
        found = [self._tile(image, region, ground_px) for region in regions]
        boxes = np.vstack([f[0] for f in found]) if found else np.empty((0, 4), np.float32)
        scores = np.concatenate([f[1] for f in found]) if found else np.empty(0, np.float32)
        return merge(boxes, scores)

    def _tile(
        self, image: NDArray[np.uint8], region: Region, ground_px: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        x1, y1, x2, y2 = region
        size = np.array([x2 - x1, y2 - y1])
        scale = np.maximum(size, ground_px) / np.float32(INPUT_PX)
        wide, high = np.maximum(1, np.round(size / scale)).astype(int).tolist()
        tile = np.full((INPUT_PX, INPUT_PX, 3), GREY_BGR, np.uint8)
        tile[:high, :wide] = cv2.resize(image[y1:y2, x1:x2], (wide, high), interpolation=cv2.INTER_AREA)
        blob = cv2.dnn.blobFromImage(tile, mean=MEAN_BGR) / STD_BGR
        outputs = self._session.run(self._outputs, {"input_1:0": blob})
        person = np.concatenate([o[0, :, 0] for o in outputs[:3]])
        sides = np.concatenate([o[0] for o in outputs[3:]])
        boxes, scores = decode(person, sides)
        boxes = (boxes * np.tile(scale, 2) + np.array([x1, y1, x1, y1], np.float32)).astype(np.float32)
        height, width = image.shape[:2]
        whole = _not_cut(boxes, region, (width, height))
        return boxes[whole], scores[whole]


_CENTRES, _STRIDES = _centres()


def decode(person: NDArray[np.float32], sides: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Network outputs of all cells to boxes.

    Args:
        person: (cells,) float32, the score of the class person.
        sides: (cells, 44) float32, four sides by eleven bins of distance.

    Returns:
        (n, 4) float32 boxes in input pixels, (n,) float32 scores of at least MIN_SCORE.
    """
    keep = person >= MIN_SCORE
    bins = sides[keep].reshape(-1, 4, BINS)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    distance = (weights @ np.arange(BINS, dtype=np.float32)) / weights.sum(axis=2) * _STRIDES[keep]
    centres = _CENTRES[keep]
    return np.c_[centres - distance[:, :2], centres + distance[:, 2:]].astype(np.float32), person[keep]


def _not_cut(boxes: Boxes, region: Region, size: tuple[int, int]) -> NDArray[np.bool_]:
    """(n,) which boxes do not end at a border of the tile that is no border of the picture."""
    x1, y1, x2, y2 = region
    slack = 0.01 * max(x2 - x1, y2 - y1)
    cut = (boxes[:, 0] < x1 + slack) & (x1 > 0)
    cut |= (boxes[:, 1] < y1 + slack) & (y1 > 0)
    cut |= (boxes[:, 2] > x2 - slack) & (x2 < size[0])
    cut |= (boxes[:, 3] > y2 - slack) & (y2 < size[1])
    return ~cut


def merge(boxes: Boxes, scores: NDArray[np.float32]) -> tuple[Boxes, NDArray[np.float32]]:
    """Drop doubles: non-maximum suppression, then parts of a person that a bigger box contains."""
    order = np.argsort(-scores, kind="stable")
    boxes, scores = boxes[order], scores[order]
    if len(boxes) < 2:
        return boxes, scores
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    inter = np.clip(high - low, 0, None).prod(axis=2)
    iou = inter / (area[:, None] + area[None, :] - inter)
    inside = inter / area[:, None]  # how much of the row's box lies in the column's
    keep = np.ones(len(boxes), dtype=bool)
    for i in range(len(boxes)):
        if keep[i]:
            doubled = (iou[i] > NMS_IOU) | ((inside[:, i] > CONTAINED) & (area < 0.6 * area[i]))
            doubled[: i + 1] = False
            keep &= ~doubled
    return boxes[keep], scores[keep]
