"""From a stay to its cues: each one a measurement with its unit, its confidence and a plain sentence."""

from collections.abc import Sequence

import numpy as np

from welfare.behaviour import cues
from welfare.behaviour.cues import Measurement, share, unknown
from welfare.behaviour.episodes import Episode
from welfare.behaviour.events import Reason, Sight
from welfare.behaviour.observation import Observation, covered
from welfare.behaviour.profile import CUES

CROWD_SHARE = 0.5  # assumed: a box wholly covered by others counts half
LEAST_LEANS = 3
TREND_S = 3.0
UPPER_GRACE_S = 1.0  # assumed: so long a look without the cue does not break it


def measure(episode: Episode, person_m: float, others: Sequence[Observation], dt_s: float) -> list[Measurement]:
    """Every cue that concerns a person at this place, known or unknown.

    Args:
        episode: the stay, already advanced to this frame.
        person_m: the person's height by the box, metres; NaN where unknown.
        others: the other people of this frame.
        dt_s: seconds that count since the last frame.
    """
    last, t_s = episode.last, episode.updated_s
    if last is None:
        return []
    quality = float(np.clip(last.score / 0.6, 0.5, 1.0)) * _clear_of(last, others)
    found = [_stay(episode, quality), _pacing(episode, quality), _returns(episode, quality), _run(episode, quality)]
    if episode.offset_m <= episode.profile.posture_near_m:
        found += [_lean(episode), _upper(episode, dt_s), _outlook(episode), _low(episode, person_m, quality, dt_s)]
    else:
        episode.low_s = episode.upper_s = 0.0
    return [found_ for found_ in found if found_.t_s == t_s]


def unseen(episode: Episode) -> list[Measurement]:
    """The cues of a person who is not seen now: at the edge, posture may be anything."""
    near = episode.offset_m <= episode.profile.posture_near_m
    return [unknown(cue, episode.updated_s) for cue in CUES if near and CUES[cue].group == "posture"]


def facts(episode: Episode) -> list[Reason]:
    """What is measured near the edge and adds nothing by itself: stillness, distance and its trend."""
    p, t_s, last = episode.profile, episode.updated_s, episode.last
    if last is None or not last.seen or episode.offset_m > p.still_near_m:
        return []
    sure = float(np.clip(last.score, 0.0, 1.0))
    _, away = cues.velocity(tuple(episode.recent), TREND_S)
    drift = "" if not abs(away) >= p.still_speed_m_s else ", coming nearer" if away < 0 else ", moving away"
    metres = max(episode.offset_m, 0.0)
    told = [Reason("near", f"{metres:.1f} m from the edge{drift}", round(metres, 2), "m", sure, 0.0, t_s)]
    if episode.still_s >= 1.0:
        words = f"standing still near the edge for {episode.still_s:.0f} s"
        told.append(Reason("still", words, round(episode.still_s, 1), "s", sure, 0.0, t_s))
    return told


def sight(episode: Episode, t_s: float) -> Sight:
    """How well the person is seen now; poor also where posture matters and no pose shows it.

    So it is where a camera looks straight at the edge: a pose is found, and says nothing of leaning out.
    """
    p = episode.profile
    if t_s - episode.seen_s > p.sight_s:
        return Sight.UNKNOWN
    near = episode.offset_m <= p.posture_near_m
    posed = any(t_s - at <= p.lean_window_s and np.isfinite(m.lean_deg) for at, _, m in reversed(episode.postures))
    return Sight.POOR if near and not posed else Sight.CLEAR


def _clear_of(person: Observation, others: Sequence[Observation]) -> float:
    """1 for somebody who stands free on the picture, less the more other boxes cover theirs."""
    whole = sum(covered(person.box_px, other.box_px) for other in others)
    return 1.0 - CROWD_SHARE * min(whole, 1.0)


def _stay(episode: Episode, quality: float) -> Measurement:
    p, x = episode.profile, episode.edge_stay_s
    words = f"stayed within {p.edge_near_m:g} m of the edge for {x:.0f} s"
    return Measurement("stay", words, round(x, 1), "s", quality, share(p, "stay", x), episode.updated_s)


def _pacing(episode: Episode, quality: float) -> Measurement:
    p = episode.profile
    path = [s for s in episode.path if s.t_s >= episode.updated_s - p.pacing_window_s]
    error = max((s.error_m for s in path), default=0.0), max((s.offset_error_m for s in path), default=0.0)
    leg_along, leg_across = (max(p.pacing_leg_m, p.pacing_leg_errors * e) for e in error)
    along = cues.reversals(path, leg_along, p.pacing_turn_deg)
    across = cues.reversals(path, leg_across, p.pacing_turn_deg, across=True)
    x = max(along, across)
    words = f"turned back {x} times walking {'along the edge' if along >= across else 'to the edge and back'}"
    return Measurement("pacing", words, x, "count", quality, share(p, "pacing", x), episode.updated_s)


