"""Ordinary life that stays for a while, at the edge or away from it: nothing to page about."""

import numpy as np

from welfare.evaluation.scenarios.actor import OUTWARD, Act
from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.look import WORKER, Look
from welfare.evaluation.scenarios.script import Script, do, handle, jog, walk

HALF = float(np.pi)
ON = walk((22, -1.5))


def _stays(
    name: str,
    shows: str,
    *acts: Act,
    others: tuple[Part, ...] = (),
    look: Look | int = 0,
    has: tuple[str, ...] = (),
    start: tuple[float, float, float] = (4, -1.5, 0),
    rain: bool = False,
) -> Script:
    return Script(name, (Part(acts, start, look, has), *others), shows, rain=rain)


def _partner(x: float, y: float, yaw: float, dur: float, look: int = 1) -> Part:
    return Part((do("chat", dur, yaw=yaw), walk((21, y - 0.3))), (x, y, 0), look)


PACING_FAR = tuple(walk((x, -2.6), speed=1.0, hands="call") for x in (12.0, 8.0) * 3)
SCRIPTS = (
    _stays(
        "photo",
        "taking a picture",
        walk((9.3, -0.7)),
        do("photo", 8, yaw=OUTWARD),
        do("photo", 5, yaw=OUTWARD - 0.7),
        ON,
    ),
    _stays(
        "photo_of_friend",
        "taking a picture",
        walk((9.0, -1.9)),
        do("photo", 8, yaw=0.8),
        ON,
        others=(Part((walk((10.4, -0.5)), do("stand", 9, yaw=-2.0), ON), (5, -1.2, 0), 1),),
    ),
    _stays("tie_lace", "tying a lace", walk((9.5, -1.0)), do("tie_shoe", 7), ON),
    _stays("jogger_ties_lace", "tying a lace", jog((9.5, -1.2)), do("tie_shoe", 6), do("stand", 2), jog((26, -1.2))),
    _stays(
        "waiting_for_friend",
        "waiting",
        walk((10, -1.6)),
        do("stand", 20, yaw=-0.4, hands="pockets"),
        walk((16, -1.7)),
        others=(Part((walk((10.8, -1.9)), walk((17, -1.9))), (-6, -1.9, 0), 1, after_s=14),),
    ),
    _stays("waiting_at_rail", "waiting", walk((10, -0.7)), do("stand", 18, yaw=-OUTWARD, hands="phone"), ON),
    _stays("smoking", "smoking", walk((10, -0.8)), do("smoke", 24, yaw=OUTWARD), ON),
    _stays(
        "chatting_three",
        "group",
        walk((9.6, -1.2)),
        do("chat", 20, yaw=0.3),
        ON,
        others=(_partner(10.7, -1.0, HALF, 24), _partner(10.5, -1.9, 2.3, 24, 2)),
    ),
    _stays(
        "chatting_at_rail",
        "group",
        walk((9.6, -0.7)),
        do("chat", 20, yaw=0.2),
        ON,
        others=(_partner(10.7, -0.7, HALF, 24),),
    ),
    _stays("jogger_stretching", "stretching", jog((9.5, -1.5)), do("stretch", 12), jog((26, -1.5))),
    _stays(
        "worker_at_rail",
        "worker",
        walk((9.5, -0.8)),
        do("crouch", 8),
        do("stand", 8, yaw=OUTWARD, down=0.4),
        walk((11.5, -0.8)),
        do("crouch", 6),
        ON,
        look=WORKER,
    ),
    _stays("sleeping_rough", "sleeping rough", do("lie", 30), look=4, has=("bedding",), start=(10, -2.5, 0)),
    _stays(
        "sitting_on_kerb",
        "sitting away",
        walk((9.6, -2.7)),
        do("stand", 1, yaw=-OUTWARD),
        do("sit_kerb", 16),
        do("stand", 2, yaw=-OUTWARD),
        ON,
    ),
    _stays(
        "couple_at_viewpoint",
        "couple",
        walk((9.7, -0.6)),
        do("lean_rail", 18),
        ON,
        others=(Part((walk((10.5, -0.6)), do("lean_rail", 19), ON), (4.6, -1.1, 0), 1),),
    ),
    _stays(
        "couple_standing",
        "couple",
        walk((9.7, -0.8)),
        do("stand", 18, yaw=OUTWARD),
        ON,
        others=(Part((walk((10.4, -0.8)), do("stand", 19, yaw=OUTWARD), ON), (4.6, -1.1, 0), 1),),
    ),
    _stays("elbows_on_rail", "leaning on the rail", walk((10, -0.6)), do("lean_rail", 9), ON),
    _stays(
        "looks_over_briefly", "looking over", walk((10, -0.5)), do("lean_over", 2.5), do("stand", 3, yaw=OUTWARD), ON
    ),
    _stays(
        "drops_and_picks_up",
        "picking up",
        walk((9.5, -0.9)),
        handle("put_down", "bag"),
        handle("take_up", "bag"),
        ON,
        has=("bag",),
    ),
    _stays(
        "bag_taken_along",
        "bag beside",
        walk((9.5, -0.8)),
        handle("put_down", "bag"),
        do("stand", 16, yaw=OUTWARD),
        handle("take_up", "bag"),
        ON,
        has=("bag",),
    ),
    _stays(
        "bus_stop",
        "waiting",
        walk((10, -2.7)),
        do("stand", 30, yaw=-OUTWARD, hands="pockets"),
        others=(Part((walk((11, -2.7)), do("stand", 26, yaw=-OUTWARD, hands="phone")), (16, -2.2, 180), 1),),
    ),
    _stays("call_pacing_far", "phone call", walk((8, -2.6)), *PACING_FAR, ON),
    _stays("call_at_rail", "phone call", walk((10, -0.9)), do("stand", 18, yaw=-1.0, hands="call"), ON),
    _stays(
        "tourist_returns",
        "looking out",
        walk((10, -0.6)),
        do("stand", 6, yaw=OUTWARD),
        walk((12, -2.9)),
        do("stand", 2),
        walk((10.5, -0.6)),
        do("photo", 6, yaw=OUTWARD),
        ON,
    ),
    _stays("looking_out", "looking out", walk((10, -0.6)), do("stand", 22, yaw=OUTWARD, hands="rail"), ON),
    _stays(
        "umbrella_waiting",
        "rain",
        walk((10, -1.4)),
        do("stand", 18, yaw=0.5, hands="umbrella"),
        ON,
        has=("umbrella",),
        rain=True,
    ),
    _stays("fisher_crouches_away", "crouching away", walk((10, -2.2)), do("crouch", 14), ON),
)
