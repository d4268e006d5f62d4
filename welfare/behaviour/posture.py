"""A body's posture against the edge, in metres, from one pose and the camera's calibration.

One camera gives no depth, but the feet give the place: a body that leans out moves within the upright plane through
the feet at right angles to the edge (its section). Where the camera looks across that plane, the sight line through a
landmark meets it at one point, and with it come distance beyond the edge and height. Where it looks along it, posture
is unknown, but for leaning far out (`end_on.py`). On rendered clips the head comes out within 0.3 m of the truth, and
leaning on a rail apart from leaning over it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.end_on import NOTHING, Known, Looks, bend
from welfare.behaviour.observation import Observation, Pose
from zones.geometry import Points, View, WatchedZone

EARS, SHOULDERS, HIPS, ANKLES = (7, 8), (11, 12), (23, 24), (27, 28)  # BlazePose landmark numbers
HEAD = (0, *EARS)
VISIBLE = 0.5  # BlazePose: under this a landmark is a guess
ACROSS = 0.25  # assumed: sine of the angle between sight line and section under which its depth says nothing
SIDE_VIEW = 0.45  # assumed: shoulders narrower than this share of the trunk are seen from the side


@dataclass(frozen=True, slots=True)
class Posture:
    """What one pose says; NaN is unknown.

    Attributes:
        lean_deg: trunk to the upright in the section, positive towards the edge.
        head_m: of the head beyond the edge line, negative before it.
        chest_m: of the shoulders' middle beyond the edge line.
        hips_m: height of the hips above the deck.
        facing_deg: between where the chest faces and the straight way out.
        head_deg: ear-shoulder-hip angle; 180 is upright. Only from the side.
        upper_m: how far the head is over the hips as it looks at the feet, whatever the camera sees of leaning.
        quality: 0 to 1, how well the trunk and head were seen.
    """

    lean_deg: float
    head_m: float
    chest_m: float
    hips_m: float
    facing_deg: float
    head_deg: float
    upper_m: float
    quality: float


UNKNOWN = Posture(*(np.nan,) * 7, quality=0.0)


def read(view: View, zone: WatchedZone, person: Observation, known: Known = NOTHING) -> Posture:
    """Read one sight of a person; what is known of them tells leaning where the camera looks along the section."""
    pose = person.pose
    if pose is None or not person.seen or not np.isfinite(person.feet_m).all():
        return UNKNOWN
    trunk = float(pose.visibility[[*SHOULDERS, *HIPS]].min())
    if trunk < VISIBLE:
        return UNKNOWN
    head_seen = float(pose.visibility[list(HEAD)].min()) >= VISIBLE
    head, chest, hips = (_middle(pose, part) for part in (HEAD, SHOULDERS, HIPS))
    foot = _foot(view, person, pose)
    way_out = _way_out(view, zone, foot)
    pixels = np.array([head, chest, hips])
    beyond, height = _on_section(view, foot, way_out, pixels)
    start = -float(view.edge_offset(zone, [foot])[0])
    looks = Looks.of(view, foot, way_out, pixels, pose.trunk_m)
    seen = Posture(
        lean_deg=float(np.degrees(np.arctan2(beyond[1] - beyond[2], height[1] - height[2]))),
        head_m=float(start + beyond[0]) if head_seen else np.nan,
        chest_m=float(start + beyond[1]),
        hips_m=float(height[2]),
        facing_deg=_facing_deg(view, pose, way_out, looks.chest_m if np.isnan(height[1]) else float(height[1])),
        head_deg=_head_deg(pose) if head_seen else np.nan,
        upper_m=looks.upper_m if head_seen else np.nan,
        quality=float(pose.visibility[[*HEAD, *SHOULDERS, *HIPS]].mean()),
    )
    leans = bend(looks, known) if np.isnan(seen.lean_deg) and head_seen else None
    if leans is None:
        return seen
    return replace(
        seen,
        lean_deg=leans.lean_deg,
        head_m=start + leans.head_out_m,
        chest_m=start + leans.chest_out_m,
        quality=seen.quality * leans.sure,
    )


def _middle(pose: Pose, part: tuple[int, ...]) -> NDArray[np.float64]:
    return np.asarray(pose.landmarks_px[list(part)].mean(axis=0), dtype=np.float64)


def _foot(view: View, person: Observation, pose: Pose) -> Points:
    """Where the feet are, metres: below the middle of the ankles.

    The middle of the box is not it: an arm stretched to one side moves it by a decimetre, and where the camera looks
    nearly along the section that is three decimetres of head and chest.
    """
    x1, _, x2, y2 = person.box_px
    ankles = _middle(pose, ANKLES)
    if float(pose.visibility[list(ANKLES)].min()) >= VISIBLE and x1 <= ankles[0] <= x2:
        below = np.asarray(view.to_ground([[ankles[0], y2]])[0], dtype=np.float64)
        if np.isfinite(below).all():
            return below
    return np.asarray(person.feet_m, dtype=np.float64)


def _way_out(view: View, zone: WatchedZone, foot: Points) -> Points:
    """The unit vector straight out over the nearest piece of edge."""
    step = 0.05
    here = float(view.edge_offset(zone, [foot])[0])
    nearer = view.edge_offset(zone, foot + step * np.eye(2))
    out = -(nearer - here) / step  # the way in which the distance to the edge falls fastest
    norm = float(np.linalg.norm(out))
    return out / norm if norm > 0 else np.full(2, np.nan)


def _on_section(view: View, foot: Points, out: Points, pixels: Points) -> tuple[Points, Points]:
    """Where sight lines through (n, 2) pixels meet the section: (n,) metres beyond the feet, (n,) above the deck."""
    along = np.array([-out[1], out[0]])
    rays = view.rays(pixels)
    towards = rays[:, :2] @ along
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = ((foot - view.camera_m[:2]) @ along) / towards
        known = (np.abs(towards) / np.linalg.norm(rays, axis=1) >= ACROSS) & (reach > 0)
        hit = view.camera_m + reach[:, None] * rays
    hit[~known] = np.nan
    return (hit[:, :2] - foot) @ out, hit[:, 2]


def _facing_deg(view: View, pose: Pose, out: Points, height_m: float) -> float:
    """Between the chest's normal and the way out, from the two shoulders on the level of their height."""
    if not np.isfinite(height_m):
        return float("nan")
    rays = view.rays(pose.landmarks_px[list(SHOULDERS)])
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (height_m - view.camera_m[2]) / rays[:, 2]
    left, right = view.camera_m[:2] + reach[:, None] * rays[:, :2]
    to_right = right - left
    turned = float(np.sign(np.linalg.det(view.projection[:, :3])))  # -1 where the ground's axes are mirrored
    faces = turned * np.array([-to_right[1], to_right[0]])
    norm = float(np.linalg.norm(faces))
    if not norm > 0.1 or (reach <= 0).any():  # narrower shoulders than a child's: seen from the side, no direction
        return float("nan")
    return float(np.degrees(np.arccos(np.clip(faces @ out / norm, -1.0, 1.0))))


def _head_deg(pose: Pose) -> float:
    """Ear-shoulder-hip angle on the picture; NaN unless the body is seen from the side."""
    ear, shoulder, hip = (_middle(pose, part) for part in (EARS, SHOULDERS, HIPS))
    up, down = ear - shoulder, hip - shoulder
    trunk = float(np.linalg.norm(down))
    width = float(np.linalg.norm(pose.landmarks_px[SHOULDERS[0]] - pose.landmarks_px[SHOULDERS[1]]))
    if trunk == 0 or width > SIDE_VIEW * trunk or not np.linalg.norm(up) > 0:
        return float("nan")
    return float(np.degrees(np.arccos(np.clip(up @ down / (np.linalg.norm(up) * trunk), -1.0, 1.0))))
