"""Other people that a scenario may have around its first one."""

import numpy as np

from welfare.evaluation.scenarios.cast import Part
from welfare.evaluation.scenarios.script import do, walk

TALKERS_FAR = (
    Part((do("chat", 24, yaw=float(np.pi)),), (19.0, -2.1, 180), 1),
    Part((do("chat", 24, yaw=0.0),), (17.9, -2.1, 0), 2),
)
PASSERS = (
    Part((walk((24, -2.0)),), (1, -2.0, 0), 1),
    Part((walk((-2, -2.5), speed=1.2, hands="phone"),), (21, -2.5, 180), 2, after_s=3.0),
    Part((walk((24, -2.3), speed=1.4),), (-1, -2.3, 0), 3, after_s=5.0),
)


def crossing_before(x: float) -> tuple[Part, ...]:
    """Two people who meet and pass each other before a place on the deck."""
    return (
        Part((walk((x + 12, -1.7), speed=1.3),), (x - 9, -1.7, 0), 1, after_s=1.0),
        Part((walk((x - 12, -2.1), speed=1.2),), (x + 9, -2.1, 180), 2, after_s=1.0),
    )
