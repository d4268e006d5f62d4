"""Find people in a frame: NanoDet-g by ONNX Runtime on tiles chosen around the watched zones.

The network and its figures: `welfare/weights/README.md`. Decoding follows RangiLyu/nanodet (generalised focal loss:
each side of a box is the mean of a distribution over 11 bins).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zones.geometry import View

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "person_nanodet_416.onnx"
WEIGHTS_SHA256 = "7001b4998fe013930d5a35c0239426eec7c441d078df4af8278bad332a86755c"
INPUT_PX = 416
STRIDES = (8, 16, 32)
BINS = 11
MEAN_BGR = np.array([103.53, 116.28, 123.675], dtype=np.float32)
STD_BGR = np.array([57.375, 57.12, 58.395], dtype=np.float32)
MIN_SCORE = 0.30  # assumed: the tracker's second stage may use weak boxes, its first wants 0.45
NMS_IOU = 0.55  # assumed
CONTAINED = 0.75  # assumed: a box that lies this far within a bigger one is a part of the same person
LEAST_PERSON_PX = 32.0  # people enter the network at least so tall: the card's two tiles at 60 px give 35
MAX_ASPECT = 1.2  # assumed: width over height of a tile
LARGEST_SHARE = 0.8  # assumed: a person may fill this much of a tile's height before the tile must grow
MAX_TILES = 6  # assumed: 6 x 60 ms is the most that a camera may cost a frame

Region = tuple[int, int, int, int]
Boxes = NDArray[np.float32]


class WeightsError(RuntimeError):
    """A network file is missing or is not the one that was measured."""


def check_weights(path: Path, sha256: str) -> bytes:
    """Read a network file and check that it is the one on its card.

    Raises:
        WeightsError: missing, or altered.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}); restore it from the repository") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(f"{path} is not the network on its card (its SHA-256 differs); restore it")
    return content


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
    """

    providers: Sequence[str] = ("CPUExecutionProvider",)
    threads: int = 1
    _session: onnxruntime.InferenceSession = None
    _outputs: tuple[list[str], list[str]] = ([], [])

    def __post_init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            check_weights(WEIGHTS, WEIGHTS_SHA256), options, providers=list(self.providers)
        )
        sizes = {o.name: (o.shape[1], o.shape[2]) for o in self._session.get_outputs()}
        by_cells = sorted(sizes, key=lambda name: -(sizes[name][0] or 0))
        scores = [name for name in by_cells if sizes[name][1] == 80]
        sides = [name for name in by_cells if sizes[name][1] == 4 * BINS]
        self._outputs = (scores, sides)

    def detect(self, image: NDArray[np.uint8], regions: Sequence[Region]) -> tuple[Boxes, NDArray[np.float32]]:
        """Find people in the regions of a frame.

        Args:
            image: (h, w, 3) uint8, BGR.
            regions: x1 y1 x2 y2, pixels; each goes through the network once.

        Returns:
            (n, 4) float32 boxes x1 y1 x2 y2 in frame pixels and (n,) float32 scores, best first.
        """
        found = [self._tile(image, region) for region in regions]
        boxes = np.vstack([f[0] for f in found]) if found else np.empty((0, 4), np.float32)
        scores = np.concatenate([f[1] for f in found]) if found else np.empty(0, np.float32)
        return merge(boxes, scores)

    def _tile(self, image: NDArray[np.uint8], region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        x1, y1, x2, y2 = region
        tile = cv2.resize(image[y1:y2, x1:x2], (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA)
        blob = ((tile.astype(np.float32) - MEAN_BGR) / STD_BGR).transpose(2, 0, 1)[None]
        names = self._outputs[0] + self._outputs[1]
        outputs = self._session.run(names, {"input_1:0": np.ascontiguousarray(blob)})
        person = np.concatenate([o[0, :, 0] for o in outputs[:3]])
        sides = np.concatenate([o[0] for o in outputs[3:]])
        boxes, scores = decode(person, sides)
        scale = np.array([x2 - x1, y2 - y1] * 2, np.float32) / np.float32(INPUT_PX)
        boxes = (boxes * scale + np.array([x1, y1, x1, y1], np.float32)).astype(np.float32)
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


def regions_for(view: View) -> list[Region]:
    """Tiles over the zones so that people enter the network at a size that it sees well.

    The zones' bounding box, with room above it for bodies, is cut into overlapping tiles of nearly square shape
    (the network's input is square, and a squeezed person is a missed person); tiles that no body in a zone can
    touch are left out.
    """
    width, height = view.size
    if not view.zones:
        return [(0, 0, width, height)]
    x1, y1, x2, y2 = _bounds_with_bodies(view)
    person = _person_px(view)
    side = max(person * INPUT_PX / LEAST_PERSON_PX, _person_px(view, 95) / LARGEST_SHARE)
    rows = _count(y2 - y1, side, person)
    tall = (y2 - y1 + (rows - 1) * person) / rows
    cols = _count(x2 - x1, min(side, MAX_ASPECT * tall), person)
    tiles = [(a, b, c, d) for b, d in _spans(y1, y2, rows, person) for a, c in _spans(x1, x2, cols, person)]
    bodies = _body_area(view, person)
    return [tile for tile in tiles if bodies.intersects(shapely.box(*tile))][:MAX_TILES] or tiles[:MAX_TILES]


def _body_area(view: View, person: float) -> BaseGeometry:
    """Where on the picture bodies of people in the zones can be."""
    return shapely.union_all(
        [shapely.MultiPoint([*zone.polygon, *(zone.polygon - [0, 0.8 * person])]).convex_hull for zone in view.zones]
    )


def _bounds_with_bodies(view: View) -> Region:
    width, height = view.size
    boxes = np.array([zone.bounds() for zone in view.zones])
    x1, y1 = boxes[:, :2].min(axis=0)
    x2, y2 = boxes[:, 2:].max(axis=0)
    body = _person_px(view, 75) * 1.3
    corners = np.array([x1 - body / 2, y1 - body, x2 + body / 2, y2 + body / 4])
    a, b, c, d = np.clip(corners, 0, [width, height, width, height]).astype(int)
    return (int(a), int(b), int(c), int(d)) if c - a > 32 and d - b > 32 else (0, 0, width, height)


def _person_px(view: View, percentile: float = 50) -> float:
    """Height of a standing person in the zones, pixels: over a grid of places on the picture."""
    width, height = view.size
    heights: list[float] = []
    for zone in view.zones:
        x1, y1, x2, y2 = zone.bounds()
        grid = np.array(np.meshgrid(np.linspace(x1, x2, 7), np.linspace(y1, y2, 5))).reshape(2, -1).T
        inside = grid[(grid >= 0).all(axis=1) & (grid < [width, height]).all(axis=1)]
        heights.extend(view.person_height_px(place) for place in view.to_ground(inside))
    usable = [h for h in heights if np.isfinite(h) and h > 4]
    return float(np.percentile(usable, percentile)) if usable else height / 6.0


def _count(length: float, side: float, overlap: float) -> int:
    """How many tiles of at most `side` cover `length` with a person's overlap."""
    return 1 if length <= side else 1 + int(np.ceil((length - side) / max(side - overlap, side / 2)))


def _spans(low: int, high: int, count: int, overlap: float) -> list[tuple[int, int]]:
    """`count` equal spans over [low, high], each two neighbours sharing `overlap` pixels."""
    side = int(np.ceil((high - low + (count - 1) * overlap) / count))
    return [(int(start), int(start) + side) for start in np.linspace(low, high - side, count)]
