"""Moving fast to the edge, and tracks that end there: nobody is seen to leave and no fall is shown."""

from welfare.evaluation.scenarios.actor import OUTWARD, Act
from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.families.company import TALKERS_FAR
from welfare.evaluation.scenarios.script import Script, do, jog, walk
from zones.tier import Tier


def _gone(name: str, *acts: Act, others: tuple[Part, ...] = (), mark: str = "last_seen") -> Script:
    script = (walk((10, -0.45), speed=1.2), *acts)
    parts = (Part(script, (5, -1.4, 0), 0, fades=True), *others)
    length = 34.0
    return Script(name, parts, "gone at the edge", Tier.URGENT, (mark,), 5.0, trigger=True, seconds=length)


def _runs(name: str, *acts: Act, expect: Tier = Tier.NOTICE, mark: str = "run_to_edge") -> Script:
    script = (
        walk((8.5, -2.8), speed=1.2),
        do("stand", 2, yaw=OUTWARD),
        jog((10.2, -0.5), speed=3.4, label="run_to_edge"),
        *acts,
    )
    part = Part(script, (4, -2.6, 0), 0)
    return Script(name, (part,), "moving fast to the edge", expect, (mark,), 4.0, trigger=expect is Tier.CRITICAL)


SCRIPTS = (
    _runs("run_to_edge", do("stand", 6, "stand_at_rail", yaw=OUTWARD, hands="rail")),
    _runs("run_and_step_up", do("step_up", 7), expect=Tier.CRITICAL, mark="step_up"),
    _gone(
        "gone_from_rail",
        do("stand", 9.6, yaw=OUTWARD, hands="rail"),
        do("stand", 0.4, "last_seen", yaw=OUTWARD, hands="rail"),
    ),
    _gone("gone_after_crouch", do("stand", 6, yaw=OUTWARD), do("crouch", 2.6), do("crouch", 0.4, "last_seen")),
    _gone("gone_company_far", do("stand", 8, yaw=OUTWARD), do("stand", 0.4, "last_seen", down=0.4), others=TALKERS_FAR),
)
