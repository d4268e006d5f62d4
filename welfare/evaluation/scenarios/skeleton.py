"""Inverse kinematics: from a posture's controls to the rotation and place of every bone."""

from typing import NamedTuple

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.body import Body
from welfare.evaluation.scenarios.camera import Floats

KEYPOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
JOINT_BONES = ("upperarm", "lowerarm", "hand", "thigh", "calf", "foot")
HEEL_M = 0.05  # assumed: behind the ankle
LIMBS = {"leg": ("thigh", "calf", "foot"), "arm": ("upperarm", "lowerarm", "hand")}
FEET = {
    1: (k.L_FOOT, k.L_FOOT_YAW, k.L_FOOT_PITCH, k.L_KNEE_OUT),
    -1: (k.R_FOOT, k.R_FOOT_YAW, k.R_FOOT_PITCH, k.R_KNEE_OUT),
}
HANDS = {
    1: (k.L_HAND_LOCAL, k.L_HAND_WORLD, k.L_HAND_MIX, k.L_ELBOW_OUT),
    -1: (k.R_HAND_LOCAL, k.R_HAND_WORLD, k.R_HAND_MIX, k.R_ELBOW_OUT),
}


class Posed(NamedTuple):
    """Bones of one moment: rotations (b, 3, 3) from rest, heads (b, 3) metres, keypoints (17, 3) metres."""

    rotations: Floats
    heads: Floats
    keypoints: Floats


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / (np.linalg.norm(vector) + 1e-9))


def _frame(along: Floats, pole: Floats) -> Floats:
    x = _unit(along)
    z = _unit(pole - x * (pole @ x))
    return np.stack([x, np.cross(z, x), z], axis=1)


def _two_bones(start: Floats, target: Floats, first_m: float, second_m: float, pole: Floats) -> tuple[Floats, Floats]:
    """Where the middle and the end of a limb come to be that reaches for a target; it bends towards the pole."""
    way = target - start
    reach = float(np.clip(np.linalg.norm(way), abs(first_m - second_m) + 0.02, (first_m + second_m) * 0.9985))
    along = _unit(way)
    cosine = (first_m**2 + reach**2 - second_m**2) / (2 * first_m * reach)
    aside = _unit(pole - along * (pole @ along))
    middle = start + along * (first_m * cosine) + aside * (first_m * np.sqrt(max(0.0, 1 - cosine**2)))
    return middle, start + along * reach


