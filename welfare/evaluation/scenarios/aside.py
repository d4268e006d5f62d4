"""Sets of clips that were fixed before any of them was seen: each has cameras, looks and seeds that no other clip has.

The first held-out set was looked at, and a camera of it led to work on the watch. The second and the third were judged
once as they came, and then worked with. The fourth is for figures only.
"""

from dataclasses import dataclass

from welfare.evaluation.scenarios.look import Look


@dataclass(frozen=True, slots=True)
class Round:
    """Every script once; cameras, lights and sizes go round, each from so far on.

    Attributes:
        seeds: from here on, one a script.
        pole, light, size: how far on.
        ordinary: only the ordinary scripts.
    """

    seeds: int
    pole: int
    light: int
    size: int
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """One set.

    Attributes:
        group: its name, and `words` for a report.
        poles: cameras, metres.
        looks: who plays.
        sizes_px: how tall people are.
        rounds: its clips.
    """

    group: str
    words: str
    poles: dict[str, tuple[float, float, float]]
    looks: tuple[Look, ...]
    sizes_px: tuple[int, ...]
    rounds: tuple[Round, ...]

    @property
    def seeds(self) -> range:
        """Those of its clips, and of no others."""
        first = self.rounds[0].seeds
        return range(first, first + SEEDS)


SEEDS = 1000  # that a set may have
AGAIN = Aside(
    "held-out-again",
    "held out again, seen since",
    {"east": (17.5, -10.0, 7.0), "facing": (11.2, -10.5, 5.6), "west": (-2.5, -6.8, 4.8)},
    (
        Look("female", "caucasian", 1.73, -0.15, 0.4, hair=(160, 120, 70), hair_length=0.45, top=(44, 92, 150)),
        Look("male", "african", 1.76, 0.0, 0.2, (70, 50, 40), (20, 18, 18), top=(140, 30, 34), legs=(34, 40, 58)),
        Look("male", "caucasian", 1.88, 0.4, 0.6, hair=(120, 110, 100), top=(64, 70, 50), top_length_m=0.25),
        Look("female", "asian", 1.57, -0.1, 0.1, (210, 165, 135), (22, 20, 20), 0.6, (222, 214, 200), (46, 48, 60)),
        Look("female", "african", 1.65, 0.45, 0.5, (104, 72, 54), (24, 20, 18), 0.1, (196, 120, 40), (30, 30, 34)),
    ),
    (120, 200, 60, 120, 200),
    (Round(2000, pole=0, light=2, size=2), Round(2500, pole=1, light=1, size=4, ordinary=True)),
)
THIRD = Aside(
    "held-out-third",
    "held out a third time, seen since",
    {"bend": (3.5, -8.2, 5.2), "kerb": (18.0, -5.6, 4.4), "mast": (13.0, -12.5, 8.2)},
    (
        Look("male", "caucasian", 1.82, -0.1, 0.3, hair=(96, 70, 46), top=(92, 104, 112), legs=(58, 50, 42)),
        Look("female", "asian", 1.63, 0.1, 0.6, (198, 152, 124), (30, 28, 28), 0.3, (120, 36, 70), (52, 54, 60)),
        Look("male", "african", 1.70, 0.25, 0.1, (92, 64, 48), (18, 16, 16), top=(34, 60, 52), legs=(70, 70, 76)),
        Look("female", "caucasian", 1.69, 0.2, 0.2, hair=(70, 44, 30), hair_length=0.7, top=(176, 150, 128), hood=True),
        Look("male", "asian", 1.74, 0.3, 0.8, hair=(150, 148, 146), top=(76, 66, 96), legs=(38, 40, 46), loose_m=0.03),
    ),
    (120, 200, 120, 200, 120, 200, 60, 120, 200),
    (Round(3000, pole=1, light=3, size=0),),
)
FOURTH = Aside(
    "held-out-fourth",
    "held out a fourth time",
    {"gantry": (15.5, -9.0, 6.4), "lamp": (1.0, -6.2, 4.6), "roof": (7.0, -11.5, 7.6)},
    (
        Look("female", "caucasian", 1.66, 0.0, 0.3, hair=(58, 44, 34), hair_length=0.5, top=(52, 74, 66), hood=True),
        Look("male", "caucasian", 1.79, 0.15, 0.5, hair=(186, 150, 96), top=(150, 140, 118), legs=(44, 48, 66)),
        Look("female", "african", 1.71, -0.1, 0.2, (116, 80, 58), (22, 20, 18), 0.2, (70, 40, 96), (40, 36, 34)),
        Look("male", "asian", 1.68, -0.2, 0.1, (206, 160, 130), (26, 24, 24), top=(28, 30, 38), legs=(84, 82, 78)),
        Look("male", "african", 1.85, 0.35, 0.7, (84, 60, 46), (60, 58, 56), top=(168, 96, 40), top_length_m=0.2),
    ),
    (200, 120, 200, 120, 60, 120, 200, 120, 200),
    (Round(4000, pole=0, light=1, size=0), Round(4500, pole=1, light=3, size=5)),
)
ASIDE = (AGAIN, THIRD, FOURTH)


def aside_of(seed: int) -> Aside | None:
    """The set that a seed belongs to, if any."""
    return next((one for one in ASIDE if seed in one.seeds), None)
