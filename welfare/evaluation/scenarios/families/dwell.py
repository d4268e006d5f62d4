"""Long stays, stillness, pacing and returns at the edge; some go on to the barrier, for the lead time."""

from welfare.evaluation.scenarios.actor import OUTWARD, Act
from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.families.company import PASSERS, TALKERS_FAR
from welfare.evaluation.scenarios.script import Script, do, handle, walk
from zones.tier import Tier

PACING = tuple(walk((x, -0.85), speed=1.15, label="pace") for x in (12.0, 8.0, 12.0, 8.0, 12.0, 8.0, 12.0))
RETURNS = tuple(
    act
    for _ in range(4)
    for act in (walk((10, -0.6), label="return"), do("stand", 2, yaw=OUTWARD), walk((10.6, -2.9), label="away"))
)
HEAD_DOWN = do("stand", 12, "head_down", yaw=OUTWARD, down=0.5)


def _dwells(
    name: str,
    shows: str,
    *acts: Act,
    expect: Tier,
    mark: str,
    within_s: float = 30.0,
    others: tuple[Part, ...] = (),
    has: tuple[str, ...] = (),
) -> Script:
    part = Part((walk((8, -0.9), speed=1.2), *acts), (4, -1.6, 0), 0, has)
    critical = expect is Tier.CRITICAL
    return Script(name, (part, *others), shows, expect, (mark,), 4.0 if critical else within_s, trigger=critical)


AT_RAIL = do("stand", 318, "stand_at_rail", yaw=OUTWARD, down=0.3, hands="rail")
SCRIPTS = (
    _dwells("long_stay", "stay", walk((10, -0.5)), AT_RAIL, expect=Tier.CONCERN, mark="stand_at_rail", within_s=312),
    _dwells("pacing", "pacing", *PACING, expect=Tier.NOTICE, mark="pace"),
    _dwells("pacing_with_passers", "pacing", *PACING, expect=Tier.NOTICE, mark="pace", others=PASSERS),
    _dwells("pacing_far_company", "pacing", *PACING, HEAD_DOWN, expect=Tier.NOTICE, mark="pace", others=TALKERS_FAR),
    _dwells("pacing_then_over", "pacing", *PACING, do("lean_over", 14), expect=Tier.CONCERN, mark="lean_over"),
    _dwells(
        "pacing_then_up", "pacing", *PACING, walk((10, -0.45)), do("step_up", 7), expect=Tier.CRITICAL, mark="step_up"
    ),
    _dwells("returns_and_pacing", "returns", *RETURNS, *PACING, expect=Tier.NOTICE, mark="pace"),
    _dwells(
        "head_down_then_up",
        "head down",
        walk((10, -0.45)),
        HEAD_DOWN,
        do("step_up", 7),
        expect=Tier.CRITICAL,
        mark="step_up",
    ),
    _dwells(
        "pacing_bag_left",
        "object left",
        handle("put_down", "bag"),
        *PACING,
        *PACING[1:5],
        expect=Tier.CONCERN,
        mark="pace",
        within_s=60.0,
        has=("bag",),
    ),
)
