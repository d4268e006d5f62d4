"""Every default of the behaviour, in one place, each with its unit, its bounds and its source, or the word assumed.

A zone may override any of them by name with a reason that is kept (`zones.models.Zone.overrides`). Weights, in nats,
are judgements until local outcomes calibrate them. `docs/behaviour.md` shows this file as tables.
Sources: Mishara, Bardon, Dupont 2016, BMC Public Health 16:1245; Mackenzie et al. 2018, PMC5898325; the loiter alarm
of Seoul's Han River bridges (press reports); Samaritans' guidance; "table" is the project's table of cues and weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one value of the profile is: its unit, where it comes from, and the bounds of an override."""

    unit: str
    source: str
    low: float
    high: float


def _v(default: Any, unit: str, low: float, high: float, source: str) -> Any:
    return field(default=default, metadata={"meaning": Meaning(unit, source, low, high)})


class ProfileError(ValueError):
    """An override that cannot be used; the message says which value, why, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Thresholds, weights and times of one zone."""

    # --- Episode
    leave_grace_s: float = _v(10.0, "s", 1, 120, "assumed: out of the zone for so long ends the stay")
    relink_s: float = _v(6.0, "s", 0, 30, "assumed: a new track so soon after a lost one, near it, is the same stay")
    relink_m: float = _v(1.0, "m", 0, 5, "assumed: plus walking_m_s for each second lost")
    walking_m_s: float = _v(1.4, "m/s", 0.5, 2, "usual walking speed")
    max_gap_s: float = _v(1.0, "s", 0.2, 5, "assumed: of the time between two sights, no more counts as seen")
    edge_away_s: float = _v(30.0, "s", 1, 600, "assumed: so long away from the edge starts the edge stay again")
    sight_s: float = _v(2.0, "s", 0.5, 10, "assumed: a sight that is older says nothing of now")

    # --- Stay near the edge
    edge_near_m: float = _v(1.0, "m", 0.3, 5, "table: stay within 1 m of the edge")
    stay_from_s: float = _v(60.0, "s", 5, 3600, "table")
    stay_to_s: float = _v(300.0, "s", 10, 7200, "Seoul: 300 s")
    stay_weight: float = _v(1.2, "nats", 0, 5, "judgement")
    backstop_s: float = _v(300.0, "s", 60, 7200, "Seoul: 300 s at the edge is a concern whatever else")
    still_speed_m_s: float = _v(0.15, "m/s", 0.02, 0.5, "table: stillness")
    still_near_m: float = _v(1.5, "m", 0.3, 5, "table: stillness at the edge; shown, adds nothing by itself")

    # --- Pacing
    pacing_leg_m: float = _v(1.5, "m", 0.5, 10, "table: legs of at least 1.5 m")
    pacing_leg_errors: float = _v(3.0, "deviations", 0, 10, "assumed: a leg is longer than the error of the feet")
    pacing_turn_deg: float = _v(120.0, "degrees", 60, 180, "table: reversals of more than 120 degrees")
    feet_error: float = _v(0.05, "box heights", 0, 0.3, "the tracker's: how far a box's foot strays, one deviation")
    pacing_window_s: float = _v(300.0, "s", 30, 1800, "table")
    pacing_from: float = _v(2.0, "count", 0, 20, "table")
    pacing_to: float = _v(5.0, "count", 1, 40, "table")
    pacing_weight: float = _v(2.0, "nats", 0, 5, "Mishara: in no comparison passenger; conservatively")

    # --- Returns to the edge
    returns_window_s: float = _v(1800.0, "s", 60, 3600, "table")
    returns_away_m: float = _v(2.0, "m", 0.5, 20, "assumed: so far from the edge counts as having left it")
    returns_stretch_m: float = _v(5.0, "m", 1, 50, "assumed: visits within so much of the edge are to the same stretch")
    returns_from: float = _v(2.0, "count", 0, 20, "table")
    returns_to: float = _v(4.0, "count", 1, 40, "table")
    returns_weight: float = _v(0.8, "nats", 0, 5, "Mackenzie")

    # --- Object left behind
    object_away_m: float = _v(2.0, "m", 0.5, 20, "table: owner over 2 m away")
    object_static_s: float = _v(30.0, "s", 5, 600, "table: static 30 s counts in full")
    object_notice_s: float = _v(
        3.0, "s", 1, 60, "assumed: a thing left alone so long is a notice before it is 30 s old"
    )
    object_weight: float = _v(2.0, "nats", 0, 5, "Mishara: likelihood ratio about 28 (1.7 to 450), conservatively 4.6")
    object_kept_s: float = _v(1800.0, "s", 60, 7200, "assumed: after so long it belongs to the place")

    # --- Posture near the edge
    posture_near_m: float = _v(1.5, "m", 0.3, 5, "table: posture near the edge")
    lean_from_deg: float = _v(25.0, "degrees", 5, 80, "assumed (table)")
    lean_to_deg: float = _v(50.0, "degrees", 10, 90, "assumed (table)")
    lean_window_s: float = _v(3.0, "s", 1, 30, "table")
    lean_weight: float = _v(1.0, "nats", 0, 5, "assumed (table)")
    upper_head_m: float = _v(0.05, "m", -0.5, 1, "assumed: the head is past the rail plane by so much")
    upper_chest_m: float = _v(0.0, "m", -0.5, 1, "assumed: and the shoulders' middle by so much")
    upper_from_s: float = _v(3.0, "s", 0, 60, "table: held 3 to 10 s")
    upper_to_s: float = _v(10.0, "s", 1, 120, "table: held 3 to 10 s")
    upper_weight: float = _v(2.8, "nats", 0, 5, "assumed (table); the London Underground trial alerted on leaning over")
    facing_deg: float = _v(60.0, "degrees", 10, 90, "assumed: the chest faces out within so much")
    head_down_deg: float = _v(140.0, "degrees", 90, 175, "assumed: ear-shoulder-hip angle under this is head down")
    outlook_window_s: float = _v(60.0, "s", 10, 600, "table: share of 60 s")
    outlook_known_s: float = _v(20.0, "s", 2, 600, "assumed: seen for so long of them, or it is unknown")
    outlook_from: float = _v(0.5, "share", 0, 1, "assumed (table)")
    outlook_to: float = _v(0.8, "share", 0, 1, "assumed (table)")
    outlook_weight: float = _v(0.3, "nats", 0, 5, "assumed (table): tourists do too")
    low_share: float = _v(0.62, "share", 0.3, 0.9, "assumed: a box under this share of the own standing height is low")
    low_hips_share: float = _v(0.5, "share", 0.2, 0.9, "table: hip height under half of its standing height")
    hips_of_height: float = _v(0.53, "share", 0.4, 0.6, "Drillis and Contini 1966: hip height over body height")
    low_height_m: float = _v(1.05, "m", 0.4, 1.5, "assumed: low, for somebody who was never seen standing")
    low_hold_s: float = _v(20.0, "s", 1, 300, "table")
    low_weight: float = _v(0.7, "nats", 0, 5, "assumed (table)")

    # --- Moving fast to the edge
    run_speed_m_s: float = _v(2.5, "m/s", 1, 10, "assumed (table)")
    run_contact_s: float = _v(3.0, "s", 0.5, 10, "assumed (table)")
    run_weight: float = _v(2.5, "nats", 0, 5, "assumed (table)")

    # --- Context
    alone_m: float = _v(10.0, "m", 2, 100, "Samaritans: people alone")
    alone_weight: float = _v(0.3, "nats", 0, 2, "table")
    companion_m: float = _v(2.0, "m", 0.5, 10, "table")
    companion_hold_s: float = _v(5.0, "s", 1, 60, "assumed: together for so long are companions")
    companion_weight: float = _v(-0.7, "nats", -2, 0, "table")

    # --- Memory of evidence
    stay_half_life_s: float = _v(180.0, "s", 5, 3600, "table")
    object_half_life_s: float = _v(600.0, "s", 5, 3600, "table")
    posture_half_life_s: float = _v(20.0, "s", 1, 600, "table")
    run_half_life_s: float = _v(30.0, "s", 1, 600, "table")
    group_share: float = _v(0.35, "share", 0, 1, "table: of each further cue of a group")

    # --- Triggers
    rail_frames: int = _v(8, "frames", 3, 30, "table: 5 of 8 frames")
    rail_needed: int = _v(5, "frames", 2, 30, "table: 5 of 8 frames")
    rail_span_s: float = _v(0.6, "s", 0.2, 3, "assumed: the five span this at least: a burst of frames is not enough")
    foot_raised_m: float = _v(0.30, "m", 0.1, 1, "assumed: an ankle so high on the rail plane is on the barrier")
    hips_below_rail_m: float = _v(0.05, "m", 0, 0.5, "assumed: hips no more than this under the rail's top sit on it")
    upright_top_m: float = _v(1.6, "m", 1, 2.5, "assumed: who climbs reads higher than who stands")
    beyond_m: float = _v(0.2, "m", 0.05, 1, "table: ankles over 0.2 m beyond the edge")
    sit_edge_m: float = _v(0.3, "m", 0.05, 1, "assumed: low and so near an edge without a rail sits on it")
    climb_speed_m_s: float = _v(0.7, "m/s", 0.2, 2, "assumed: a foot on a rail does not walk")
    gone_near_m: float = _v(1.0, "m", 0.2, 5, "table")
    gone_unseen_s: float = _v(3.0, "s", 1, 30, "table")
    gone_up_s: float = _v(1.5, "s", 0.4, 30, "assumed: who was off the deck when last seen is waited for so long")
    gone_looks: int = _v(4, "frames", 1, 30, "assumed: one look without them may be a miss, so many are not")
    gone_followed_s: float = _v(3.0, "s", 0.5, 30, "assumed: only somebody who was followed well can be gone")
    gone_person_px: float = _v(50.0, "px", 10, 300, "assumed: smaller people are lost for lesser reasons")
    gone_person_m: float = _v(0.8, "m", 0, 1.5, "assumed: what never stood higher is no person")
    gone_drop_m: float = _v(0.5, "m", 0.2, 1.5, "assumed: so much lower within 2 s is downward motion")

    # --- Tiers
    notice: float = _v(1.5, "nats", 0.5, 6, "table")
    concern: float = _v(3.0, "nats", 1, 8, "table")
    urgent: float = _v(4.5, "nats", 1.5, 10, "table")
    hold_s: float = _v(3.0, "s", 0, 60, "table: held for 3 of 5 s")
    hold_window_s: float = _v(5.0, "s", 1, 120, "table: held for 3 of 5 s")
    down_by: float = _v(0.75, "nats", 0, 3, "table")
    down_after_s: float = _v(20.0, "s", 0, 600, "table")

    def with_overrides(self, overrides: Mapping[str, object]) -> Self:
        """The profile with some values replaced.

        Raises:
            ProfileError: a name that is not in the profile, no number, out of bounds, or in conflict with another.
        """
        values = {name: self._checked(name, value) for name, value in overrides.items()}
        changed = replace(self, **values)
        changed._check_order()
        return changed

    def _checked(self, name: str, value: object) -> Any:
        meaning = meanings().get(name)
        if meaning is None:
            raise ProfileError(f"profile: there is no value named {name!r}")
        whole = isinstance(getattr(self, name), int)
        if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value % 1):
            raise ProfileError(f"profile: {name} must be a {'whole ' if whole else ''}number, not {value!r}")
        if not meaning.low <= value <= meaning.high:
            raise ProfileError(
                f"profile: {name} is {value:g} {meaning.unit}, allowed is {meaning.low:g} to {meaning.high:g}"
            )
        return int(value) if whole else value

    def _check_order(self) -> None:
        for low, high in ORDERED:
            if not getattr(self, low) < getattr(self, high):
                raise ProfileError(
                    f"profile: {low} ({getattr(self, low):g}) must be under {high} ({getattr(self, high):g})"
                )
        if self.rail_needed > self.rail_frames or self.hold_s > self.hold_window_s:
            raise ProfileError("profile: rail_needed cannot exceed rail_frames, nor hold_s hold_window_s")


