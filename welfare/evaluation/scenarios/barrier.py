"""Actions at, on and beyond the barrier; no fall is ever shown: whoever is on it stays there or comes back."""

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.actor import MID_RAIL_M, OUTWARD, RAIL_M, Play, Stage, action
from welfare.evaluation.scenarios.camera import Floats

HAND_M = RAIL_M + 0.05
LEDGE_M = 0.22  # across: the middle of the kerb beyond the railing


@action
def lean_over(stage: Stage, dur: float) -> tuple[Play, float]:
    """The trunk far over the rail, hands on it, on the toes."""
    stage.yaw, stage.y = OUTWARD, -0.26
    x, y = stage.x, stage.y

    def play(t_s: float) -> Floats:
        far = 0.5 + 0.5 * np.sin(0.5 * t_s + stage.phases[6])
        c = stage.swayed(stage.standing(x, y, OUTWARD, stage.body.measure("pelvis_m") + 0.03), t_s, 0.4)
        c[k.PELVIS_PITCH] += 0.55 + 0.12 * far
        c[k.SPINE_PITCH] += 0.65 + 0.1 * far
        c[k.NECK_PITCH] += 0.15
        c[1] += 0.06
        c[k.L_FOOT_PITCH] = c[k.R_FOOT_PITCH] = 0.42
        _grip(c, x, 0.38, 0.02, 0.7)
        return c

    return play, dur


@action
def foot_on_rail(stage: Stage, dur: float) -> tuple[Play, float]:
    """One foot up on the middle rail, hands on the top rail."""
    stage.yaw, stage.y = OUTWARD, -0.36
    x, y = stage.x, stage.y

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, y, OUTWARD), t_s, 0.6)
        c[k.L_FOOT] = (x - 0.12, -0.10, MID_RAIL_M)
        c[k.L_FOOT_PITCH] = 0.0
        c[k.L_KNEE_OUT] = 0.25
        c[k.PELVIS_PITCH] += 0.15
        c[k.SPINE_PITCH] += 0.25
        _grip(c, x, 0.32, 0.0)
        return c

    return play, dur


@action
def step_up(stage: Stage, dur: float) -> tuple[Play, float]:
    """Both feet on the middle rail, leaning forward over the top rail."""
    stage.yaw, stage.y = OUTWARD, -0.30
    x, y = stage.x, stage.y

    def play(t_s: float) -> Floats:
        pelvis = stage.body.measure("pelvis_m") + MID_RAIL_M - 0.03
        c = stage.swayed(stage.standing(x, y, OUTWARD, pelvis), t_s, 0.5)
        c[k.L_FOOT], c[k.R_FOOT] = (x - 0.11, -0.11, MID_RAIL_M), (x + 0.11, -0.11, MID_RAIL_M)
        c[k.PELVIS_PITCH] += 0.30
        c[k.SPINE_PITCH] += 0.40
        c[k.NECK_PITCH] += 0.1
        c[1] += 0.04
        _grip(c, x, 0.34, 0.01, 0.4)
        return c

    return play, dur


@action
def straddle(stage: Stage, dur: float) -> tuple[Play, float]:
    """Astride the top rail: a leg on each side."""
    stage.yaw, stage.y = 0.0, 0.0
    x = stage.x

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, 0.0, 0.0, RAIL_M + 0.13), t_s, 0.4)
        c[k.L_FOOT], c[k.R_FOOT] = (x + 0.10, 0.27, 0.48), (x + 0.10, -0.27, 0.48)
        c[k.L_FOOT_YAW], c[k.R_FOOT_YAW] = 0.3, -0.3
        c[k.L_KNEE_OUT] = c[k.R_KNEE_OUT] = 0.7
        c[k.SPINE_PITCH] += 0.35
        c[k.NECK_PITCH] += 0.15
        for side in (1, -1):
            k.set_hand(c, side, world=(x + 0.36, side * 0.03, RAIL_M + 0.06))
        return c

    return play, dur


