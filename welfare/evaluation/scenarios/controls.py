"""What a posture sets, as one vector so that postures can be blended: pelvis, trunk, head, feet and hands.

Angles in radians, places in metres in the world; a hand follows the chest (`*_HAND_LOCAL`) or a place in the world
(`*_HAND_WORLD`), by its mix from 0 to 1.
"""

import numpy as np
from numpy.typing import ArrayLike

from welfare.evaluation.scenarios.camera import Floats

PELVIS, YAW, PELVIS_PITCH, PELVIS_ROLL = slice(0, 3), 3, 4, 5
SPINE_PITCH, SPINE_TWIST, SPINE_SIDE, NECK_PITCH, NECK_YAW = 6, 7, 8, 9, 10
L_FOOT, L_FOOT_YAW, L_FOOT_PITCH = slice(11, 14), 14, 15  # the foot's place is on its sole under the ankle
R_FOOT, R_FOOT_YAW, R_FOOT_PITCH = slice(16, 19), 19, 20
L_HAND_LOCAL, L_HAND_WORLD, L_HAND_MIX = slice(21, 24), slice(24, 27), 27
R_HAND_LOCAL, R_HAND_WORLD, R_HAND_MIX = slice(28, 31), slice(31, 34), 34
L_KNEE_OUT, R_KNEE_OUT, L_ELBOW_OUT, R_ELBOW_OUT = 35, 36, 37, 38
COUNT = 39

SIDES = ((1, L_FOOT), (-1, R_FOOT))  # +1 is the body's left
YAWS = (YAW, L_FOOT_YAW, R_FOOT_YAW)


def turn_x(angle: float) -> Floats:
    """Rotation about x."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def turn_y(angle: float) -> Floats:
    """Rotation about y: positive bends forward."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def turn_z(angle: float) -> Floats:
    """Rotation about z: positive turns left."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def heading(yaw: float) -> Floats:
    """(3,) unit vector on the deck."""
    return np.array([np.cos(yaw), np.sin(yaw), 0.0])


def leftward(yaw: float) -> Floats:
    """(3,) unit vector to the left of a heading."""
    return np.array([-np.sin(yaw), np.cos(yaw), 0.0])


def ease(share: float) -> float:
    """0 to 1 with soft ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def set_hand(controls: Floats, side: int, *, world: ArrayLike | None = None, local: ArrayLike | None = None) -> None:
    """Put a hand (side +1 left, -1 right) at a place in the world or before the chest."""
    near, far, mix = (L_HAND_LOCAL, L_HAND_WORLD, L_HAND_MIX) if side > 0 else (R_HAND_LOCAL, R_HAND_WORLD, R_HAND_MIX)
    if world is not None:
        controls[far], controls[mix] = np.asarray(world), 1.0
    if local is not None:
        controls[near], controls[mix] = np.asarray(local), 0.0


def blended(before: Floats, after: Floats, share: float) -> Floats:
    """From one posture to another; the feet step one after the other, the left first.

    Args:
        before: controls at the end of the last action.
        after: controls of the next action now.
        share: 0 to 1, how much of the change has passed in time.
    """
    before = before.copy()
    for k in YAWS:
        before[k] = after[k] + (before[k] - after[k] + np.pi) % (2 * np.pi) - np.pi
    weight = ease(share)
    mixed: Floats = before * (1 - weight) + after * weight
    for foot, yaw, starts in ((L_FOOT, L_FOOT_YAW, 0.0), (R_FOOT, R_FOOT_YAW, 0.45)):
        step = ease((share - starts) / 0.55)
        length = float(np.linalg.norm(before[foot] - after[foot]))
        mixed[foot] = before[foot] * (1 - step) + after[foot] * step
        mixed[yaw] = before[yaw] * (1 - step) + after[yaw] * step
        if length > 0.04:
            raised = before[foot][2] != after[foot][2]
            mixed[foot.start + 2] += (0.06 + 0.15 * min(length, 1.0) * raised) * np.sin(np.pi * step)
    for world, mix in ((L_HAND_WORLD, L_HAND_MIX), (R_HAND_WORLD, R_HAND_MIX)):
        if before[mix] < 0.01:
            mixed[world] = after[world]
        elif after[mix] < 0.01:
            mixed[world] = before[world]
    return mixed
