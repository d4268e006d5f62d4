"""Actions on the deck that stay in a place: standing, chatting, taking pictures, crouching, lying, stretching."""

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.actor import RAIL_M, Play, Stage, action
from welfare.evaluation.scenarios.camera import Floats
from welfare.evaluation.scenarios.walking import held

HAND_ABOVE_RAIL_M = 0.05


@action
def stand(
    stage: Stage, dur: float, yaw: float | None = None, look: float = 0.0, down: float = 0.0, hands: str = "side"
) -> tuple[Play, float]:
    """Stand; `look` turns and `down` bends the head, radians; hands: side, pockets, rail, phone, call, umbrella."""
    stage.yaw = stage.yaw if yaw is None else yaw
    x, y, facing, lag = stage.x, stage.y, stage.yaw, stage.rng.random() * 6

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, y, facing), t_s)
        shift = 0.035 * np.tanh(3 * np.sin(0.23 * t_s + lag))  # from one leg to the other
        c[k.PELVIS] += k.leftward(facing) * shift
        c[2] -= 0.006 + abs(shift) * 0.15
        c[k.PELVIS_ROLL] += shift * 0.6
        c[k.NECK_PITCH] += down
        c[k.NECK_YAW] += look
        for side in (1, -1):
            if hands == "pockets":
                k.set_hand(c, side, local=(0.10, side * (stage.body.measure("shoulder_half_m") - 0.01), -0.43))
            if hands == "rail":
                k.set_hand(c, side, world=(x - np.sin(facing) * side * 0.28, 0.0, RAIL_M + HAND_ABOVE_RAIL_M))
        held(c, hands)
        return c

    return play, dur


@action
def lean_rail(stage: Stage, dur: float, down: float = 0.15) -> tuple[Play, float]:
    """Forearms on the top rail, hips back: looking at the water."""
    stage.yaw, stage.y = float(np.pi / 2), -0.52
    x, y = stage.x, stage.y

    def play(t_s: float) -> Floats:
        c = stage.standing(x, y, np.pi / 2, stage.body.measure("pelvis_m") - 0.03)
        c = stage.swayed(c, t_s, 0.6)
        c[1] -= 0.04
        c[k.PELVIS_PITCH] += 0.35
        c[k.SPINE_PITCH] += 0.52
        c[k.NECK_PITCH] += down - 0.45
        for side in (1, -1):
            k.set_hand(c, side, world=(x - side * 0.10, 0.10, RAIL_M + 0.07))
        c[k.L_ELBOW_OUT] = c[k.R_ELBOW_OUT] = 0.55
        return c

    return play, dur


@action
def crouch(stage: Stage, dur: float, deep: float = 0.55) -> tuple[Play, float]:
    """Crouch; `deep` is the pelvis' height as a share of its standing height."""
    x, y, yaw = stage.x, stage.y, stage.yaw

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, y, yaw, stage.body.measure("pelvis_m") * deep), t_s, 0.4)
        c[k.PELVIS] -= k.heading(yaw) * 0.10
        c[k.PELVIS_PITCH] += 0.35
        c[k.SPINE_PITCH] += 0.55
        c[k.L_FOOT_PITCH] = c[k.R_FOOT_PITCH] = 0.25
        c[k.L_KNEE_OUT] = c[k.R_KNEE_OUT] = 0.35
        return c

    return play, dur


@action
def lie(stage: Stage, dur: float) -> tuple[Play, float]:
    """Lie on the deck on the back."""
    x, y, yaw = stage.x, stage.y, stage.yaw

    def play(t_s: float) -> Floats:
        c = stage.standing(x, y, yaw, 0.13)
        c[k.PELVIS_PITCH] = -1.5
        c[k.NECK_PITCH] = 0.1 + 0.02 * np.sin(0.3 * t_s)
        for side, foot in k.SIDES:
            c[foot] = np.array([x, y, 0.06]) + k.heading(yaw) * 0.82 + k.leftward(yaw) * side * 0.1
            k.set_hand(c, side, local=(0.16, side * 0.12, -0.30))
        c[k.L_FOOT_PITCH] = c[k.R_FOOT_PITCH] = -1.2
        return c

    return play, dur


