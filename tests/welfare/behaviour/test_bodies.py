"""What one pose says of a body at the edge: read at its feet, and never from a companion's limbs."""

from dataclasses import replace

import numpy as np
import pytest

from tests.welfare.behaviour.test_stays import VIEW, person
from welfare.behaviour import posture, rail, scoring
from welfare.behaviour.episodes import Episode
from welfare.behaviour.events import Sight
from welfare.behaviour.observation import Box, Observation, Pose
from welfare.behaviour.profile import Profile
from welfare.behaviour.triggers import is_crossed

AT = (12.0, -0.35)
ZONE, PROFILE = VIEW.zones[0], Profile()
Joints = dict[int, tuple[float, float, float]]  # BlazePose number: metres along, out, and up from the feet
LEANS: Joints = {
    0: (0, 0.75, 1.2), 7: (-0.07, 0.7, 1.25), 8: (0.07, 0.7, 1.25), 11: (-0.18, 0.5, 1.25), 12: (0.18, 0.5, 1.25),
    23: (-0.1, 0.1, 0.88), 24: (0.1, 0.1, 0.88), 25: (-0.1, 0.05, 0.5), 26: (0.1, 0.05, 0.5),
    27: (-0.1, 0, 0.07), 28: (0.1, 0, 0.07),
}  # fmt: skip
CLIMBS: Joints = LEANS | {
    11: (-0.18, 0.1, 1.4), 12: (0.18, 0.1, 1.4), 23: (-0.1, 0, 0.9), 24: (0.1, 0, 0.9),
    26: (0.1, 0.25, 0.95), 28: (0.1, 0.25, 0.55),
}  # fmt: skip


def posed(joints: Joints, *, arm_px: float = 0.0) -> Observation:
    """Somebody at AT, whose box an arm makes wider on the left."""
    one = person(0.0, AT)
    pixels = VIEW.to_image([(AT[0] + x, AT[1] + y, z) for x, y, z in joints.values()])
    marks, visibility = np.zeros((33, 2), np.float32), np.zeros(33, np.float32)
    marks[list(joints)], visibility[list(joints)] = pixels, 1.0
    x1, y1, x2, y2 = one.box_px
    box = (x1 - arm_px, y1, x2, y2)
    middle = ((box[0] + box[2]) / 2, y2)
    x_m, y_m = VIEW.to_ground([middle])[0]
    pose = Pose(marks, visibility, y2 - y1)
    return replace(one, box_px=box, feet_px=middle, feet_m=(float(x_m), float(y_m)), pose=pose)


def beside(box: Box) -> Observation:
    return replace(person(0.0, AT, 2), box_px=box)


def test_an_arm_stretched_to_one_side_does_not_move_the_head_and_chest() -> None:
    slim, wide = (posture.read(VIEW, ZONE, posed(LEANS, arm_px=arm)) for arm in (0.0, 40.0))
    assert slim.head_m == pytest.approx(0.4, abs=0.15)
    assert slim.chest_m == pytest.approx(0.15, abs=0.15)
    assert wide.head_m == pytest.approx(slim.head_m, abs=0.03)
    assert wide.chest_m == pytest.approx(slim.chest_m, abs=0.03)


def test_a_foot_on_the_railing_is_read_alone_and_with_a_companion_close_by() -> None:
    one = posed(CLIMBS)
    x1, y1, x2, y2 = one.box_px
    assert rail.read(VIEW, ZONE, one, PROFILE).foot_on
    behind = beside((x1 - 20, y1 - 20, (x1 + x2) / 2, y2 - 10))
    everywhere = beside((x1 - 30, y1 - 30, x2 + 30, y2 + 30))
    assert rail.read(VIEW, ZONE, one, PROFILE, others=[behind, everywhere]).foot_on


@pytest.mark.parametrize(("visibility", "before_s", "read"), [
    (0.4, None, False), (0.4, 0.2, True), (0.4, 3.0, False), (0.2, 0.2, False),
], ids=["never clear", "clear a moment ago", "clear long ago", "hardly seen"])  # fmt: skip
def test_a_raised_foot_that_fades_behind_the_own_leg_is_still_raised_if_it_was_clear_a_moment_ago(
    visibility: float, before_s: float | None, read: bool
) -> None:
    one, episode = posed(CLIMBS), Episode(PROFILE, 1, 0.0)
    assert one.pose is not None
    if before_s is not None:
        episode.note_rail(10 - before_s, rail.read(VIEW, ZONE, one, PROFILE))
    faded = one.pose.visibility.copy()
    faded[28] = visibility
    now = replace(one, pose=replace(one.pose, visibility=faded))
    assert rail.read(VIEW, ZONE, now, PROFILE, raised=episode.foot_raised(10.0)).foot_on is read


