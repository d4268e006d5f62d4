"""Every default of the behaviour, in one place, each with its unit and its source, or the word assumed.

A zone may override any of them by name with a reason that is kept (`zones.models.Zone.overrides`).
Sources: Mishara, Bardon, Dupont 2016, BMC Public Health 16:1245; Mackenzie et al. 2018, PMC5898325; the loiter alarm
of Seoul's Han River bridges (press reports); Samaritans' guidance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Profile:
    """Thresholds, weights and times of one zone. Weights, in nats, are judgements until outcomes calibrate them."""

    # --- Episode
    leave_grace_s: float = 10.0  # assumed: out of the zone for so long ends the stay
    relink_s: float = 6.0  # assumed: a new track so soon after a lost one, near it, is the same stay
    relink_m: float = 1.0  # assumed: plus walking_m_s for each second lost
    walking_m_s: float = 1.4  # usual walking speed
    max_gap_s: float = 1.0  # assumed: time between two sights that counts as seen; more is not counted as a stay
    edge_away_s: float = 30.0  # assumed: so long away from the edge starts the edge stay again

    # --- Stay near the edge
    edge_near_m: float = 1.0  # behaviour table: stay within 1 m of the edge
    stay_from_s: float = 60.0  # assumed
    stay_to_s: float = 300.0  # Seoul's 300 s
    stay_weight: float = 1.2  # judgement
    backstop_s: float = 300.0  # Seoul's 300 s: a concern whatever else

    # --- Pacing: Mishara, seen in no comparison passenger
    pacing_leg_m: float = 1.5  # behaviour table
    pacing_leg_errors: float = 3.0  # assumed: a leg is also longer than so many deviations of where the feet are
    feet_error: float = 0.05  # of the box's height: how far the box's foot strays, one deviation (the tracker's)
    pacing_window_s: float = 300.0  # behaviour table
    pacing_from: float = 2.0  # reversals
    pacing_to: float = 5.0  # reversals
    pacing_weight: float = 2.0  # Mishara, conservatively

    # --- Returns to the edge: Mackenzie
    returns_window_s: float = 1800.0  # behaviour table
    returns_away_m: float = 3.0  # assumed: so far from the edge counts as having left it
    returns_from: float = 2.0  # visits
    returns_to: float = 4.0  # visits
    returns_weight: float = 0.8  # judgement

    # --- Posture near the edge
    posture_near_m: float = 1.5  # behaviour table: crouching near the edge
    lean_from_deg: float = 25.0  # assumed
    lean_to_deg: float = 50.0  # assumed
    lean_window_s: float = 3.0  # behaviour table
    lean_weight: float = 1.0  # assumed
    low_height_m: float = 1.05  # assumed: a person lower than this crouches or sits
    low_hold_s: float = 20.0  # behaviour table
    low_weight: float = 0.7  # assumed

    # --- Moving fast to the edge
    run_speed_m_s: float = 2.5  # assumed
    run_contact_s: float = 3.0  # assumed
    run_weight: float = 2.5  # assumed

    # --- Context
    alone_m: float = 10.0  # Samaritans: people alone
    alone_weight: float = 0.3
    companion_m: float = 2.0
    companion_hold_s: float = 5.0  # assumed
    companion_weight: float = -0.7

    # --- Memory of evidence
    stay_half_life_s: float = 180.0
    posture_half_life_s: float = 20.0
    run_half_life_s: float = 30.0
    group_share: float = 0.35  # of each further cue of a group

    # --- Triggers
    rail_frames: int = 8  # behaviour table: 5 of 8 frames
    rail_needed: int = 5
    rail_span_s: float = 0.6  # assumed: the five must span at least this, so that a burst of frames is not enough
    foot_raised_m: float = 0.30  # assumed: an ankle so high on the rail plane is on the barrier
    hips_below_rail_m: float = 0.05  # assumed: hips no more than this under the rail's top sit on it or cross it
    upright_top_m: float = 1.6  # assumed: the head of somebody who climbs reads higher than of one who stands
    beyond_m: float = 0.2  # behaviour table: ankles over 0.2 m beyond the edge
    climb_speed_m_s: float = 0.7  # assumed: a foot on a rail does not walk
    gone_near_m: float = 1.0  # behaviour table
    gone_unseen_s: float = 3.0  # behaviour table
    gone_followed_s: float = 3.0  # assumed: only somebody who was followed well can be gone
    gone_person_px: float = 50.0  # assumed: smaller people are lost for lesser reasons

    # --- Tiers
    notice: float = 1.5  # nats
    concern: float = 3.0
    urgent: float = 4.5
    hold_s: float = 3.0  # above for so long of
    hold_window_s: float = 5.0
    down_by: float = 0.75  # nats
    down_after_s: float = 20.0

    def with_overrides(self, overrides: Mapping[str, object]) -> Self:
        """The profile with some values replaced.

        Raises:
            ValueError: a name that is not in the profile, or a value that is no positive number.
        """
        known = {f.name for f in fields(self)}
        for name, value in overrides.items():
            if name not in known:
                raise ValueError(f"profile: there is no value named {name!r}")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"profile: {name} must be a number, not {value!r}")
        return replace(self, **dict(overrides))  # type: ignore[arg-type]
