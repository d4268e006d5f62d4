"""People keep their number: crossing, hidden for a moment, at few frames a second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from welfare.watch.tracker import Tracker


def walk(tracker: Tracker, times: list[float], *people: tuple[float, float]) -> list[dict[int, float]]:
    """Boxes of people (start x, speed px/s), 60 x 160 px; returns number -> x of each frame."""
    seen = []
    for t_s in times:
        boxes = np.array([[x + v * t_s, 100, x + v * t_s + 60, 260] for x, v in people])
        tracks = tracker.update(t_s, boxes, np.full(len(people), 0.8))
        seen.append({track.id: float(track.box[0]) for track in tracks})
    return seen


def test_one_person_is_one_track_at_5_frames_a_second() -> None:
    seen = walk(Tracker(), [n / 5 for n in range(50)], (0, 90))
    assert len({number for frame in seen for number in frame}) == 1
    assert abs(seen[-1][next(iter(seen[-1]))] - 90 * 9.8) < 15


def test_irregular_frames_give_the_same_track() -> None:
    times = np.cumsum(np.random.default_rng(3).uniform(0.05, 0.6, 60)).tolist()
    assert len({number for frame in walk(Tracker(), times, (0, 60)) for number in frame}) == 1


@pytest.mark.parametrize("gap_s", [0.5, 1.0, 1.4])
def test_somebody_who_paces_is_one_track_also_when_frames_are_far_apart(gap_s: float) -> None:
    """On an overloaded machine nobody may seem to be gone who is in every picture."""
    tracker, numbers = Tracker(), []
    for n in range(40):
        x = 300 + 90 * np.sin(n * gap_s)
        tracks = tracker.update(n * gap_s, [[x, 100, x + 60, 260]], [0.8])
        numbers += [(track.id, track.seen) for track in tracks]
    assert len(numbers) == 39
    assert set(numbers) == {(1, True)}


def test_who_is_too_far_away_to_have_walked_there_is_somebody_else() -> None:
    tracker = Tracker()
    for n in range(5):
        tracker.update(float(n), [[300, 100, 360, 260]], [0.8])
    (lost,) = tracker.update(5.0, [[900, 100, 960, 260]], [0.8])
    assert not lost.seen


def test_two_people_who_cross_keep_their_numbers() -> None:
    seen = walk(Tracker(), [n / 10 for n in range(80)], (0, 100), (700, -80))
    first, last = seen[10], seen[-1]
    assert len(first) == len(last) == 2
    assert min(first, key=lambda n: first[n]) == max(last, key=lambda n: last[n])


def test_a_second_without_a_sight_is_bridged_and_the_track_coasts_meanwhile() -> None:
    tracker = Tracker()
    before = walk(tracker, [n / 5 for n in range(20)], (0, 50))[-1]
    (coasting,) = tracker.update(4.4, np.empty((0, 4)), np.empty(0))
    assert not coasting.seen
    after = walk(tracker, [5.0, 5.2], (0, 50))[-1]
    assert set(before) == set(after)


@given(st.permutations(range(4)))
def test_the_order_of_the_boxes_does_not_matter(order: list[int]) -> None:
    boxes = np.array([[100.0 * n, 100, 100 * n + 60, 260] for n in range(4)])
    tracker = Tracker()
    tracker.update(0.0, boxes, np.full(4, 0.8))
    tracker.update(0.2, boxes, np.full(4, 0.8))
    tracker.update(0.4, boxes[order], np.full(4, 0.8))
    tracks = tracker.update(0.6, boxes, np.full(4, 0.8))
    assert sorted(float(t.box[0]) // 90 for t in tracks) == sorted(float(b[0]) // 90 for b in boxes)
    assert [t.id for t in sorted(tracks, key=lambda t: float(t.box[0]))] == sorted(t.id for t in tracks)


def test_boxes_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"finite|box"):
        Tracker().update(0.0, np.full((1, 4), np.nan), np.array([0.9]))
