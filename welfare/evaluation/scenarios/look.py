"""How a rendered person looks: build and clothes of a body that belongs to nobody."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """One dressed body; colours are sRGB, 0 to 255.

    Attributes:
        shape: which of the MakeHuman base bodies, `male` or `female`.
        ancestry: which of the MakeHuman face targets, `african`, `asian` or `caucasian`.
        height_m: standing height.
        weight: -1 thin to 1 heavy.
        age: 0 young to 1 old.
        hair_length: 0 short to 1 long.
        top_length_m: how far the top reaches below the waist.
        loose_m: how far the clothes stand off the body.
        hood: the top's hood is up.
    """

    shape: str = "male"
    ancestry: str = "caucasian"
    height_m: float = 1.75
    weight: float = 0.0
    age: float = 0.0
    skin: Colour = (190, 140, 115)
    hair: Colour = (50, 35, 25)
    hair_length: float = 0.0
    top: Colour = (50, 60, 90)
    legs: Colour = (45, 45, 50)
    shoes: Colour = (30, 28, 26)
    top_length_m: float = 0.10
    loose_m: float = 0.022
    hood: bool = False


LOOKS = (
    Look(height_m=1.78, weight=0.1, top=(38, 44, 66), legs=(52, 60, 84), hair=(45, 33, 24), loose_m=0.028),
    Look("female", "caucasian", 1.66, top=(150, 40, 48), legs=(32, 34, 40), hair=(110, 75, 40), hair_length=0.55),
    Look("male", "african", 1.84, 0.35, 0.5, (96, 66, 50), (25, 22, 20), top=(176, 172, 160), legs=(60, 52, 44)),
    Look("female", "asian", 1.60, 0.15, 0.0, (205, 160, 130), (24, 20, 20), 0.35, (60, 90, 84), (70, 72, 84)),
    Look(
        "male", "asian", 1.72, -0.2, skin=(200, 155, 125), top=(28, 28, 30), legs=(44, 46, 52), hood=True, loose_m=0.034
    ),
    Look(
        "female", "caucasian", 1.70, 0.3, 0.7, hair=(170, 165, 160), hair_length=0.2, top=(206, 190, 120), loose_m=0.03
    ),
    Look("male", "caucasian", 1.75, -0.1, top=(230, 120, 30), legs=(24, 24, 28), shoes=(220, 220, 220), loose_m=0.014),
    Look("female", "african", 1.68, 0.1, 0.2, (88, 60, 46), (20, 18, 18), 0.3, (90, 60, 120), (40, 40, 44)),
    Look("male", "caucasian", 1.80, 0.0, 0.9, hair=(190, 188, 184), top=(120, 110, 96), legs=(86, 82, 76)),
    Look("male", "asian", 1.69, 0.2, 0.3, (196, 150, 120), (22, 20, 20), top=(200, 204, 210), legs=(30, 36, 60)),
)
HELD_OUT_LOOKS = (7, 8, 9)  # never in a clip that may be tuned on
WORKER = Look(height_m=1.79, weight=0.3, top=(232, 236, 60), legs=(40, 44, 60), hair=(230, 200, 40), loose_m=0.03)
CHILD = Look("female", "caucasian", 1.12, top=(210, 90, 140), legs=(60, 80, 140), hair=(120, 80, 40), hair_length=0.3)
