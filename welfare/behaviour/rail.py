"""Is somebody on the barrier? Read from one sight of a person against the plane of the rail.

`View.on_rail_plane` says where a sight line meets that plane. For somebody on the deck before the barrier every reading
is at most the true height, and feet read below 0; a foot or a hip that reads high is on the barrier
(docs/decisions/0001-rail-plane-from-one-homography.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.observation import Box, Observation, Pose
from welfare.behaviour.profile import Profile
from zones.geometry import View, WatchedZone

KNEES, ANKLES, HIPS, SHOULDERS = (25, 26), (27, 28), (23, 24), (11, 12)  # BlazePose landmark numbers
BODY = (*SHOULDERS, *HIPS, *KNEES, *ANKLES)
VISIBLE = 0.5  # BlazePose: under this a landmark is a guess
VISIBLE_STILL = 0.3  # assumed: a raised foot that was clear a moment ago, and is where it was, fades behind the own leg
RAISED_S = 1.0  # assumed: how long a moment is
BORDER_PX = 4.0  # assumed: a box so near the border is cut by it
STRAYS = 0.02  # assumed: of the box's height; a joint farther out of its own box is no longer this person's
WHOLE = 0.85  # assumed: a box under this share of the own height, with somebody before its foot, is cut by them
HIDDEN_FOOT = 0.3  # assumed: share of a box's width that somebody nearer covers at its foot
LOW_RAIL_M = 0.3  # under this the "rail" is a kerb or nothing


@dataclass(frozen=True, slots=True)
class RailReading:
    """What one sight says about the barrier.

    Attributes:
        bottom_m: height on the rail plane of the box's bottom; NaN where it is cut or the camera looks from beyond.
        top_m: of the box's top.
        foot_m: of the higher ankle, NaN where not seen well.
        hips_m: of the hips, NaN where not seen well.
        foot_on: one foot raised onto the barrier.
        hips_on: hips at the rail's top or above it.
        feet_beyond: the whole person stands on the barrier or beyond it.
        sits: low, and at the very line of an edge without a rail: sitting on it, or their legs over it.
        known: the lower body was in the picture, so that False means something.
    """

    bottom_m: float
    top_m: float
    foot_m: float
    hips_m: float
    foot_on: bool
    hips_on: bool
    feet_beyond: bool
    sits: bool
    known: bool

    @property
    def across(self) -> bool:
        """Somebody is on or across the barrier in this frame."""
        return self.foot_on or self.hips_on or self.feet_beyond or self.sits


UNKNOWN = RailReading(*(np.nan,) * 4, foot_on=False, hips_on=False, feet_beyond=False, sits=False, known=False)


def looks_from_the_deck(view: View, zone: WatchedZone) -> bool:
    """Whether the camera hangs on the deck's side of the edge line; from beyond, feet are hidden by the barrier."""
    return float(view.edge_offset(zone, view.camera_m[:2])[0]) > 0


def height_m(view: View, person: Observation) -> float:
    """Height of the box at the feet's place, metres; NaN where the box is cut by the border or there is no picture."""
    x1, y1, x2, y2 = person.box_px
    width, height = view.size
    whole = x1 >= BORDER_PX and y1 >= BORDER_PX and x2 <= width - BORDER_PX and y2 <= height - BORDER_PX
    return 1.7 * (y2 - y1) / view.person_height_px(person.feet_m) if whole else float("nan")


def read(
    view: View,
    zone: WatchedZone,
    person: Observation,
    profile: Profile,
    standing_m: float = np.nan,
    others: Sequence[Observation] = (),
    *,
    shared: bool = False,
    raised: bool = False,
) -> RailReading:
    """Read one sight of a person who is near the edge line.

    Args:
        view: the calibrated picture.
        zone: whose edge line.
        person: the sight.
        profile: thresholds.
        standing_m: the person's own height when upright; NaN while unknown.
        others: the other people of this frame, whose limbs a pose may have mixed in.
        shared: the box may hold two people who are found as one.
        raised: a foot of theirs was read on the barrier a moment ago.
    """
    if not person.seen or not np.isfinite(person.box_px).all() or not looks_from_the_deck(view, zone):
        return UNKNOWN
    x1, y1, x2, y2 = person.box_px
    width, height = view.size
    cut = y2 > height - BORDER_PX or x1 < BORDER_PX or x2 > width - BORDER_PX
    middle = (x1 + x2) / 2
    (_, bottom), (_, top) = view.on_rail_plane(zone, [[middle, y2], [middle, y1]])
    cut = cut or (top - bottom < WHOLE * standing_m and _foot_is_hidden(person.box_px, others))
    foot, low_foot, hips = _pose_heights(view, zone, person, others, VISIBLE_STILL if raised else VISIBLE)
    if shared:
        foot = low_foot = np.nan  # whose foot it is is not known; hips and a box that left the deck are read as ever
    upright = top >= profile.upright_top_m
    high_rail = view.rail_height_m >= LOW_RAIL_M
    beyond = -float(view.edge_offset(zone, view.to_ground([[middle, y2]]))[0]) if bottom > 0 else 0.0
    return RailReading(
        bottom_m=np.nan if cut else float(bottom),
        top_m=float(top),
        foot_m=foot,
        hips_m=hips,
        # The other foot stands on the deck, close before the barrier.
        foot_on=bool(high_rail and foot >= profile.foot_raised_m and low_foot > -0.55 and top > 1.0),
        hips_on=bool(high_rail and upright and hips >= view.rail_height_m - profile.hips_below_rail_m),
        feet_beyond=bool(not cut and beyond > profile.beyond_m and (upright or top - bottom > 1.3)),
        sits=not high_rail and not cut and _sits(view, zone, person, profile, standing_m),
        known=not cut or np.isfinite(foot),
    )


