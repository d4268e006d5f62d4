"""Triggers: what is critical at once, without waiting for a score."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from welfare.behaviour.cues import Measurement
from welfare.behaviour.episodes import Episode
from welfare.behaviour.events import Reason
from welfare.behaviour.observation import Observation, covered
from welfare.behaviour.profile import Profile
from zones.geometry import View
from zones.tier import Tier

BORDER_SHARE = 0.06  # assumed: a track that ends so near the picture's border left the picture
DROP_WITHIN_S = 2.0
CROSSING_SHARE = 0.2  # assumed: so much of a box covered by somebody nearer the camera is a crossing path
CROSSING_S = 0.5  # assumed: and so shortly before the last sight it explains why there was no other
FAR_APART_S = 0.7  # assumed: between frames so far apart somebody walks a body's width
UP_SIGHTS = 2  # assumed: one reading may be wrong
COMPANY_PX = 1.5  # assumed: somebody within so many box widths may hide the lost person


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that fires now."""

    tier: Tier
    reason: Reason


def on_the_barrier(episode: Episode, t_s: float) -> Trigger | None:
    """Hip or ankle on or across the rail plane in 5 of the last 8 frames, by somebody who does not walk on."""
    p = episode.profile
    across = [(at, r) for at, r in episode.rail if r.across]
    if len(across) < p.rail_needed or across[-1][0] - across[0][0] < p.rail_span_s:
        return None
    whole = [r for _, r in across if r.feet_beyond or r.hips_on or r.sits]
    if len(whole) < p.rail_needed and episode.walks_on:
        return None
    held = t_s - across[0][0]
    last = [r for _, r in across]
    if sum(r.hips_on for r in last) >= p.rail_needed:
        value, words = float(np.nanmedian([r.hips_m for r in last])), "hips at the top of the railing or above it"
    elif sum(r.feet_beyond for r in last) >= p.rail_needed:
        value = float(np.nanmedian([r.bottom_m for r in last]))
        words = "both feet off the deck, on the railing or beyond the edge"
    elif sum(r.sits for r in last) >= p.rail_needed:
        value, words = episode.offset_m, "sitting or kneeling on the line of an edge without a rail"
    else:
        heights = [h for r in last if np.isfinite(h := r.foot_m if r.foot_on else r.hips_m)]
        value = float(np.median(heights)) if heights else float("nan")
        words = "a foot on the railing"
    confidence = len(across) / len(episode.rail)
    reason = Reason("on_the_barrier", f"{words}, for {held:.0f} s", round(value, 2), "m", confidence, 0.0, t_s)
    return Trigger(Tier.CRITICAL, reason)


def gone_at_the_edge(episode: Episode, view: View, others: tuple[Observation, ...], t_s: float) -> Trigger | None:
    """A person followed well near the edge and not seen for 3 s and several looks, with nothing that hides them.

    Who was off the deck when last seen is not waited for so long, and no occluder explains that they are not seen. Who
    stood still in plain sight beside an occluder may have stepped behind it unseen, or not: a concern, not silence;
    beside a post that is narrower than they are it explains nothing.
    """
    p, last, sight = episode.profile, episode.last, episode.sight
    unseen, up = t_s - episode.seen_s, _off_the_deck(episode)
    if last is None or sight is None or "gone_at_the_edge" in episode.triggers:
        return None
    if unseen < (p.gone_up_s if up else p.gone_unseen_s) or episode.missed < p.gone_looks:
        return None  # where frames are far apart, not looked for often enough yet
    if episode.followed_s < p.gone_followed_s or episode.beside_m > p.gone_near_m:
        return None
    if not sight.box_px[3] - sight.box_px[1] >= p.gone_person_px:
        return None  # too small, or without a picture: unknown, and lost for lesser reasons
    if episode.standing_m < p.gone_person_m:
        return None  # nobody stands so low: what was followed is no person
    crossed = episode.seen_s - episode.covered_s <= CROSSING_S and "on_the_barrier" not in episode.triggers
    if crossed or any(near_border(at, view) or _may_be_hidden(at, others) for at in (sight, last)):
        return None
    hidden = not up and any(view.may_hide(at.box_px) for at in (sight, last))
    if hidden and not episode.settled:
        return None
    hidden = hidden and any(_hides_whole(view, at) for at in (sight, last))
    way = "beside what may hide them" if hidden else "with no way out"
    words = f"not seen for {unseen:.0f} s after being {max(episode.beside_m, 0):.1f} m from the edge, {way}"
    reason = Reason("gone_at_the_edge", words, round(unseen, 1), "s", 0.4 if hidden else 0.7, 0.0, t_s)
    worse = any(r.across for _, r in episode.rail) or _went_down(episode)
    return Trigger(Tier.CONCERN if hidden else Tier.CRITICAL if worse else Tier.URGENT, reason)


