"""Leaning out before a camera that looks straight at the edge.

The plane in which a body leans is seen end on there, and no sight line says how far out it is. What the picture does
say is how tall the body from hips to head looks at its feet: leaning out by twice the angle at which the camera looks
down it looks as tall as upright, and the further it leans beyond that, the shorter. With the own upright length

    looks / upright = cos(lean - down) / cos(down)

gives the lean. Somebody who leans back looks the same; so it is read only where nobody leans back so far, or where the
network's own guess of the depth says it too: rough as it is, it puts who leans far over 20 to 35 degrees out, and who
has elbows on the rail 4 to 16. The chest must face out and the hips be as high as standing: who ties a lace, sits or
picks something up has lower hips. A single pose may take the back of somebody who bends away for the front, so facing
is that of the last seconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.cues import ramp
from zones.geometry import Points, View

HEAD_OVER_HIPS = 0.40  # of body height; Drillis and Contini 1966: hips 0.530, the head's middle 0.93
CHEST_SHARE = 0.72  # of it, where the shoulders are: 0.818 of body height
HIPS_OF_HEIGHT = 0.53  # the same
HIPS_UP = 0.85  # assumed: hips under this share of their standing height belong to bent knees
FACES_OUT = 0.5  # assumed: share of the last seconds
MOST_DEG = 120.0  # assumed: further down than that hangs nobody; the pose is of two people
BACK_DEG = (15.0, 25.0)  # assumed: people lean back by less than the first, and can by no more than the second
SLIGHTLY_BACK_DEG = (5.0, 12.0)  # assumed: the same where the guess of the depth says that they lean out
GUESS_DEG = (10.0, 18.0)  # on rendered clips: by how much it says so, with elbows on the rail and far over it
GUESS_OF_DOWN = 0.5  # on rendered clips: the share of looking down that the guess takes for a lean of upright people


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person from before; NaN until it is.

    Attributes:
        standing_m: height when upright, by the box, metres.
        head_m: of the head's middle over the hips when upright, by poses, metres.
        faces_out: share of the last seconds in which the chest faced out.
    """

    standing_m: float = float("nan")
    head_m: float = float("nan")
    faces_out: float = float("nan")


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Looks:
    """How tall a body looks at its feet: heights above the deck on the upright plane there that faces the camera.

    Attributes:
        head_m, chest_m, hips_m: metres.
        down_rad: how far the camera looks down at the hips.
        from_deck: the camera looks out over the edge, not at it from beyond.
        guess_rad: lean by the network's guess of the depth, beyond what it is for somebody upright; NaN without one.
    """

    head_m: float
    chest_m: float
    hips_m: float
    down_rad: float
    from_deck: bool
    guess_rad: float = float("nan")

    @classmethod
    def of(
        cls, view: View, foot: Points, out: Points, pixels: Points, trunk_m: NDArray[np.floating] | None = None
    ) -> "Looks":
        """Read one sight.

        Args:
            view: the calibrated picture.
            foot: (2,) metres.
            out: (2,) the unit vector over the edge.
            pixels: (3, 2) of head, chest and hips.
            trunk_m: (3,) as in `Pose`.
        """
        away = foot - view.camera_m[:2]
        away = away / np.linalg.norm(away)
        rays = view.rays(pixels)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = ((foot - view.camera_m[:2]) @ away) / (rays[:, :2] @ away)
        head, chest, hips = (view.camera_m[2] + reach * rays[:, 2]).tolist()
        down = float(np.arctan2(-rays[2, 2], np.linalg.norm(rays[2, :2])))
        guess = np.nan if trunk_m is None else _guess(view, pixels[2], out, trunk_m) - GUESS_OF_DOWN * down
        return cls(head, chest, hips, down, bool(away @ out > 0), float(guess))

    @property
    def upper_m(self) -> float:
        """Of the head over the hips, as tall as it looks."""
        return self.head_m - self.hips_m


@dataclass(frozen=True, slots=True)
class Bend:
    """How a body leans out.

    Attributes:
        lean_deg: trunk to the upright.
        head_out_m, chest_out_m: beyond the feet.
        sure: 0 to 1, how unlikely the leaning back is that looks the same.
    """

    lean_deg: float
    head_out_m: float
    chest_out_m: float
    sure: float


def bend(looks: Looks, known: Known) -> Bend | None:
    """Read leaning out; None where it is unknown."""
    upright = min(known.head_m, HEAD_OVER_HIPS * known.standing_m)
    stands = looks.hips_m >= HIPS_UP * HIPS_OF_HEIGHT * known.standing_m
    if not (np.isfinite(upright) and stands and looks.from_deck and known.faces_out >= FACES_OUT):
        return None
    head = _from_sight(looks.upper_m / upright, looks.down_rad)
    chest = _from_sight((looks.chest_m - looks.hips_m) / (CHEST_SHARE * upright), looks.down_rad)
    back_deg, guess_deg = float(np.degrees(head - looks.down_rad)), float(np.degrees(looks.guess_rad))
    sure = ramp(back_deg, *BACK_DEG)
    if np.isfinite(guess_deg):
        sure = max(sure, ramp(back_deg, *SLIGHTLY_BACK_DEG) * ramp(guess_deg, *GUESS_DEG))
    lean_head, lean_chest = looks.down_rad + head, looks.down_rad + chest
    if sure <= 0 or max(lean_head, lean_chest) > np.radians(MOST_DEG):
        return None
    return Bend(
        lean_deg=float(np.degrees(lean_chest)),
        head_out_m=float(upright * np.sin(lean_head)),
        chest_out_m=float(CHEST_SHARE * upright * np.sin(lean_chest)),
        sure=sure,
    )


def _from_sight(share: float, down_rad: float) -> float:
    """Angle between a part of the body and the plane that is seen at right angles, radians."""
    return float(np.arccos(np.clip(share * np.cos(down_rad), -1.0, 1.0)))


def _guess(view: View, hips: Points, out: Points, trunk_m: NDArray[np.floating]) -> float:
    """Lean of the trunk over the edge, radians, by what the network guesses of its depth."""
    sight, right, below = view.rays(hips + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    axes, _ = np.linalg.qr(np.column_stack([sight, right, below]))
    away, across, down = axes.T * np.sign(np.sum(axes * np.column_stack([sight, right, below]), axis=0))[:, None]
    trunk = trunk_m[0] * across + trunk_m[1] * down + trunk_m[2] * away
    return float(np.arctan2(trunk[:2] @ out, trunk[2]))