def test_who_is_cut_below_by_somebody_nearer_is_not_beyond_the_edge_and_who_is_seen_whole_is() -> None:
    """A walker's legs behind a passer's head look as if the body ended over the water."""
    x1, y1, x2, y2 = person(0.0, AT).box_px
    passer = beside((x1 - 5, y2 - 60, x2 + 5, y2 + 80))
    cut = replace(person(0.0, AT), box_px=(x1, y1 - 8, x2, y2 - 40))
    assert rail.read(VIEW, ZONE, cut, PROFILE, 1.7).feet_beyond
    assert not rail.read(VIEW, ZONE, cut, PROFILE, 1.7, [passer]).feet_beyond
    beyond = replace(person(0.0, AT), box_px=(x1, y1 - 40, x2, y2 - 40))
    assert rail.read(VIEW, ZONE, beyond, PROFILE, 1.7, [passer]).feet_beyond
    assert rail.read(VIEW, ZONE, cut, PROFILE, np.nan, [passer]).feet_beyond  # never seen upright: unknown is not safe


def test_the_arm_of_a_companion_is_no_foot_on_the_railing() -> None:
    one = posed(CLIMBS)
    assert one.pose is not None
    marks = one.pose.landmarks_px.copy()
    marks[26, 1] = marks[[11, 12], 1].mean()  # the knee as high as the shoulders
    high = replace(one, pose=replace(one.pose, landmarks_px=marks))
    x1, y1, x2, y2 = one.box_px
    other = beside((x1 - 30, y1 - 10, x2 + 5, y2 - 30))
    assert rail.read(VIEW, ZONE, high, PROFILE).foot_on
    assert not rail.read(VIEW, ZONE, high, PROFILE, others=[other]).foot_on
    assert rail.read(VIEW, ZONE, high, PROFILE, others=[replace(other, seen=False)]).foot_on


def test_a_leg_in_somebody_elses_box_is_theirs() -> None:
    one = posed(CLIMBS)
    assert one.pose is not None
    x1, y1, x2, y2 = one.box_px
    ankle_px = float(one.pose.landmarks_px[28, 0])
    cut = replace(one, box_px=(ankle_px + 10, y1, x2 + 40, y2))
    assert not rail.read(VIEW, ZONE, cut, PROFILE, others=[beside((x1 - 20, y1, ankle_px + 5, y2))]).foot_on


def test_who_is_covered_by_somebody_nearer_is_crossed() -> None:
    one = person(0.0, AT)
    x1, y1, x2, y2 = one.box_px
    nearer = beside((x1 + 5, y1 + 20, x2 + 30, y2 + 25))
    assert is_crossed(one, [nearer])
    assert not is_crossed(one, [replace(nearer, seen=False)])
    assert not is_crossed(nearer, [one])
    assert not is_crossed(one, [beside((x2 + 1, y1, x2 + 40, y2 + 20))])


def test_two_who_are_found_as_one_have_no_foot_on_the_railing_but_hips_as_ever() -> None:
    one = posed(CLIMBS)
    assert rail.read(VIEW, ZONE, one, PROFILE).foot_on
    assert not rail.read(VIEW, ZONE, one, PROFILE, shared=True).foot_on
    assert one.pose is not None
    marks = one.pose.landmarks_px.copy()
    marks[[11, 12, 23, 24], 1] -= 0.35 * (one.box_px[3] - one.box_px[1])
    x1, y1, x2, y2 = one.box_px
    up = replace(one, pose=replace(one.pose, landmarks_px=marks), box_px=(x1, y1 - 60, x2, y2))
    assert rail.read(VIEW, ZONE, up, PROFILE, shared=True).hips_on


def test_a_camera_that_looks_straight_at_the_edge_sees_poorly_whatever_its_poses() -> None:
    """Where the section is seen end on, a pose says nothing of leaning out: that is unknown, not quiet."""
    episode = Episode(PROFILE, 1, 0.0)
    end_on = replace(posture.UNKNOWN, head_m=-0.2, quality=1.0)
    episode.note_posture(0.2, end_on)
    assert scoring.sight(episode, 0.2) is Sight.POOR
    episode.note_posture(0.4, replace(end_on, lean_deg=4.0))
    assert scoring.sight(episode, 0.4) is Sight.CLEAR