def _returns(episode: Episode, quality: float) -> Measurement:
    p = episode.profile
    path = [s for s in episode.path if s.t_s >= episode.updated_s - p.returns_window_s]
    x = cues.visits(path, p.edge_near_m, p.returns_away_m, p.returns_stretch_m)
    words = f"came to the edge {x} times"
    return Measurement("returns", words, x, "count", quality, share(p, "returns", x), episode.updated_s)


def _lean(episode: Episode) -> Measurement:
    p, t_s = episode.profile, episode.updated_s
    recent = [(m.lean_deg, m.quality) for at, _, m in episode.postures if at >= t_s - p.lean_window_s]
    seen = [(degrees, quality) for degrees, quality in recent if np.isfinite(degrees)]
    if len(seen) < LEAST_LEANS:
        return unknown("lean", t_s)
    x, quality = (float(np.median(values)) for values in zip(*seen, strict=True))
    words = f"leaning {x:.0f} degrees towards the edge"
    return Measurement("lean", words, round(x), "degrees", quality, share(p, "lean", x), t_s)


def _upper(episode: Episode, dt_s: float) -> Measurement:
    """Head and chest past the plane of the rail, held; who walks on along the edge has them there in no true pose."""
    p, t_s = episode.profile, episode.updated_s
    now = episode.postures[-1] if episode.postures else None
    if now is None or t_s - now[0] > p.lean_window_s or not np.isfinite([now[2].head_m, now[2].chest_m]).all():
        return unknown("upper", t_s)
    past = now[2].head_m >= p.upper_head_m and now[2].chest_m >= p.upper_chest_m and not episode.walks_on
    if past:
        episode.upper_s += dt_s
        episode.upper_at_s = t_s
    elif t_s - episode.upper_at_s > UPPER_GRACE_S:
        episode.upper_s = 0.0
    x = episode.upper_s
    words = f"head and chest beyond the edge for {x:.0f} s"
    return Measurement("upper", words, round(x, 1), "s", now[2].quality, share(p, "upper", x), t_s)


def _outlook(episode: Episode) -> Measurement:
    p, t_s = episode.profile, episode.updated_s
    known = [(dt, m) for _, dt, m in episode.postures if np.isfinite(m.facing_deg) or np.isfinite(m.head_deg)]
    total = sum(dt for dt, _ in known)
    if total < p.outlook_known_s:
        return unknown("outlook", t_s)
    out = sum(dt for dt, m in known if m.facing_deg <= p.facing_deg or m.head_deg <= p.head_down_deg)
    x, quality = out / total, float(np.mean([m.quality for _, m in known]))
    words = f"facing out or head down for {x:.0%} of the last {total:.0f} s"
    return Measurement("outlook", words, round(x, 2), "share", quality, share(p, "outlook", x), t_s)


def _low(episode: Episode, person_m: float, quality: float, dt_s: float) -> Measurement:
    p, t_s = episode.profile, episode.updated_s
    now = episode.postures[-1] if episode.postures and episode.postures[-1][0] == t_s else None
    hips = now[2].hips_m if now else np.nan
    stands = episode.standing_m
    if not (np.isfinite(person_m) or np.isfinite(hips)):
        return unknown("low", t_s)
    by_box = person_m < (p.low_share * stands if np.isfinite(stands) else p.low_height_m)
    by_hips = hips < p.low_hips_share * p.hips_of_height * stands
    episode.low_s = episode.low_s + dt_s if by_box or by_hips else 0.0
    x = episode.low_s
    words = f"crouching or sitting near the edge for {x:.0f} s"
    sure = quality if np.isfinite(stands) else quality / 2  # never seen standing: short, or low?
    return Measurement("low", words, round(x, 1), "s", sure, share(p, "low", x), t_s)


def _run(episode: Episode, quality: float) -> Measurement:
    """Fast, and within 45 degrees of the straight way to the edge: who runs to it aslant runs as fast."""
    p, t_s = episode.profile, episode.updated_s
    along, away = cues.velocity(tuple(episode.recent), 0.8)
    towards, offset, speed = -away, episode.offset_m, float(np.hypot(along, away))
    fast = (
        0.0 < offset < p.run_speed_m_s * p.run_contact_s
        and speed > p.run_speed_m_s
        and abs(along) <= towards
        and episode.recent[0].offset_m - offset >= 1.5  # assumed: a run, not a box that jumped
        and offset / towards <= p.run_contact_s
    )
    words = f"moving to the edge at {speed:.1f} m/s, {max(offset, 0):.1f} m away"
    return Measurement("run", words, round(speed, 1), "m/s", quality, float(fast), t_s)