ORDERED = (
    ("stay_from_s", "stay_to_s"),
    ("pacing_from", "pacing_to"),
    ("returns_from", "returns_to"),
    ("lean_from_deg", "lean_to_deg"),
    ("upper_from_s", "upper_to_s"),
    ("outlook_from", "outlook_to"),
    ("notice", "concern"),
    ("concern", "urgent"),
)


def meanings() -> dict[str, Meaning]:
    """Every value's unit, source and bounds, in the order of the file."""
    return {f.name: f.metadata["meaning"] for f in fields(Profile)}


@dataclass(frozen=True, slots=True)
class Cue:
    """How one cue counts.

    Attributes:
        words: its name for people.
        group: cues of one group say the same thing.
        posture: it is read from the pose, and unknown where no pose is.
    """

    words: str
    group: str
    posture: bool = False


CUES: Mapping[str, Cue] = {
    "stay": Cue("stay at the edge", "stay"),
    "pacing": Cue("pacing", "stay"),
    "returns": Cue("returns to the edge", "stay"),
    "object": Cue("object left", "object"),
    "lean": Cue("leaning out", "posture", posture=True),
    "upper": Cue("upper body beyond the edge", "posture", posture=True),
    "outlook": Cue("facing out or head down", "posture", posture=True),
    "low": Cue("crouching or sitting", "posture"),
    "run": Cue("moving fast to the edge", "run"),
}
"""Every cue that adds to a score. Its weight is `<name>_weight`, its half-life `<group>_half_life_s`."""

GROUPS = tuple(dict.fromkeys(cue.group for cue in CUES.values()))
