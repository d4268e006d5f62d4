"""Actions that go somewhere: walking, jogging, and being wheeled or carried along a way."""

from collections.abc import Sequence

import numpy as np

from welfare.evaluation.scenarios import controls as k
from welfare.evaluation.scenarios.actor import Play, Stage, action
from welfare.evaluation.scenarios.camera import Floats

SEATED_HANDS_M = {"bars": (0.42, 0.2, -0.28), "lap": (0.30, 0.1, -0.42), "head": (0.2, 0.1, -0.3)}
HEADING_REACH_M = 0.5  # assumed: a walker turns over a metre of way


class _Way:
    """A way through points with a soft start and end."""

    def __init__(self, stage: Stage, to: Sequence[Sequence[float]], speed_m_s: float, ramp_s: float) -> None:
        self._points = np.array([[stage.x, stage.y], *to], dtype=float)
        steps = np.diff(self._points, axis=0)
        self._lengths = np.linalg.norm(steps, axis=1)
        self._ends = np.r_[0.0, np.cumsum(self._lengths)]
        self.length_m = float(self._ends[-1])
        self._headings = np.unwrap(np.r_[stage.yaw, np.arctan2(steps[:, 1], steps[:, 0])])[1:]
        self.speed_m_s, self._ramp_s = speed_m_s, ramp_s
        self.duration_s = self.length_m / speed_m_s + ramp_s
        stage.x, stage.y = map(float, self._points[-1])
        stage.yaw = float(self._headings[-1])

    def gone_m(self, t_s: float) -> float:
        t, v, ramp = min(max(t_s, 0.0), self.duration_s), self.speed_m_s, self._ramp_s
        if t < ramp:
            return v * t * t / (2 * ramp)
        if t > self.duration_s - ramp:
            return self.length_m - v * (self.duration_s - t) ** 2 / (2 * ramp)
        return v * (t - ramp / 2)

    def place(self, gone_m: float) -> Floats:
        gone = min(max(gone_m, 0.0), self.length_m)
        return np.array([np.interp(gone, self._ends, self._points[:, axis]) for axis in (0, 1)])

    def yaw(self, gone_m: float) -> float:
        around = np.clip(gone_m + np.linspace(-HEADING_REACH_M, HEADING_REACH_M, 9), 0, self.length_m - 1e-6)
        legs = np.clip(np.searchsorted(self._ends, around, "right") - 1, 0, len(self._headings) - 1)
        return float(self._headings[legs].mean())


@action
def walk(
    stage: Stage,
    to: Sequence[Sequence[float]],
    speed: float = 1.3,
    head_down: float = 0.0,
    hands: str = "swing",
) -> tuple[Play, float]:
    """Walk through points (metres) at a speed (m/s); hands: swing, bag, phone, push, umbrella, lead, up."""
    return _gait(stage, to, speed, head_down, hands, jogging=False)


@action
def jog(stage: Stage, to: Sequence[Sequence[float]], speed: float = 2.7) -> tuple[Play, float]:
    """Jog through points at a speed (m/s)."""
    return _gait(stage, to, speed, 0.0, "swing", jogging=True)


@action
def ride(
    stage: Stage, to: Sequence[Sequence[float]], speed: float, seat_m: float, hands: str = "bars"
) -> tuple[Play, float]:
    """Be moved along seated at a height: on a bicycle, in a wheelchair, on somebody's shoulders."""
    way = _Way(stage, to, speed, 0.8)

    def play(t_s: float) -> Floats:
        gone = way.gone_m(t_s)
        x, y = way.place(gone)
        yaw = way.yaw(gone)
        c = stage.swayed(stage.standing(x, y, yaw, seat_m + 0.10), t_s, 0.3)
        pedal = 2.4 * gone / 1.6 if hands == "bars" else 0.0
        for side, foot in k.SIDES:
            turn = pedal + (0 if side > 0 else np.pi)
            ahead = (0.16 + 0.15 * np.cos(turn), 0.16 * np.sin(turn)) if hands == "bars" else (0.38, 0.0)
            low = seat_m - (0.55 if hands == "bars" else 0.42)
            c[foot] = np.array([x, y, low + ahead[1]]) + k.heading(yaw) * ahead[0] + k.leftward(yaw) * side * 0.11
            reach = {
                "bars": (0.42, side * 0.2, -0.28),
                "lap": (0.30, side * 0.1, -0.42),
                "head": (0.2, side * 0.1, -0.3),
            }
            k.set_hand(c, side, local=reach[hands])
        c[k.L_KNEE_OUT] = c[k.R_KNEE_OUT] = 0.05
        c[k.PELVIS_PITCH] += 0.35 if hands == "bars" else -0.05
        c[k.SPINE_PITCH] += 0.25
        c[k.NECK_PITCH] -= 0.4 if hands == "bars" else 0.0
        return c

    return play, way.duration_s


