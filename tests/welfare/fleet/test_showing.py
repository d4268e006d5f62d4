"""The live picture: made from the frame in hand while somebody looks, with masks and heads covered, and then gone."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.pictures import EAST, PERSON_AT_12_S, frame_of
from welfare.behaviour.observation import Observation
from welfare.fleet.places import live_place
from welfare.fleet.showing import Showing
from welfare.watch.pipeline import Step
from welfare.watch.redact import head_box


def person() -> Observation:
    return Observation(0.0, 1, PERSON_AT_12_S, (600.0, 426.0), (1.0, 1.0), 0.9)


def step_with(*people: Observation) -> Step:
    return Step(0.0, people, (), False, (), 1, {})


@pytest.fixture
def image(settings: pytest.FixtureRequest, tmp_path: Path) -> NDArray[np.uint8]:
    settings.RUN_DIR = tmp_path  # type: ignore[attr-defined]
    return frame_of(EAST, 12.2)


def test_nothing_is_written_while_nobody_looks(image: NDArray[np.uint8]) -> None:
    Showing(1).offer(1000.0, image, step_with())
    assert live_place(1).latest() is None


def test_who_looks_sees_the_frame_with_heads_blurred_and_where_people_are(image: NDArray[np.uint8]) -> None:
    showing = Showing(1)
    live_place(1).ask()
    showing.offer(1000.0, image, step_with(person()))
    shown = live_place(1).latest()
    assert shown is not None
    assert (shown.at_s, shown.size) == (1000.0, (1280, 720))
    assert [who["box"] for who in shown.people] == [[568, 270, 642, 426]]
    decoded = np.asarray(cv2.imdecode(np.frombuffer(shown.jpeg, np.uint8), cv2.IMREAD_COLOR)).astype(int)
    x1, y1, x2, y2 = (round(v) for v in head_box(PERSON_AT_12_S))
    head, ground = (slice(y1, y2), slice(x1, x2)), (slice(600, 660), slice(900, 1000))
    assert np.abs(decoded[head] - image[head]).mean() > 3 * np.abs(decoded[ground] - image[ground]).mean()


def test_pictures_come_no_faster_than_they_are_looked_at_and_go_when_nobody_looks_any_more(
    image: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    showing, place = Showing(1), live_place(1)
    place.ask()
    for n in range(5):
        showing.offer(1000.0 + n / 5, image, step_with())
    shown = place.latest()
    assert shown is not None
    assert shown.at_s == 1000.0  # the other four came within the same half second
    monkeypatch.setattr("zones.live_picture.ASKED_S", 0.0)
    showing._next_at = 0.0
    showing.offer(1001.0, image, step_with())
    assert place.latest() is None


def test_a_run_that_ends_leaves_no_picture_behind(image: NDArray[np.uint8]) -> None:
    showing = Showing(1)
    live_place(1).ask()
    showing.offer(1000.0, image, step_with())
    showing.end()
    assert live_place(1).latest() is None


def test_a_torn_file_is_no_picture(image: NDArray[np.uint8], tmp_path: Path) -> None:
    live_place(1).ask()
    for torn in ("{", '{"at_s": 1, "size": [1], "people": [], "jpeg": ""}', '{"jpeg": "%%%"}', "[]"):
        (tmp_path / "live" / "1.json").write_text(torn)
        assert live_place(1).latest() is None
