"""Whose pose is looked at: nearest the edge and least certain first, inside the budget."""

import numpy as np

from welfare.behaviour.observation import Observation, Pose
from welfare.watch.attention import A_FRAME, PoseSchedule

CLEAR = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32), 120.0)


def person(track: int, t_s: float, *, seen: bool = True) -> Observation:
    return Observation(t_s, track, (0.0, 0.0, 40.0, 120.0), (20.0, 120.0), (0.0, 0.0), 0.9, seen=seen)


def counted(edges_m: list[float], seconds: float, poses: list[Pose | None]) -> list[int]:
    """How often each of some people was looked at."""
    schedule, times = PoseSchedule(), [0] * len(edges_m)
    for n in range(int(seconds * 5)):
        people = [person(i, n / 5) for i in range(len(edges_m))]
        picked = schedule.pick(people, edges_m)
        assert len(picked) <= A_FRAME
        for i in picked:
            times[i] += 1
            schedule.note(people[i], poses[i])
    return times


def test_at_the_edge_every_frame_and_farther_away_less_often() -> None:
    assert counted([0.2, 5.0], 4, [CLEAR, CLEAR]) == [20, 0]
    near, middle = counted([0.2, 1.9], 4, [CLEAR, CLEAR])
    assert near == 20
    assert 3 <= middle <= 6


def test_the_edge_comes_first_when_there_are_too_many() -> None:
    assert counted([1.2, 0.1, 1.3, 0.3], 4, [CLEAR] * 4)[1::2] == [20, 20]


def test_doubt_is_looked_at_again_sooner() -> None:
    sure, unsure = counted([1.9, 1.9], 10, [CLEAR, None])
    assert unsure > 1.3 * sure


def test_whoever_is_not_seen_has_no_pose() -> None:
    assert PoseSchedule().pick([person(1, 0.0, seen=False)], [0.1]) == []