def left_alone(alone_s: float, object_cue: Measurement | None, profile: Profile) -> Trigger | None:
    """Something that its owner has walked away from: a notice before it has stood long enough to count in full."""
    if object_cue is None or alone_s < profile.object_notice_s:
        return None
    m = object_cue
    return Trigger(Tier.NOTICE, Reason("left_alone", m.words, m.value, m.unit, m.quality, 0.0, m.t_s))


def is_crossed(person: Observation, others: Iterable[Observation]) -> bool:
    """Whether somebody nearer the camera covers a part of the person."""
    return any(
        other.seen and other.box_px[3] > person.box_px[3] and covered(person.box_px, other.box_px) >= CROSSING_SHARE
        for other in others
    )


def may_have_crossed(episode: Episode, others: Iterable[Observation], t_s: float) -> bool:
    """Whether somebody nearer the camera may have come before them between two frames that lie far apart.

    Asked at the first look without them. Where frames are close together a crossing is seen, and this says nothing.
    """
    last = episode.last
    if last is None or episode.missed != 1 or t_s - episode.seen_s < FAR_APART_S:
        return False
    return _may_be_hidden(last, tuple(o for o in others if o.box_px[3] > last.box_px[3]))


def _went_down(episode: Episode) -> bool:
    """Whether the person's height fell just before they were lost: climbing apart, the way down from an edge."""
    last = [metres for at, metres in episode.heights if at >= episode.seen_s - DROP_WITHIN_S]
    return len(last) >= 2 and max(last) - last[-1] >= episode.profile.gone_drop_m


def near_border(person: Observation, view: View) -> bool:
    """Whether somebody may have come into the picture there, or left it."""
    x1, y1, x2, y2 = person.box_px
    width, height = view.size
    dx, dy = width * BORDER_SHARE, height * BORDER_SHARE
    return x1 < dx or y1 < dy / 2 or x2 > width - dx or y2 > height - dy


def _off_the_deck(episode: Episode) -> bool:
    """Whether the whole person was on the barrier or beyond it in each of the last sights."""
    sights = [r for _, r in episode.rail][-UP_SIGHTS:]
    return len(sights) == UP_SIGHTS and all(r.feet_beyond or r.hips_on or r.sits for r in sights)


def _hides_whole(view: View, person: Observation) -> bool:
    """Whether an occluder or mask within a step is at least as wide as the person is on the picture."""
    x1, y1, x2, y2 = person.box_px
    beside = shapely.box(x1 - 1.5 * (x2 - x1), y1, x2 + 1.5 * (x2 - x1), y2)
    parts = [shapely.Polygon(part).intersection(beside) for part in (*view.occluders, *view.masks)]
    return any(part.bounds[2] - part.bounds[0] >= x2 - x1 for part in parts if not part.is_empty)


def _may_be_hidden(person: Observation, others: tuple[Observation, ...]) -> bool:
    x1, _, x2, _ = person.box_px
    reach = COMPANY_PX * (x2 - x1)
    return any(o.box_px[0] < x2 + reach and o.box_px[2] > x1 - reach for o in others)
