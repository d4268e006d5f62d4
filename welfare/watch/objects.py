"""Things that people leave: parts of the picture that changed where somebody was, and then stayed as they are.

A slow background is learned wherever no person is. A point that differs from it, and does not change any more, belongs
to something static. What lies under a person is not judged. A thing needs an owner: the track that uncovered it. So a
parked thing, a shadow that wanders and a lamp that goes on are nothing; a shadow is also told by its colour, and a
place that somebody left by its lost outline. Nothing is recognised: a thing is a box, a place and a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from welfare.behaviour.observation import Observation, Thing
from welfare.watch.tiles import person_px
from zones.geometry import View

Levels = NDArray[np.float32]
Mask = NDArray[np.bool_]

LOOK_EVERY_S = 0.5  # assumed: things that stand do not need every frame
PERSON_PX = 70.0  # people are at most so tall in the picture that is compared
LEAST_LEVELS = 14.0  # assumed: grey levels of change; less is noise, compression or a passing cloud
DEVIATIONS = 5.0  # assumed: of the noise that a point has shown
MEMORY_S = 20.0  # assumed: how fast the background follows
STATIC_S = 2.0  # assumed: unchanged for so long is static
LEARNED_S = 1.0  # assumed: likewise for ground that was never seen; who comes soon casts a shadow over it
BEHIND_S = 3.0  # assumed: who covered a point within so long before it changed may have put something there
CLEARED_S = 1.0  # assumed: the background is seen again for so long: it was picked up
AROUND = 0.15  # of a box, around it: what belongs to a person
REACH = 0.5  # of a box's height, to its sides: where a person can put something down
TOUCHING_M = 0.6  # assumed: parts so near each other, of one owner, are one thing
LEAST_M, MOST_M = 0.12, 1.2  # assumed: a shoe to a suitcase, side of a square
SHADOW = (0.35, 0.97)  # assumed: a shadow's level over the lit ground's
SHADOW_SPREAD = 0.06  # assumed: how much that share varies over colours and points of a shadow
FOLLOW = np.float32(0.02)  # assumed: how fast a thing's look follows the sun, a look
FORGOTTEN_S = 1800.0  # assumed: what stood for so long belongs to the place
SLACK_S = 0.05  # frames are never exactly so far apart
LEAST_POINTS = 6
BEYOND_M = 0.1  # assumed: a thing that stands farther beyond the edge line is no thing on the deck
ROOM = 0.3  # of a person's height: how far a thing reaches over the border of the zone
OUTLINE = 0.8  # a thing's outline is at least so strong as what was there; a lost outline is a place somebody left


@dataclass(slots=True)
class _Known:
    """A thing that was recognised."""

    thing: Thing
    where: Mask = field(repr=False)
    levels: Levels = field(repr=False)
    gone_s: float | None = None


class LeftObjects:
    """Finds them in one camera's pictures. Only the points of its zones are kept: (n,) and (3, n) arrays of them."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._scale = min(1.0, PERSON_PX / person_px(view, 50))
        self._size = (max(1, round(view.size[0] * self._scale)), max(1, round(view.size[1] * self._scale)))
        ground = _ground(view, self._size, self._scale)
        self._rows, self._columns = np.nonzero(ground)
        (self._top, self._low), (self._left, self._right) = (
            (int(v.min(initial=0)), int(v.max(initial=0)) + 1) for v in (self._rows, self._columns)
        )
        self._t_s = float("-inf")
        self._known: list[_Known] = []
        self._next = 1
        self._points = (self._rows - self._top) * self._size[0] + self._columns
        n = len(self._rows)
        self._back: Levels = np.zeros((3, n), np.float32)
        self._noise = np.full(n, 3.0, np.float32)
        self._trusted: Mask = np.zeros(n, bool)
        self._now: Levels = np.zeros((3, n), np.float32)
        self._stable_s = np.zeros(n, np.float32)
        self._onset_s = np.full(n, np.inf)
        self._owner = np.zeros(n, np.int64)  # of the change; 0 is nobody
        self._passer = np.zeros(n, np.int64)  # who was last there
        self._passed_s = np.full(n, -np.inf)

    def recalibrate(self, view: View) -> None:
        """Use better metres from now on."""
        self._view = view

    def look(self, t_s: float, image: NDArray[np.uint8], people: Sequence[Observation]) -> tuple[Thing, ...]:
        """Take in a frame; every thing that stands now.

        Args:
            t_s: its time, seconds.
            image: (h, w, 3) uint8, BGR, the whole frame.
            people: everybody who is followed, seen or not.
        """
        if t_s - self._t_s >= LOOK_EVERY_S - SLACK_S:
            dt = min(t_s - self._t_s, 2 * LOOK_EVERY_S)
            self._t_s = t_s
            self._compare(t_s, dt, image, people)
        return tuple(known.thing for known in self._known)

    def _compare(self, t_s: float, dt: float, image: NDArray[np.uint8], people: Sequence[Observation]) -> None:
        small = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)[self._top : self._low]
        picture = cv2.GaussianBlur(small, (0, 0), 0.8)
        now = np.ascontiguousarray(picture.reshape(-1, 3)[self._points].T, dtype=np.float32)
        covered, reach = np.zeros(now.shape[1], bool), np.zeros(now.shape[1], bool)
        for person in people:
            covered |= self._near(person, AROUND)
            near = self._near(person, REACH)
            reach |= near
            self._passer[near], self._passed_s[near] = person.track_id, t_s
        free = ~covered
        now = self._even_light(now, free & ~reach & self._trusted)
        limit = np.maximum(LEAST_LEVELS, DEVIATIONS * self._noise)
        away = np.abs(now - self._back).max(axis=0)
        changed = free & self._trusted & (away > limit)
        self._follow(now, away, free & self._trusted & ~changed, dt)
        self._note_changes(t_s, dt, now, changed, limit)
        self._learn(now, free & ~self._trusted, dt, limit)
        self._recognise(t_s, now, free, changed, limit)

    def _learn(self, now: Levels, fresh: Mask, dt: float, limit: NDArray[np.float32]) -> None:
        """A point is known once it was the same for a while with nobody before it: nobody is learned as background."""
        if not fresh.any():
            return
        same = np.abs(now - self._now).max(axis=0) <= limit
        self._stable_s[fresh] = np.where(same[fresh], self._stable_s[fresh] + np.float32(dt), 0.0)
        self._now[:, fresh] = now[:, fresh]
        known = fresh & (self._stable_s >= LEARNED_S)
        self._back[:, known] = now[:, known]
        self._stable_s[known] = 0.0
        self._trusted |= known

    def _even_light(self, now: Levels, free: Mask) -> Levels:
        """The picture with the background's exposure: clouds and lamps change all of it at once."""
        if free.sum() < 100:
            return now
        some = np.flatnonzero(free)[::7]
        gain = np.median((now[:, some] + 8) / (self._back[:, some] + 8), axis=1, keepdims=True)
        return np.asarray(now / gain, dtype=np.float32)

    def _follow(self, now: Levels, away: NDArray[np.float32], same: Mask, dt: float) -> None:
        share = np.float32(1 - np.exp(-dt / MEMORY_S))
        self._back += np.where(same, share, np.float32(0)) * (now - self._back)
        self._noise += np.where(same, share, np.float32(0)) * (np.float32(1.25) * away - self._noise)
        self._stable_s[same] = 0.0
        self._onset_s[same] = np.inf

    def _note_changes(self, t_s: float, dt: float, now: Levels, changed: Mask, limit: NDArray[np.float32]) -> None:
        moved = changed & ((self._stable_s == 0) | (np.abs(now - self._now).max(axis=0) > limit))
        self._stable_s[changed] += np.float32(dt)
        self._stable_s[moved] = np.float32(dt)
        first = moved & ~np.isfinite(self._onset_s)
        self._onset_s[moved] = t_s
        self._owner[first] = np.where(t_s - self._passed_s[first] <= BEHIND_S, self._passer[first], 0)
        self._now[:, changed] = now[:, changed]
        old = changed & (self._stable_s >= FORGOTTEN_S)
        self._back[:, old] = now[:, old]
        self._stable_s[old] = 0.0

    def _recognise(self, t_s: float, now: Levels, free: Mask, changed: Mask, limit: NDArray[np.float32]) -> None:
        for known in self._known:
            self._check(known, t_s, now, free, changed, limit)
        self._known = [k for k in self._known if k.gone_s is None or t_s - k.gone_s < CLEARED_S]
        static = changed & (self._stable_s >= STATIC_S)
        for known in self._known:
            static &= ~known.where
        if not static.any():
            return
        solid = cv2.morphologyEx(self._raster(static), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
        part_of = labels[self._rows, self._columns]
        for label in range(1, count):
            if stats[label][cv2.CC_STAT_AREA] < LEAST_POINTS:
                continue
            where = (part_of == label) & changed
            thing = self._thing(t_s, where, stats[label], now)
            if thing is not None:
                self._keep(thing, where, now)

    def _keep(self, thing: Thing, where: Mask, now: Levels) -> None:
        """A new thing, or another part of one that is known."""
        for known in self._known:
            apart = float(np.hypot(*np.subtract(known.thing.at_m, thing.at_m)))
            if known.thing.owners & thing.owners and apart <= TOUCHING_M:
                known.where |= where
                known.levels[:, where] = now[:, where]
                known.thing = _joined(known.thing, thing)
                return
        self._known.append(_Known(thing, where, now.copy()))
        self._next += 1

    def _check(
        self, known: _Known, t_s: float, now: Levels, free: Mask, changed: Mask, limit: NDArray[np.float32]
    ) -> None:
        """Does it still stand there, looking as it did? Unknown while somebody stands before it."""
        core = known.where & free
        if core.sum() < 0.5 * known.where.sum():
            return
        same = core & changed & (np.abs(now - known.levels).max(axis=0) <= 2 * limit)
        if same.sum() >= 0.5 * core.sum():
            known.gone_s = None
            known.levels[:, same] += FOLLOW * (now[:, same] - known.levels[:, same])
        elif known.gone_s is None:
            known.gone_s = t_s

    def _thing(self, t_s: float, where: Mask, stat: NDArray[np.int32], now: Levels) -> Thing | None:
        """A static part as a thing; None where it is too small or large, nobody's, a shadow, or a lost outline."""
        x, y, w, h, area = (int(v) for v in stat[:5])
        box = (x / self._scale, y / self._scale, (x + w) / self._scale, (y + h) / self._scale)
        (at,) = self._view.to_ground([[(box[0] + box[2]) / 2, box[3]]])
        if not np.isfinite(at).all() or not self._on_the_deck(at):
            return None
        px_per_m = self._view.person_height_px(at) / 1.7 * self._scale
        if not (LEAST_M * px_per_m) ** 2 <= area <= (MOST_M * px_per_m) ** 2 or max(w, h) > 1.6 * MOST_M * px_per_m:
            return None
        owners = self._owner[where]
        owners = owners[owners != 0]
        if len(owners) < 0.5 * area or self._is_shadow(where, now) or not self._has_outline(where, now):
            return None
        strength = float(np.abs(now[:, where] - self._back[:, where]).max(axis=0).mean())
        since = float(np.median(self._onset_s[where]))
        return Thing(
            id=self._next,
            box_px=box,
            at_m=(float(at[0]), float(at[1])),
            since_s=min(since, t_s),
            owners=frozenset(int(track) for track in np.unique(owners)),
            confidence=float(np.clip(strength / (3 * LEAST_LEVELS), 0.5, 1.0)),
        )

    def _is_shadow(self, where: Mask, now: Levels) -> bool:
        """The same ground, evenly darker in all its colours."""
        share = (now[:, where] + 4) / (self._back[:, where] + 4)
        level = share.mean(axis=1)
        even = float(share.std(axis=1).mean()) < SHADOW_SPREAD and float(np.ptp(level)) < SHADOW_SPREAD
        return even and SHADOW[0] < float(level.mean()) < SHADOW[1]

    def _has_outline(self, where: Mask, now: Levels) -> bool:
        mask = self._raster(where)
        ring = (cv2.dilate(mask, np.ones((3, 3))) - cv2.erode(mask, np.ones((3, 3))))[self._rows, self._columns] > 0
        before = np.where(self._trusted, self._back, now)  # ground that was never seen has no outline of its own
        return float(self._edges(now)[ring].mean()) >= OUTLINE * float(self._edges(before)[ring].mean())

    def _on_the_deck(self, at: NDArray[np.float64]) -> bool:
        return any(float(self._view.edge_offset(zone, [at])[0]) > -BEYOND_M for zone in self._view.zones)

    def _near(self, person: Observation, aside: float) -> Mask:
        """Points of a person's box: with `aside` of its height to the sides, and a little above and below."""
        x1, y1, x2, y2 = (v * self._scale for v in person.box_px)
        tall = y2 - y1
        columns = (self._columns >= x1 - aside * tall) & (self._columns <= x2 + aside * tall)
        return columns & (self._rows >= y1 - AROUND * tall) & (self._rows <= y2 + AROUND * tall)

    def _raster(self, where: Mask) -> NDArray[np.uint8]:
        mask = np.zeros(self._size[::-1], np.uint8)
        mask[self._rows[where], self._columns[where]] = 1
        return mask

    def _edges(self, levels: Levels) -> NDArray[np.float32]:
        grey = np.zeros(self._size[::-1], np.float32)
        grey[self._rows, self._columns] = levels.mean(axis=0)
        edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
        return np.asarray(edges[self._rows, self._columns], dtype=np.float32)


def _ground(view: View, size: tuple[int, int], scale: float) -> NDArray[np.uint8]:
    """(h, w) 1 where something can stand in a zone, with the height of a thing around it."""
    mask = np.zeros(size[::-1], np.uint8)
    for zone in view.zones:
        cv2.fillPoly(mask, [np.round(zone.polygon * scale).astype(np.int32)], 1)
    room = max(3, round(person_px(view, 50) * scale * ROOM))
    return np.asarray(cv2.dilate(mask, np.ones((room, room), np.uint8)), dtype=np.uint8)


def _joined(a: Thing, b: Thing) -> Thing:
    """Two parts as one thing: it stands where the lower part meets the ground, since the earlier of both."""
    x1, y1 = np.minimum(a.box_px[:2], b.box_px[:2]).tolist()
    x2, y2 = np.maximum(a.box_px[2:], b.box_px[2:]).tolist()
    lower = a if a.box_px[3] >= b.box_px[3] else b
    return replace(
        a,
        box_px=(x1, y1, x2, y2),
        at_m=lower.at_m,
        since_s=min(a.since_s, b.since_s),
        owners=a.owners | b.owners,
        confidence=max(a.confidence, b.confidence),
    )
