"""A stay as numbers: what each cue measured, second by second, so that it can be scored again under other values.

It holds no picture, no path, no place and nothing of how somebody looks.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from welfare.behaviour.cues import Measurement
from welfare.behaviour.profile import CUES, Profile
from zones.tier import Tier

MOMENTS_KEPT = 1800  # half an hour in which something changes each second
X_STEP = {"stay": 2.0, "object": 2.0}  # assumed: seconds that run on by themselves are kept this coarsely


@dataclass(frozen=True, slots=True)
class Moment:
    """One second of a stay.

    Attributes:
        at_s: whole seconds since the stay began.
        cues: each known cue's measurement x and quality q. An `object` of 0 was picked up again.
        context: the context's name, `alone` or `companion`; empty where it says nothing.
    """

    at_s: int
    cues: Mapping[str, tuple[float, float]]
    context: str = ""


@dataclass(frozen=True, slots=True)
class Rise:
    """A stay reached a tier: seconds since it began, which one, and the trigger that did it, or empty."""

    at_s: float
    tier: Tier
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class StayRecord:
    """A stay that is over.

    Attributes:
        episode: UUID text.
        zone_key: the zone's database key, None outside a database.
        began_s, ended_s: seconds on the frame clock.
        stay_s: seconds in the zone.
        edge_stay_s: its longest time at the edge, seconds.
        moments: what was measured, oldest first; a second that says what the one before did is left out.
        rises: every tier that was raised.
        whole: measured from its beginning to its end, by one worker.
    """

    episode: str
    zone_key: int | None
    began_s: float
    ended_s: float
    stay_s: float
    edge_stay_s: float
    moments: tuple[Moment, ...]
    rises: tuple[Rise, ...]
    whole: bool

    @property
    def tier(self) -> Tier | None:
        """The highest that was raised."""
        return max((rise.tier for rise in self.rises), default=None)


@dataclass(slots=True)
class Trace:
    """What becomes a record, while the stay goes on.

    Attributes:
        whole: nothing is missing.
        edge_stay_s: the longest so far.
    """

    whole: bool = True
    edge_stay_s: float = 0.0
    moments: list[Moment] = field(default_factory=list)
    rises: list[Rise] = field(default_factory=list)
    _second: int = -1
    _cues: dict[str, Measurement] = field(default_factory=dict)
    _context: str = ""

    def note(self, at_s: float, measured: Iterable[Measurement], context: str, profile: Profile) -> None:
        """Take in one frame; of each second the frame that counted most is kept, cue by cue.

        Args:
            at_s: seconds since the stay began.
            measured: in this frame.
            context: its name.
            profile: the one in force.
        """
        second = math.floor(at_s)
        if second > self._second:
            self.close()
            if self._second >= 0 and second > self._second + 1:
                self._keep(Moment(self._second + 1, {}))  # seconds without a frame: nothing was measured
            self._second = second
        self._context = context
        for m in measured:
            counts = m.known and m.value > 0 and (m.cue != "run" or m.share > 0)  # a run has conditions beside its x
            before = self._cues.get(m.cue)
            if counts and (before is None or (m.adds(profile), m.value) >= (before.adds(profile), before.value)):
                self._cues[m.cue] = m

    def forget(self, cue: str) -> None:
        """What a cue said turned out to be nothing."""
        self._cues[cue] = Measurement(cue, "", 0.0, "", 1.0, 0.0, 0.0)

    def close(self) -> None:
        """The second is over."""
        if self._second < 0:
            return
        cues = {name: (_coarse(name, m.value), round(m.quality, 2)) for name, m in sorted(self._cues.items())}
        self._keep(Moment(self._second, cues, self._context))
        self._cues = {}

    def _keep(self, moment: Moment) -> None:
        last = self.moments[-1] if self.moments else Moment(-1, {})
        if (moment.cues, moment.context) == (last.cues, last.context):
            return
        if len(self.moments) < MOMENTS_KEPT:
            self.moments.append(moment)
        else:
            self.whole = False


def _coarse(cue: str, x: float) -> float:
    step = X_STEP.get(cue)
    return step * math.floor(x / step) if step and x >= step else round(x, 2)


def moments_as_json(moments: Iterable[Moment]) -> list[Any]:
    """`[second, {cue: [x, q]}, context]` for each."""
    return [[m.at_s, {cue: list(pair) for cue, pair in m.cues.items()}, m.context] for m in moments]


def moments_from_json(rows: Iterable[Iterable[Any]]) -> tuple[Moment, ...]:
    """What `moments_as_json` wrote; a cue that is not known any more is left out."""
    return tuple(
        Moment(int(at_s), {cue: (float(x), float(q)) for cue, (x, q) in cues.items() if cue in CUES}, context)
        for at_s, cues, context in rows
    )