@action
def photo(stage: Stage, dur: float, yaw: float | None = None) -> tuple[Play, float]:
    """Take pictures with both hands before the face."""
    stage.yaw = stage.yaw if yaw is None else yaw
    x, y, facing = stage.x, stage.y, stage.yaw

    def play(t_s: float) -> Floats:
        c = stage.standing(x, y, facing + 0.25 * np.sin(0.35 * t_s + stage.phases[7]))
        c = stage.swayed(c, t_s, 0.5)
        for side in (1, -1):
            k.set_hand(c, side, local=(0.36, side * 0.07, 0.10 + 0.02 * np.sin(0.9 * t_s)))
        c[k.L_ELBOW_OUT] = c[k.R_ELBOW_OUT] = 0.35
        c[k.SPINE_PITCH] -= 0.05
        return c

    return play, dur


@action
def chat(stage: Stage, dur: float, yaw: float | None = None) -> tuple[Play, float]:
    """Talk with moving hands."""
    stage.yaw = stage.yaw if yaw is None else yaw
    x, y, facing, lags = stage.x, stage.y, stage.yaw, stage.rng.random(2) * 6

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, y, facing), t_s, 1.2)
        right = np.clip(np.sin(0.4 * t_s + lags[0]) * 1.6, 0, 1)
        left = np.clip(np.sin(0.33 * t_s + lags[1]) * 1.6 - 0.4, 0, 1)
        raised = np.array([0.30 + 0.05 * np.sin(3.1 * t_s), -0.16 + 0.06 * np.sin(2.3 * t_s), -0.24])
        c[k.R_HAND_LOCAL] += right * (raised - c[k.R_HAND_LOCAL])
        raised = np.array([0.28, 0.18 + 0.05 * np.sin(2.1 * t_s), -0.26 + 0.06 * np.sin(2.9 * t_s)])
        c[k.L_HAND_LOCAL] += left * (raised - c[k.L_HAND_LOCAL])
        c[k.NECK_PITCH] += 0.05 * np.sin(1.7 * t_s)
        return c

    return play, dur


@action
def smoke(stage: Stage, dur: float, yaw: float | None = None) -> tuple[Play, float]:
    """Stand and bring a hand to the mouth now and then."""
    stage.yaw = stage.yaw if yaw is None else yaw
    x, y, facing = stage.x, stage.y, stage.yaw

    def play(t_s: float) -> Floats:
        c = stage.swayed(stage.standing(x, y, facing), t_s)
        up = k.ease(float(np.clip(2.2 * np.sin(0.6 * t_s) - 1.0, 0, 1)))
        mouth = np.array([0.22, -0.03, 0.14])
        c[k.R_HAND_LOCAL] += up * (mouth - c[k.R_HAND_LOCAL])
        return c

    return play, dur


@action
def stretch(stage: Stage, dur: float) -> tuple[Play, float]:
    """A jogger's stretch away from the rail: a long step, bending over the front leg."""
    x, y, yaw = stage.x, stage.y, stage.yaw

    def play(t_s: float) -> Floats:
        c = stage.standing(x, y, yaw, stage.body.measure("pelvis_m") * 0.84)
        deep = 0.5 + 0.5 * np.sin(0.9 * t_s)
        c[k.L_FOOT] = np.array([x, y, 0]) + k.heading(yaw) * 0.38 + k.leftward(yaw) * 0.1
        c[k.R_FOOT] = np.array([x, y, 0]) - k.heading(yaw) * 0.42 - k.leftward(yaw) * 0.1
        c[k.R_FOOT_PITCH] = 0.6
        c[k.PELVIS_PITCH] += 0.2 + 0.2 * deep
        c[k.SPINE_PITCH] += 0.2 + 0.3 * deep
        for side in (1, -1):
            k.set_hand(c, side, world=np.array([x, y, 0.55]) + k.heading(yaw) * 0.36 + k.leftward(yaw) * side * 0.08)
        return c

    return play, dur