@action
def beyond(stage: Stage, dur: float, inward: bool = False) -> tuple[Play, float]:
    """Stand on the ledge beyond the railing, holding on to it."""
    yaw = -OUTWARD if inward else OUTWARD
    stage.yaw, stage.y = yaw, LEDGE_M
    x = stage.x

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, LEDGE_M, yaw), t_s, 0.5)
        c[k.NECK_PITCH] += 0.25
        c[k.PELVIS_PITCH] -= 0.0 if inward else 0.04
        for side in (1, -1):
            along = side * (0.30 if inward else -0.30)
            k.set_hand(c, side, world=(x + along, 0.02, HAND_M))
        return c

    return play, dur


@action
def sit_rail(stage: Stage, dur: float, inward: bool = False) -> tuple[Play, float]:
    """Sit on the top rail, legs beyond it (or inwards)."""
    yaw = -OUTWARD if inward else OUTWARD
    return seated(stage, dur, -0.03 if inward else 0.03, RAIL_M + 0.13, yaw, drop_m=0.62, hands="rail")


@action
def sit_edge(stage: Stage, dur: float) -> tuple[Play, float]:
    """Sit on an edge without a railing, legs over it."""
    return seated(stage, dur, -0.12, 0.11, OUTWARD, drop_m=0.60, hands="lap", slump=0.45)


@action
def sit_foot_of_rail(stage: Stage, dur: float) -> tuple[Play, float]:
    """Sit on the deck with the back to the railing, knees drawn up."""
    return seated(stage, dur, -0.22, 0.13, -OUTWARD, drop_m=0.13, hands="knees", slump=0.5, ahead_m=0.42)


@action
def sit_kerb(stage: Stage, dur: float, y: float = -2.95) -> tuple[Play, float]:
    """Sit on the kerb of the road, feet in the gutter."""
    return seated(stage, dur, y, 0.12, -np.pi / 2, drop_m=0.27, hands="knees", slump=0.55, ahead_m=0.48)


def seated(
    stage: Stage,
    dur: float,
    y: float,
    pelvis_m: float,
    yaw: float,
    *,
    drop_m: float,
    hands: str,
    slump: float = 0.30,
    ahead_m: float = 0.42,
) -> tuple[Play, float]:
    """Sit at a height.

    Args:
        stage: moved to the seat.
        dur: seconds.
        y: across, metres.
        pelvis_m: height of the pelvis.
        yaw: heading, radians.
        drop_m: how far the feet are under the pelvis.
        hands: on the `rail`, on the `knees`, or in the lap.
        slump: bend of the back, radians.
        ahead_m: how far the feet are before the seat.
    """
    stage.yaw, stage.y = yaw, y
    x, dangling = stage.x, drop_m > 0.3

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, y, yaw, pelvis_m), t_s, 0.5)
        ahead, left = k.heading(yaw), k.leftward(yaw)
        for side, foot in k.SIDES:
            swing = 0.035 * np.sin(1.3 * t_s + (0 if side > 0 else 1.3)) if dangling else 0.0
            c[foot] = np.array([x, y, pelvis_m - drop_m]) + ahead * (ahead_m + swing) + left * side * 0.12
            c[foot.stop + 1] = 0.12 if dangling else 0.0
            places = {
                "rail": np.array([x, y - ahead[1] * 0.05, pelvis_m - 0.10]) + left * side * 0.32,
                "knees": np.array([x, y, pelvis_m + 0.12]) + ahead * 0.36 + left * side * 0.14,
            }
            lap = np.array([x, y, pelvis_m + 0.06]) + ahead * 0.22 + left * side * 0.06
            k.set_hand(c, side, world=places.get(hands, lap))
        c[k.PELVIS_PITCH] -= 0.05
        c[k.SPINE_PITCH] += slump
        c[k.NECK_PITCH] += 0.25
        c[k.L_KNEE_OUT] = c[k.R_KNEE_OUT] = 0.05
        return c

    return play, dur


def _grip(c: Floats, x: float, wide_m: float, beyond_m: float, elbows: float = 0.0) -> None:
    """Both hands on the top rail."""
    for side in (1, -1):
        k.set_hand(c, side, world=(x - side * wide_m, beyond_m, HAND_M))
    if elbows:
        c[k.L_ELBOW_OUT] = c[k.R_ELBOW_OUT] = elbows
