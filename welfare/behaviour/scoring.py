"""From a stay's measurements to reasons with weights: each cue's part in the score, in words."""

from collections.abc import Sequence

import numpy as np

from welfare.behaviour import cues
from welfare.behaviour.episodes import Episode
from welfare.behaviour.events import Reason
from welfare.behaviour.evidence import grouped, remembered
from welfare.behaviour.observation import Observation

GROUPS = {
    "stay": ("stay", "pacing", "returns"),
    "posture": ("lean", "low"),
    "run": ("run",),
}


def reasons(episode: Episode, person_m: float, t_s: float) -> list[Reason]:
    """What each cue adds at this moment, before memory; cues that add nothing are left out.

    Args:
        episode: the stay, already advanced to this frame.
        person_m: the person's height by the box, metres; NaN where unknown.
        t_s: now.
    """
    last = episode.last
    quality = 0.0 if last is None else float(np.clip(last.score / 0.6, 0.5, 1.0))
    found = [
        _stay(episode, quality, t_s),
        _pacing(episode, quality, t_s),
        _returns(episode, quality, t_s),
        _lean(episode, quality, t_s),
        _low(episode, person_m, quality, t_s),
        _run(episode, quality, t_s),
    ]
    return [reason for reason in found if reason is not None and reason.weight_nats > 0]


def context(episode: Episode, others: Sequence[Observation], dt_s: float, t_s: float) -> Reason | None:
    """Alone or with company: the only context that is used, and the only cue that may lower a score."""
    p, last = episode.profile, episode.last
    if last is None:
        return None
    distances = [float(np.hypot(*np.subtract(o.feet_m, last.feet_m))) for o in others]
    nearest = min(distances, default=float("inf"))
    episode.companion_s = episode.companion_s + dt_s if nearest <= p.companion_m else 0.0
    if episode.companion_s >= p.companion_hold_s:
        words = f"somebody {nearest:.0f} m away for {episode.companion_s:.0f} s"
        return Reason("companion", words, round(nearest, 1), "m", 0.8, p.companion_weight, t_s)
    if nearest > p.alone_m:
        return Reason("alone", f"nobody within {p.alone_m:.0f} m", p.alone_m, "m", 0.8, p.alone_weight, t_s)
    return None


def score(episode: Episode, now: Sequence[Reason], around: Reason | None, dt_s: float) -> float:
    """L: context plus the groups, with each cue's memory brought up to date."""
    p = episode.profile
    half_lives = {"stay": p.stay_half_life_s, "posture": p.posture_half_life_s, "run": p.run_half_life_s}
    strength = {reason.cue: reason.weight_nats for reason in now}
    total = around.weight_nats if around else 0.0
    for group, names in GROUPS.items():
        for name in names:
            before = episode.memory.get(name, 0.0)
            episode.memory[name] = remembered(before, strength.get(name, 0.0), dt_s, half_lives[group])
        total += grouped({name: episode.memory[name] for name in names}, p.group_share)
    return total


def _stay(episode: Episode, quality: float, t_s: float) -> Reason:
    p, x = episode.profile, episode.edge_stay_s
    weight = p.stay_weight * quality * cues.ramp(x, p.stay_from_s, p.stay_to_s)
    words = f"stayed within {p.edge_near_m:g} m of the edge for {x:.0f} s"
    return Reason("stay", words, round(x, 1), "s", quality, weight, t_s)


def _pacing(episode: Episode, quality: float, t_s: float) -> Reason:
    p = episode.profile
    path = [s for s in episode.path if s.t_s >= t_s - p.pacing_window_s]
    leg_m = max(p.pacing_leg_m, p.pacing_leg_errors * max((s.error_m for s in path), default=0.0))
    x = cues.reversals(path, leg_m)
    weight = p.pacing_weight * quality * cues.ramp(x, p.pacing_from, p.pacing_to)
    return Reason("pacing", f"turned back {x} times walking along the edge", x, "count", quality, weight, t_s)


def _returns(episode: Episode, quality: float, t_s: float) -> Reason:
    p = episode.profile
    path = [s for s in episode.path if s.t_s >= t_s - p.returns_window_s]
    x = cues.visits(path, p.edge_near_m, p.returns_away_m)
    weight = p.returns_weight * quality * cues.ramp(x, p.returns_from, p.returns_to)
    return Reason("returns", f"came to the edge {x} times", x, "count", quality, weight, t_s)


def _lean(episode: Episode, quality: float, t_s: float) -> Reason | None:
    p = episode.profile
    leans = [degrees for at, degrees in episode.leans if at >= t_s - p.lean_window_s]
    if len(leans) < 4 or episode.offset_m > p.posture_near_m:
        return None
    x = float(np.median(leans))
    weight = p.lean_weight * quality * cues.ramp(x, p.lean_from_deg, p.lean_to_deg)
    return Reason("lean", f"leaning {x:.0f} degrees near the edge", round(x), "degrees", quality, weight, t_s)


def _low(episode: Episode, person_m: float, quality: float, t_s: float) -> Reason | None:
    p = episode.profile
    low = np.isfinite(person_m) and person_m < p.low_height_m and episode.offset_m <= p.posture_near_m
    if not low:
        episode.low_since_s = None
        return None
    if episode.low_since_s is None:
        episode.low_since_s = t_s
    x = t_s - episode.low_since_s
    weight = p.low_weight * quality if x >= p.low_hold_s else 0.0
    return Reason("low", f"crouching or sitting near the edge for {x:.0f} s", round(x, 1), "s", quality, weight, t_s)


def _run(episode: Episode, quality: float, t_s: float) -> Reason | None:
    p = episode.profile
    if not 0.0 < episode.offset_m < p.run_speed_m_s * p.run_contact_s:
        return None
    along, away = cues.velocity(tuple(episode.recent), 0.8)
    towards = -away
    if not towards > p.run_speed_m_s or abs(along) > towards:
        return None
    if episode.recent[0].offset_m - episode.offset_m < 1.5 or episode.offset_m / towards > p.run_contact_s:
        return None
    words = f"moving to the edge at {towards:.1f} m/s, {episode.offset_m:.1f} m away"
    return Reason("run", words, round(towards, 1), "m/s", quality, p.run_weight * quality, t_s)
