"""Actions with things: putting a bag down, taking it up, tying a lace, taking shoes off."""

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.actor import Play, Stage, action
from welfare.evaluation.scenarios.camera import Floats

REACHED_S = 1.6  # of a bend: when the hand is at the ground


@action
def put_down(stage: Stage, thing: str = "bag", dur: float = 3.2) -> tuple[Play, float]:
    """Bend and put a thing on the deck, ahead and to the right."""
    place = _beside(stage)
    stage.things.append((thing, stage.clock_s + REACHED_S, place))
    return _bend(stage, place, dur)


@action
def take_up(stage: Stage, thing: str = "bag", dur: float = 3.2) -> tuple[Play, float]:
    """Bend and take the thing up again."""
    place = next(at for name, _, at in reversed(stage.things) if name == thing)
    stage.things.append((f"-{thing}", stage.clock_s + REACHED_S, place))
    return _bend(stage, place, dur)


@action
def shoes_off(stage: Stage, dur: float = 6.0) -> tuple[Play, float]:
    """Kneel, take the shoes off and leave them side by side."""
    stage.things.append(("shoes", stage.clock_s + 0.7 * dur, _beside(stage) - k.heading(stage.yaw) * 0.1))
    return tie_shoe(stage, dur)


@action
def tie_shoe(stage: Stage, dur: float) -> tuple[Play, float]:
    """Kneel on one knee, both hands at the other foot."""
    x, y, yaw = stage.x, stage.y, stage.yaw
    ahead, right, place = k.heading(yaw), -k.leftward(yaw), np.array([stage.x, stage.y, 0.0])

    def play(t_s: float) -> Floats:
        c = stage.standing(x, y, yaw, 0.5 * stage.body.measure("pelvis_m") + 0.03)
        c = stage.swayed(c, t_s, 0.25)
        c[k.PELVIS] -= ahead * 0.10
        c[k.L_FOOT], c[k.R_FOOT] = place + ahead * 0.30 - right * 0.10, place - ahead * 0.42 + right * 0.11
        c[k.R_FOOT_PITCH], c[k.L_KNEE_OUT] = 0.95, 0.15
        c[k.PELVIS_PITCH] += 0.45
        c[k.SPINE_PITCH] += 0.70
        c[k.NECK_PITCH] += 0.15
        pull = 0.025 * np.sin(5 * t_s)
        for side in (1, -1):
            hand = c[k.L_FOOT] + ahead * (0.10 + side * pull) + np.array([0, 0, 0.16]) - right * side * 0.045
            k.set_hand(c, side, world=hand)
        return c

    return play, dur


def _beside(stage: Stage) -> Floats:
    ahead, right = k.heading(stage.yaw), -k.leftward(stage.yaw)
    return np.asarray(np.array([stage.x, stage.y, 0.0]) + ahead * 0.28 + right * 0.30)


def _bend(stage: Stage, place: Floats, dur: float) -> tuple[Play, float]:
    x, y, yaw, body = stage.x, stage.y, stage.yaw, stage.body
    ahead, right = k.heading(yaw), -k.leftward(yaw)

    def play(t_s: float) -> Floats:
        share = k.ease(t_s / 1.5) * (1 - k.ease((t_s - 1.9) / 1.2))
        up = stage.standing(x, y, yaw)
        down = stage.standing(x, y, yaw, body.measure("pelvis_m") * 0.62)
        down[k.PELVIS] -= ahead * 0.16
        down[k.PELVIS_PITCH] += 0.55
        down[k.SPINE_PITCH] += 0.55
        down[k.NECK_PITCH] -= 0.2
        down[k.L_KNEE_OUT] = down[k.R_KNEE_OUT] = 0.3
        c: Floats = up * (1 - share) + down * share
        c[k.L_HAND_WORLD] = np.array([x, y, 0.50]) + ahead * 0.30 - right * 0.18
        c[k.R_HAND_WORLD] = place + np.array([0, 0, 0.40])
        c[k.L_HAND_MIX] = c[k.R_HAND_MIX] = share
        return c

    return play, dur
