"""Nobody enters the network so tall that it does not see them: it has a hole between two of its scales."""

import cv2
import numpy as np
import pytest

from tests.pictures import EAST, PERSON_AT_12_S, frame_of
from welfare.watch.detector import INPUT_PX, Detector
from welfare.watch.tiles import MOST_PERSON_PX, ground_px, person_px, regions_for
from welfare.watch.tracker import TrackerSettings, iou
from zones.geometry import View
from zones.site_file import read_site


@pytest.fixture
def view() -> View:
    return read_site(EAST.with_suffix(".site.json"), (1280, 720))


def seen_so_tall(image: np.ndarray, px: int, ground: int) -> tuple[float, float]:
    """The picture enlarged until its person is so tall; score and overlap with where they are."""
    x1, y1, x2, y2 = PERSON_AT_12_S
    scale = px / (y2 - y1)
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    move = np.hstack([scale * np.eye(2), (np.array([[640.0], [360.0]]) - scale * middle[:, None])])
    larger = np.asarray(cv2.warpAffine(image, move, (1280, 720)), dtype=np.uint8)
    where = (np.array([[x1, y1], [x2, y2]]) - middle) * scale + [640, 360]
    boxes, scores = Detector().detect(larger, [(280, 0, 1000, 720)], ground)
    overlap = iou(boxes.astype(float), where.reshape(1, 4))[:, 0] if len(boxes) else np.zeros(1)
    best = int(overlap.argmax())
    return (float(scores[best]), float(overlap[best])) if len(boxes) else (0.0, 0.0)


@pytest.mark.parametrize("px", [180, 260, 340])
def test_a_large_person_is_seen_on_a_ground_that_makes_them_small_enough(px: int) -> None:
    image = frame_of(EAST, 12.2)
    score, overlap = seen_so_tall(image, px, round(px * INPUT_PX / MOST_PERSON_PX))
    assert score > TrackerSettings().strong_score
    assert overlap > 0.7


def test_what_enters_the_network_is_never_so_small_that_people_are_too_large(view: View) -> None:
    tall = person_px(view, 95)
    ground = ground_px(view)
    for x1, y1, x2, y2 in regions_for(view):
        assert tall * INPUT_PX / max(y2 - y1, ground) <= MOST_PERSON_PX + 1
        assert 0 <= x1 < x2 <= view.size[0]
        assert 0 <= y1 < y2 <= view.size[1]
