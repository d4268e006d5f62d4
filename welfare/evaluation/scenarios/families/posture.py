"""Leaning far over, and low postures at the edge."""

from welfare.evaluation.scenarios.actor import OUTWARD, Act
from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.families.company import PASSERS, TALKERS_FAR
from welfare.evaluation.scenarios.families.dwell import PACING
from welfare.evaluation.scenarios.script import Script, do, handle, walk
from zones.tier import Tier


def _holds(
    name: str,
    shows: str,
    *acts: Act,
    expect: Tier,
    mark: str,
    within_s: float = 20.0,
    others: tuple[Part, ...] = (),
    has: tuple[str, ...] = (),
) -> Script:
    part = Part((walk((10, -0.6), speed=1.2), do("stand", 2, yaw=OUTWARD), *acts), (5, -1.5, 0), 0, has)
    return Script(name, (part, *others), shows, expect, (mark,), within_s)


SCRIPTS = (
    _holds("lean_over", "upper body beyond", do("lean_over", 18), expect=Tier.CONCERN, mark="lean_over"),
    _holds(
        "lean_then_over",
        "upper body beyond",
        do("lean_rail", 5),
        do("lean_over", 18),
        expect=Tier.CONCERN,
        mark="lean_over",
    ),
    _holds(
        "lean_over_passers",
        "upper body beyond",
        do("lean_over", 18),
        expect=Tier.CONCERN,
        mark="lean_over",
        others=PASSERS,
    ),
    _holds(
        "lean_over_far_company",
        "upper body beyond",
        do("lean_over", 18),
        expect=Tier.CONCERN,
        mark="lean_over",
        others=TALKERS_FAR,
    ),
    _holds("crouch_after_pacing", "crouching", *PACING, do("crouch", 26), expect=Tier.NOTICE, mark="pace", within_s=60),
    _holds(
        "sit_by_rail_bag_left",
        "sitting at the edge",
        handle("put_down", "bag"),
        walk((12.4, -0.6)),
        do("sit_foot_of_rail", 38),
        expect=Tier.NOTICE,
        mark="sit_foot_of_rail",
        within_s=40,
        has=("bag",),
    ),
)