class Skeleton:
    """One body's bones; `pose` is called once a frame."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._at = {name: body.joints[i] for i, name in enumerate(body.bones)}
        self._rest = {(limb, side): self._rest_frames(limb, side) for limb in LIMBS for side in "lr"}

    def _rest_frames(self, limb: str, side: str) -> tuple[Floats, Floats]:
        a, b, c = (self._at[f"{name}_{side}"] for name in LIMBS[limb])
        pole = np.array([1.0, 0, 0]) if limb == "leg" else _unit(b - (a + c) / 2)
        return _frame(b - a, pole), _frame(c - b, pole)

    def pose(self, controls: Floats) -> Posed:
        """Bones for one posture.

        Args:
            controls: (39,) as `controls` names them.
        """
        work = _Work(self._body)
        base = k.turn_z(controls[k.YAW])
        work.put("Root", base, np.array([controls[0], controls[1], 0.0]))
        turn = base @ k.turn_y(controls[k.PELVIS_PITCH]) @ k.turn_x(controls[k.PELVIS_ROLL])
        work.put("pelvis", turn, controls[k.PELVIS].copy())
        bend = (
            k.turn_z(controls[k.SPINE_TWIST] / 3)
            @ k.turn_y(controls[k.SPINE_PITCH] / 3)
            @ k.turn_x(controls[k.SPINE_SIDE] / 3)
        )
        for name in ("spine_01", "spine_02", "spine_03"):
            turn = turn @ bend
            work.put(name, turn)
        chest = turn
        for name, share in (("neck_01", 0.4), ("head", 0.6)):
            turn = turn @ k.turn_z(controls[k.NECK_YAW] * share) @ k.turn_y(controls[k.NECK_PITCH] * share)
            work.put(name, turn)
        for side in (1, -1):
            self._leg(work, controls, side, base)
            self._arm(work, controls, side, chest)
        work.rest()
        return Posed(work.rotations, work.heads, self._keypoints(work))

    def _leg(self, work: "_Work", controls: Floats, side: int, base: Floats) -> None:
        body, letter = self._body, "l" if side > 0 else "r"
        foot, yaw_at, pitch_at, knee_at = FEET[side]
        yaw, pitch = controls[yaw_at], controls[pitch_at]
        work.put(f"thigh_{letter}", np.eye(3))
        hip = work.head(f"thigh_{letter}")
        turn = k.turn_z(yaw) @ k.turn_y(pitch)
        pivot = np.array([body.measure("ball_m") if pitch > 0 else -HEEL_M, 0, 0])
        ankle = controls[foot] + k.turn_z(yaw) @ pivot + turn @ (np.array([0, 0, body.measure("ankle_m")]) - pivot)
        pole = base @ k.turn_z(side * controls[knee_at]) @ np.array([1.0, 0, 0.15]) + 0.35 * k.heading(yaw)
        if controls[k.PELVIS_PITCH] > 0.3:
            pole = pole + np.array([0, 0, 0.3])
        knee, ankle = _two_bones(hip, ankle, body.measure("thigh_m"), body.measure("calf_m"), pole)
        upper, lower = self._rest["leg", letter]
        work.put(f"thigh_{letter}", _frame(knee - hip, pole) @ upper.T)
        work.put(f"calf_{letter}", _frame(ankle - knee, pole) @ lower.T, knee)
        work.put(f"foot_{letter}", turn, ankle)
        work.put(f"ball_{letter}", k.turn_z(yaw) if pitch > 0 else turn)

    def _arm(self, work: "_Work", controls: Floats, side: int, chest: Floats) -> None:
        body, letter = self._body, "l" if side > 0 else "r"
        local, world, mix_at, elbow_at = HANDS[side]
        work.put(f"clavicle_{letter}", chest)
        work.put(f"upperarm_{letter}", chest)
        shoulder = work.head(f"upperarm_{letter}")
        rest = self._at["upperarm_l"] * [1, 0, 1]
        middle = work.head("spine_03") + chest @ (rest - self._at["spine_03"])
        mix = controls[mix_at]
        target = (1 - mix) * (middle + chest @ controls[local]) + mix * controls[world]
        pole = chest @ np.array([-0.6, side * (0.25 + controls[elbow_at]), -0.7])
        elbow, _ = joint = _two_bones(shoulder, target, body.measure("upper_arm_m"), body.measure("forearm_m"), pole)
        upper, lower = self._rest["arm", letter]
        work.put(f"upperarm_{letter}", _frame(elbow - shoulder, pole) @ upper.T)
        forearm = _frame(joint[1] - elbow, pole) @ lower.T
        work.put(f"lowerarm_{letter}", forearm, elbow)
        work.put(f"hand_{letter}", forearm)

    def _keypoints(self, work: "_Work") -> Floats:
        head = self._body.bone("head")
        face = work.heads[head] + (self._body.face - self._body.joints[head]) @ work.rotations[head].T
        joints = [work.head(f"{name}_{side}") for name in JOINT_BONES for side in "lr"]
        return np.vstack([face, joints])


class _Work:
    """Bones being placed, parents before children."""

    def __init__(self, body: Body) -> None:
        self._body = body
        n = len(body.bones)
        self.rotations = np.tile(np.eye(3), (n, 1, 1))
        self.heads = np.zeros((n, 3))
        self._done = np.zeros(n, dtype=bool)

    def put(self, name: str, rotation: Floats, place: Floats | None = None) -> None:
        self._put(self._body.bone(name), rotation, place)

    def _put(self, i: int, rotation: Floats, place: Floats | None) -> None:
        joints, parent = self._body.joints, self._body.parents[i]
        self.rotations[i] = rotation
        if place is None:
            place = self.heads[parent] + self.rotations[parent] @ (joints[i] - joints[parent])
        self.heads[i] = place
        self._done[i] = True

    def head(self, name: str) -> Floats:
        return np.asarray(self.heads[self._body.bone(name)])

    def rest(self) -> None:
        """Every bone that no posture sets (fingers, say) follows its parent."""
        for i in np.flatnonzero(~self._done):
            self._put(int(i), self.rotations[self._body.parents[i]], None)