def _gait(
    stage: Stage, to: Sequence[Sequence[float]], speed: float, head_down: float, hands: str, *, jogging: bool
) -> tuple[Play, float]:
    way, body = _Way(stage, to, speed, 0.8 if jogging else 0.5), stage.body
    size = body.measure("pelvis_m") / 0.94
    steps = max(2, round(way.length_m / ((0.30 + 0.30 * speed) * size)))
    step_m = way.length_m / steps
    duty = 0.36 if jogging else 0.62

    def play(t_s: float) -> Floats:
        gone = way.gone_m(t_s)
        phase, yaw = gone / (2 * step_m), way.yaw(gone)
        x, y = way.place(gone)
        now = (way.gone_m(t_s + 0.05) - way.gone_m(t_s - 0.05)) / 0.1
        share = min(max(now / max(speed, 0.1), 0.0), 1.0)
        bounce = (
            0.045 * np.cos(4 * np.pi * (phase - 0.18)) - 0.05 if jogging else -0.018 * share * np.cos(4 * np.pi * phase)
        )
        pelvis = body.measure("pelvis_m") - 0.012 - share * 0.022 * min(1.0, speed) + bounce
        c = stage.standing(x, y, yaw, pelvis)
        swing = float(np.sin(2 * np.pi * (phase - duty / 2 + 0.25)))
        c[k.PELVIS] += k.leftward(yaw) * 0.022 * share * swing
        _feet(c, way, phase, step_m, duty, share, jogging=jogging)
        amount = share * min(1.0, 0.35 + 0.55 * now / 1.4)
        twist = 0.10 * amount * swing
        c[k.SPINE_TWIST] -= 2 * twist
        c[k.YAW] += twist
        c[k.PELVIS_ROLL] += 0.03 * share * np.cos(2 * np.pi * (phase - duty / 2 + 0.25))
        c[k.PELVIS_PITCH] += 0.12 if jogging else 0.03 * share
        c[k.SPINE_PITCH] += 0.06 if jogging else 0.0
        c[k.NECK_PITCH] += head_down
        _arms(c, stage, swing if jogging else swing * amount, hands, jogging=jogging)
        return stage.swayed(c, t_s, 0.4)

    return play, way.duration_s


def _feet(c: Floats, way: _Way, phase: float, step_m: float, duty: float, share: float, *, jogging: bool) -> None:
    lift, half = (0.16, 0.05) if jogging else (0.07, 0.075)
    feet = ((1, k.L_FOOT, k.L_FOOT_YAW, k.L_FOOT_PITCH, 0.0), (-1, k.R_FOOT, k.R_FOOT_YAW, k.R_FOOT_PITCH, 0.5))
    for side, foot, yaw_at, pitch_at, offset in feet:
        turn = phase + offset
        part, n = turn - np.floor(turn), np.floor(turn)
        stood_m = (n + duty / 2 - offset) * 2 * step_m
        up = 0.0
        if part < duty:
            rolled = part / duty
            pitch = (0.55 * k.ease((rolled - 0.62) / 0.38) - 0.22 * (1 - k.ease(rolled / 0.18))) * share
        else:
            flown = (part - duty) / (1 - duty)
            stood_m += k.ease(flown) * 2 * step_m
            kick = 0.5 if jogging else 0.25
            pitch = (0.55 + kick * np.sin(np.pi * min(1.0, flown * 1.6))) * (1 - k.ease(flown / 0.7)) * share
            pitch -= 0.22 * k.ease((flown - 0.6) / 0.4) * share
            up = np.sin(np.pi * flown) * (lift * (0.35 + 0.65 * share) + (0.10 if jogging else 0.0))
        yaw = way.yaw(stood_m)
        c[foot] = np.r_[way.place(stood_m), up] + k.leftward(yaw) * side * half
        c[yaw_at], c[pitch_at] = yaw + side * 0.10, pitch


def _arms(c: Floats, stage: Stage, swing: float, hands: str, *, jogging: bool) -> None:
    wide, arm = stage.body.measure("shoulder_half_m"), stage.body.measure("arm_m")
    for side in (1, -1):
        e = side * swing
        if jogging:
            k.set_hand(c, side, local=(0.18 + 0.20 * e, side * (wide - 0.02), -0.36 + 0.10 * e))
        else:
            e *= 0.35 if hands == "bag" and side < 0 else 1.0
            hang = -arm * (0.955 - 0.05 * abs(e) - 0.04 * max(0.0, e))
            k.set_hand(c, side, local=(0.05 + 0.24 * e, side * (wide + 0.07), hang))
    if jogging:
        c[k.L_ELBOW_OUT] = c[k.R_ELBOW_OUT] = 0.2
    held(c, hands)


def held(c: Floats, hands: str) -> None:
    """What the hands do while standing or walking; a word that is not known leaves them hanging."""
    if hands == "phone":
        k.set_hand(c, -1, local=(0.26, -0.05, -0.16))
        c[k.NECK_PITCH] += 0.5
    elif hands == "call":
        k.set_hand(c, -1, local=(0.10, -0.16, 0.16))
        c[k.R_ELBOW_OUT] = 0.5
    elif hands == "push":
        for side in (1, -1):
            k.set_hand(c, side, local=(0.42, side * 0.18, -0.38))
        c[k.PELVIS_PITCH] += 0.05
    elif hands == "umbrella":
        k.set_hand(c, -1, local=(0.22, -0.10, -0.12))
    elif hands == "lead":
        k.set_hand(c, -1, local=(0.30, -0.16, -0.40))
    elif hands == "up":
        for side in (1, -1):
            k.set_hand(c, side, local=(0.18, side * 0.12, 0.12))
