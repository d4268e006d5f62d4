"""Things left at the edge by somebody who goes on, or goes up."""

from welfare.evaluation.scenarios.actor import OUTWARD, Act
from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.script import Script, do, handle, walk
from zones.tier import Tier

AWAY = do("stand", 36, "away_from_it", yaw=OUTWARD, hands="rail")


def _leaves(name: str, *acts: Act, expect: Tier, mark: str, within_s: float, has: tuple[str, ...] = ("bag",)) -> Script:
    part = Part((walk((8.6, -0.8), hands="bag"), do("stand", 2, yaw=OUTWARD), *acts), (5, -1.5, 0), 0, has)
    shows = "object left" if has else "shoes left"
    return Script(name, (part,), shows, expect, (mark,), within_s, trigger=expect is Tier.CRITICAL)


DOWN = handle("put_down", "bag")
STEP_ASIDE = walk((11.4, -0.5), speed=0.9, label="step_aside")
SCRIPTS = (
    _leaves("bag_left", DOWN, STEP_ASIDE, AWAY, expect=Tier.NOTICE, mark="put_down", within_s=42),
    _leaves("bag_left_walks_off", DOWN, walk((22, -1.2)), expect=Tier.NOTICE, mark="put_down", within_s=45),
    _leaves(
        "bag_left_then_up",
        DOWN,
        STEP_ASIDE,
        do("stand", 6),
        do("step_up", 7),
        expect=Tier.CRITICAL,
        mark="step_up",
        within_s=4,
    ),
    _leaves(
        "bag_left_leans_over", DOWN, STEP_ASIDE, do("lean_over", 40), expect=Tier.CONCERN, mark="lean_over", within_s=40
    ),
    _leaves(
        "shoes_left", do("shoes_off", 6), STEP_ASIDE, AWAY, expect=Tier.NOTICE, mark="shoes_off", within_s=44, has=()
    ),
    _leaves(
        "shoes_left_then_up",
        do("shoes_off", 6),
        STEP_ASIDE,
        do("step_up", 7),
        expect=Tier.CRITICAL,
        mark="step_up",
        within_s=4,
        has=(),
    ),
)
