"""Somebody on the barrier or beyond it: critical at once. No fall is ever shown."""

from welfare.evaluation.scenarios.actor import OUTWARD, Act
from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.families.company import PASSERS, TALKERS_FAR, crossing_before
from welfare.evaluation.scenarios.script import Script, do, walk
from zones.tier import Tier

MARKS = ("foot_on_rail", "step_up", "straddle", "sit_rail", "sit_edge", "beyond")


def _climbs(name: str, *acts: Act, others: tuple[Part, ...] = (), rail: bool = True, shows: str = "climbing") -> Script:
    script = (
        walk((10, -0.45), speed=1.2),
        do("stand", 3, "stand_at_rail", yaw=OUTWARD, hands="rail" if rail else "side"),
        *acts,
    )
    first = Part(script, (5, -1.4, 0), 0)
    return Script(name, (first, *others), shows, Tier.CRITICAL, MARKS, 4.0, trigger=True, rail=rail)


BACK = (do("step_up", 2), do("stand", 2, yaw=OUTWARD), walk((4, -1.6)))
SCRIPTS = (
    _climbs("step_up", do("step_up", 8), do("stand", 2, yaw=OUTWARD)),
    _climbs("foot_then_up", do("foot_on_rail", 4), do("step_up", 6)),
    _climbs("straddle", do("straddle", 8), do("stand", 2, yaw=OUTWARD), shows="leg over"),
    _climbs("sit_on_rail", do("step_up", 2), do("sit_rail", 10), shows="sitting on the rail"),
    _climbs("sit_on_rail_inward", do("sit_rail", 10, inward=True), shows="sitting on the rail"),
    _climbs("climb_and_return", do("step_up", 3), do("straddle", 3), *BACK),
    _climbs("beyond_facing_out", do("straddle", 3), do("beyond", 9), shows="beyond the edge"),
    _climbs("beyond_facing_in", do("straddle", 3), do("beyond", 9, inward=True), shows="beyond the edge"),
    _climbs("beyond_and_return", do("straddle", 3), do("beyond", 5), do("straddle", 2), *BACK, shows="beyond the edge"),
    _climbs("sit_on_edge", do("crouch", 1.6), do("sit_edge", 10), rail=False, shows="sitting on the edge"),
    _climbs("step_up_far_company", do("step_up", 8), others=TALKERS_FAR),
    _climbs("step_up_passers", do("step_up", 8), others=PASSERS),
    _climbs("straddle_crossing", do("straddle", 8), others=crossing_before(10.0), shows="leg over"),
)
