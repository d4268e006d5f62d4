"""On a calibrated deck people walk in metres: they keep their number behind a post, and nobody takes over another's."""

import numpy as np
import pytest

from tests.pictures import EAST
from welfare.watch.kalman import KalmanBank, to_centre
from welfare.watch.motion_in_metres import GroundMotion
from welfare.watch.pipeline import Models, Pipeline
from welfare.watch.tracker import Tracker
from zones.geometry import View
from zones.site_file import read_site

VIEW: View = read_site(EAST.with_suffix(".site.json"), (1280, 720))
Place = tuple[float, float]


def box(x: float, y: float) -> list[float]:
    """Of somebody who stands at a place on the deck, metres."""
    foot, head = VIEW.to_image([(x, y, 0.0), (x, y, 1.7)])
    return [foot[0] - (foot[1] - head[1]) / 6, head[1], foot[0] + (foot[1] - head[1]) / 6, foot[1]]


def follow(tracker: Tracker, start_s: float, end_s: float, *people: tuple[Place, float]) -> list[dict[int, float]]:
    """People (start place, metres a second along the bridge) at five frames a second; number -> metres along."""
    seen = []
    for t_s in np.arange(start_s, end_s, 0.2):
        boxes = [box(x + speed * t_s, y) for (x, y), speed in people]
        tracks = tracker.update(float(t_s), np.reshape(boxes, (-1, 4)), np.full(len(boxes), 0.8))
        feet = [(track.id, (track.box[0] + track.box[2]) / 2, track.box[3]) for track in tracks if track.seen]
        seen.append({number: float(VIEW.to_ground([(u, v)])[0, 0]) for number, u, v in feet})
    return seen


def calibrated() -> Tracker:
    return Tracker(ground=GroundMotion(VIEW))


@pytest.mark.parametrize("speed", [0.0, 1.3, -1.3, 4.2])
def test_three_seconds_behind_a_post_keep_the_number_only_where_metres_are_known(speed: float) -> None:
    numbers = {}
    for name, tracker in {"metres": calibrated(), "pixels": Tracker()}.items():
        before = follow(tracker, 0, 4, ((9.0, -1.2), speed))[-1]
        follow(tracker, 4, 7)
        after = follow(tracker, 7, 8, ((9.0, -1.2), speed))[-1]
        numbers[name] = set(before) == set(after)
    assert numbers == {"metres": True, "pixels": False}


def test_two_who_pass_each_other_unseen_come_out_with_their_own_numbers() -> None:
    tracker = calibrated()
    people = ((8.0, -1.2), 1.3), ((18.4, -1.4), -1.3)
    before = follow(tracker, 0, 2.6, *people)[-1]
    follow(tracker, 2.6, 5.4)
    after = follow(tracker, 5.4, 7, *people)[-1]
    assert min(before, key=lambda n: before[n]) == max(after, key=lambda n: after[n])
    assert set(before) == set(after)


def test_nobody_jumps_along_the_bridge_however_near_that_is_on_the_picture() -> None:
    """Somebody steps out seven metres before a person, whose box theirs overlaps: it is not that person."""
    numbers = {}
    for name, tracker in {"metres": calibrated(), "pixels": Tracker()}.items():
        follow(tracker, 0, 3, ((35.0, -1.5), 0.0))
        follow(tracker, 3.0, 3.5, ((28.5, -3.0), 0.0))
        numbers[name] = {track.id for track in tracker.update(3.6, [box(28.5, -3.0)], [0.8]) if track.seen}
    assert numbers == {"metres": {2}, "pixels": {1}}


def test_legs_behind_a_wall_are_no_leap() -> None:
    tracker, seen = calibrated(), []
    for n in range(30):
        x1, y1, x2, y2 = box(12.0, -1.2)
        hidden = 0.45 * (y2 - y1) if n % 6 > 2 else 0.0
        seen += [track.id for track in tracker.update(n / 5, [[x1, y1, x2, y2 - hidden]], [0.8]) if track.seen]
    assert set(seen) == {1}
    assert len(seen) == 29


def test_who_walks_on_is_predicted_where_they_will_be() -> None:
    a, b, c = (np.array([box(x, -1.2)]) for x in (10.0, 10.26, 13.9))
    speed = (to_centre(b) - to_centre(a))[:, :2] / 0.2
    carried, _ = GroundMotion(VIEW).carry(to_centre(a), speed, 3.0)
    assert np.abs(carried - to_centre(c)).max() < 10
    assert np.abs(to_centre(a)[:, :2] + 3 * speed - to_centre(c)[:, :2]).max() > 25


def test_above_the_horizon_motion_stays_in_pixels() -> None:
    bank = KalmanBank.empty()
    bank.add(np.array([[100.0, -2100.0, 140.0, -2000.0]]))
    bank.speed[:, 0] = 10.0
    bank.predict(1.0, GroundMotion(VIEW))
    assert bank.mean[0, :2].tolist() == [130.0, -2050.0]


def test_a_camera_that_nobody_calibrated_moves_people_in_pixels() -> None:
    with Models() as models:
        guessed = View.build(homography=None, size=VIEW.size, rail_height_m=1.1, zones=VIEW.zones)
        assert Pipeline(guessed, models)._tracker._ground is None
        assert Pipeline(VIEW, models)._tracker._ground is not None