def _foot_is_hidden(box: Box, others: Sequence[Observation]) -> bool:
    """Whether somebody nearer the camera stands before the lower end of a box."""
    x1, _, x2, y2 = box
    return any(
        other.seen
        and other.box_px[1] < y2 < other.box_px[3]
        and min(x2, other.box_px[2]) - max(x1, other.box_px[0]) >= HIDDEN_FOOT * (x2 - x1)
        for other in others
    )


def _sits(view: View, zone: WatchedZone, person: Observation, profile: Profile, standing_m: float) -> bool:
    limit = profile.low_share * standing_m if np.isfinite(standing_m) else profile.low_height_m
    near = float(view.edge_offset(zone, [person.feet_m])[0]) <= profile.sit_edge_m
    return near and height_m(view, person) < limit


def _pose_heights(
    view: View, zone: WatchedZone, person: Observation, others: Sequence[Observation], visible: float
) -> tuple[float, float, float]:
    """Heights on the rail plane: the higher ankle, the lower ankle, the hips; NaN where not seen well.

    `visible` is what the ankles need.
    """
    pose = person.pose
    if pose is None:
        return np.nan, np.nan, np.nan
    width, height = view.size
    points = pose.landmarks_px.astype(float)
    inside = (points >= 0).all(axis=1) & (points < [width, height]).all(axis=1)
    needed = np.full(len(points), VISIBLE)
    needed[list(ANKLES)] = visible
    clear = (pose.visibility >= needed) & inside
    heights = view.on_rail_plane(zone, points)[:, 1]
    foot = low_foot = hips = np.nan
    if clear[list(ANKLES)].all():
        a, b = heights[list(ANKLES)]
        knee = KNEES[int(b > a)]
        # A raised foot has its knee above it.
        if heights[knee] > max(a, b) and not _of_two_people(person, pose, knee, others):
            foot, low_foot = float(max(a, b)), float(min(a, b))
    if clear[list(HIPS)].all():
        hips = float(heights[list(HIPS)].mean())
    return foot, low_foot, hips


def _of_two_people(person: Observation, pose: Pose, knee: int, others: Sequence[Observation]) -> bool:
    """Whether a leg that seems raised may be the arm of somebody who stands close by on the picture.

    So it is where a joint lies outside the person's own box and inside another's, or where both shoulders lie inside
    another's and the raised leg's knee is above the middle of the trunk: foot on a railing, it hardly comes above the
    hips. It says nothing of anybody whom no other box covers, and nothing of hips or of a box that has left the deck.
    """
    x1, y1, x2, y2 = person.box_px
    stray = STRAYS * (y2 - y1)
    theirs = np.zeros(len(pose.landmarks_px), dtype=bool)
    for other in others:
        if other.seen:
            theirs |= _inside(pose.landmarks_px, other.box_px)
    own = _inside(pose.landmarks_px, (x1 - stray, y1 - stray, x2 + stray, y2 + stray))
    heights = pose.landmarks_px[:, 1]
    high_knee = heights[knee] < (heights[list(SHOULDERS)].mean() + heights[list(HIPS)].mean()) / 2
    return bool((theirs & ~own)[list(BODY)].any() or (theirs[list(SHOULDERS)].all() and high_knee))


def _inside(points: NDArray[np.float32], box: Box) -> NDArray[np.bool_]:
    return np.asarray((points >= box[:2]).all(axis=1) & (points <= box[2:]).all(axis=1))
