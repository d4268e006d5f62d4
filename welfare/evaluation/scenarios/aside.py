"""What the second held-out set has to itself: cameras and looks that no clip had before it was first judged.

The first held-out set was looked at once, and a camera of it led to work on the watch; this one is for figures only.
"""

from welfare.evaluation.scenarios.look import Look

AGAIN_POLES: dict[str, tuple[float, float, float]] = {
    "east": (17.5, -10.0, 7.0),
    "facing": (11.2, -10.5, 5.6),  # straight at the edge
    "west": (-2.5, -6.8, 4.8),
}
AGAIN_LOOKS = (
    Look("female", "caucasian", 1.73, -0.15, 0.4, hair=(160, 120, 70), hair_length=0.45, top=(44, 92, 150)),
    Look("male", "african", 1.76, 0.0, 0.2, (70, 50, 40), (20, 18, 18), top=(140, 30, 34), legs=(34, 40, 58)),
    Look("male", "caucasian", 1.88, 0.4, 0.6, hair=(120, 110, 100), top=(64, 70, 50), top_length_m=0.25),
    Look("female", "asian", 1.57, -0.1, 0.1, (210, 165, 135), (22, 20, 20), 0.6, (222, 214, 200), (46, 48, 60)),
    Look("female", "african", 1.65, 0.45, 0.5, (104, 72, 54), (24, 20, 18), 0.1, (196, 120, 40), (30, 30, 34)),
)
