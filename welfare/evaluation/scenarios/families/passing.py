"""Ordinary life that passes by: nothing to page about."""

from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.look import CHILD
from welfare.evaluation.scenarios.script import Script, do, jog, ride, walk

CHILD_SEAT_M = 1.36  # on the shoulders of somebody of about 1.8 m


def _right(
    y: float,
    look: int,
    *,
    speed: float = 1.3,
    after_s: float = 0.0,
    x: float = 0.0,
    hands: str = "swing",
    has: tuple[str, ...] = (),
) -> Part:
    return Part((walk((23, y), speed=speed, hands=hands),), (x, y, 0), look, has, after_s)


def _left(y: float, look: int, *, speed: float = 1.3, after_s: float = 0.0) -> Part:
    return Part((walk((-3, y), speed=speed),), (22, y, 180), look, (), after_s)


def _ordinary(
    name: str, shows: str, *parts: Part, rain: bool = False, cloud: float = 0.0, seconds: float | None = None
) -> Script:
    return Script(name, parts, shows, rain=rain, cloud=cloud, seconds=seconds)


SCRIPTS = (
    _ordinary("walkers", "walking", _right(-1.2, 0), _left(-2.2, 1, speed=1.2), _right(-1.8, 2, after_s=4)),
    _ordinary("walker_at_rail", "walking", _right(-0.55, 0, speed=1.2)),
    _ordinary("phone_walk", "walking", _right(-0.8, 0, speed=1.0, hands="phone")),
    _ordinary(
        "group_passing",
        "group",
        *(
            _right(y, i, x=x, speed=1.2)
            for i, (x, y) in enumerate(((0, -0.8), (0.3, -1.6), (-0.8, -1.2), (-1.0, -2.1)))
        ),
    ),
    _ordinary("two_crossing", "crossing", _right(-1.0, 0), _left(-1.3, 1)),
    _ordinary("crossing_at_rail", "crossing", _right(-0.6, 0), _left(-1.2, 1), _right(-1.7, 2, after_s=2)),
    _ordinary(
        "crowd_both_ways",
        "crowd",
        *(_right(-0.7 - 0.5 * i, i, after_s=1.7 * i) for i in range(4)),
        *(_left(-0.9 - 0.5 * i, i + 4, after_s=1.3 * i) for i in range(4)),
    ),
    _ordinary("jogger", "running", Part((jog((26, -1.4)),), (-2, -1.4, 0), 0), seconds=12),
    _ordinary("runner_along_edge", "running", Part((jog((26, -0.6), speed=3.4),), (-2, -0.6, 0), 0), seconds=10),
    _ordinary(
        "running_for_bus",
        "running",
        Part((walk((5, -1.0)), jog((14, -2.2), (21, -2.9), speed=3.6)), (1, -0.8, 0), 0),
        _right(-1.8, 1),
    ),
    _ordinary(
        "running_from_road", "running", Part((jog((9, -1.4), (16, -1.5), speed=3.0), walk((22, -1.5))), (4, -2.9, 0), 0)
    ),
    _ordinary(
        "cyclists",
        "cyclist",
        Part((ride((24, -2.2), speed=4.2, seat_m=0.92, hands="bars"),), (-2, -2.2, 0), 0, ("bicycle",)),
        Part((ride((24, -1.5), speed=3.8, seat_m=0.92, hands="bars"),), (-2, -1.5, 0), 1, ("bicycle",), 2.5),
        seconds=12,
    ),
    _ordinary(
        "wheelchair",
        "wheelchair",
        Part((ride((23, -1.3), speed=1.1, seat_m=0.52, hands="lap"),), (1, -1.3, 0), 0, ("wheelchair",)),
    ),
    _ordinary("pram", "pram", _right(-1.4, 1, speed=1.1, hands="push", has=("pram",))),
    _ordinary("dog_walker", "dog", _right(-1.1, 0, speed=1.1, hands="lead", has=("dog",))),
    _ordinary(
        "child_on_shoulders",
        "child",
        _right(-1.3, 0, speed=1.1, hands="up"),
        Part((ride((23, -1.3), speed=1.1, seat_m=CHILD_SEAT_M, hands="head"),), (0, -1.3, 0), CHILD),
    ),
    _ordinary(
        "child_by_hand", "child", _right(-1.4, 0, speed=0.9), Part((walk((23, -0.9), speed=0.9),), (0, -0.9, 0), CHILD)
    ),
    _ordinary(
        "umbrellas_in_rain",
        "rain",
        _right(-1.0, 0, hands="umbrella", has=("umbrella",)),
        _right(-1.9, 1, hands="umbrella", has=("umbrella",), after_s=4),
        rain=True,
    ),
    _ordinary("rain_and_nobody", "rain", rain=True, seconds=15),
    _ordinary("nobody", "empty", seconds=15),
    _ordinary("clouds", "light change", _right(-1.2, 0), cloud=0.5),
    _ordinary("clouds_and_nobody", "light change", cloud=0.55, seconds=15),
    _ordinary(
        "shadows_from_road",
        "shadow",
        Part((walk((24, -4.2)),), (0, -4.2, 0), 0),
        Part((walk((-2, -4.8)),), (21, -4.8, 180), 1),
    ),
    _ordinary(
        "pause_and_on",
        "walking",
        Part((walk((10, -1.2)), do("stand", 5, hands="phone"), walk((23, -1.2))), (2, -1.2, 0), 0),
    ),
)
