"""What one clip's events are worth against its truth: found or missed, how soon, and what was raised for nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from welfare.evaluation.scenarios.script import Script
from zones.tier import Tier

EARLY_S = 0.5  # a trigger's page may come so long before the marked moment: the blend into the posture
TIERS = {tier.word: tier for tier in Tier}
AROUND = 1.0  # a concern is about a person when its box' middle lies within so many sizes around theirs

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Raised:
    """One concern of a clip.

    Attributes:
        t_s: when.
        tier: which.
        box_px: x1 y1 x2 y2 of the person it is about.
        words: its reasons, strongest first.
        triggered: by a trigger, not by the score.
        about_first: about the clip's first person, who is the one at risk in a positive clip.
    """

    t_s: float
    tier: Tier
    box_px: Box
    words: tuple[str, ...]
    triggered: bool
    about_first: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels of a clip that the score needs.

    Attributes:
        duration_s: of the clip.
        first_seconds: of each person's actions and states.
        boxes: of the first person, by time.
    """

    duration_s: float
    first_seconds: Mapping[str, float]
    boxes: tuple[tuple[float, Box], ...]

    @classmethod
    def of(cls, lines: Sequence[dict[str, Any]], fps: float) -> Self:
        """From the lines of a label file."""
        frames = [line for line in lines if line["type"] == "frame"]
        boxes = tuple((f["t"], tuple(p["bbox"])) for f in frames for p in f["persons"] if p["id"] == 0)
        return cls(len(frames) / fps, lines[-1]["first_seconds"], boxes)

    def mark_s(self, script: Script) -> float | None:
        """The marked moment: the first second of the first of the script's marked actions."""
        seconds = [self.first_seconds.get(f"0:action:{label}") for label in script.mark]
        return min((s for s in seconds if s is not None), default=None)

    def is_first(self, t_s: float, box: Box) -> bool:
        """Whether a box at a time is about the first person, or about where they were last."""
        before = [own for at, own in self.boxes if at <= t_s + 0.2]
        if not before:
            return False
        x1, y1, x2, y2 = before[-1]
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        wide, high = AROUND * (x2 - x1), AROUND * (y2 - y1)
        return x1 - wide <= x <= x2 + wide and y1 - high <= y <= y2 + high


@dataclass(frozen=True, slots=True)
class Verdict:
    """One clip's result.

    Attributes:
        right: a positive clip was found in time, an ordinary one stayed under concern.
        mark_s: the marked moment of a positive clip.
        found_s: when the expected tier came.
        lead_s: how long before the marked moment anything (notice or above) was raised about the person.
        raised: everything that was raised.
        for_nothing: concern or above about somebody who is not at risk.
    """

    right: bool
    duration_s: float
    mark_s: float | None
    found_s: float | None
    lead_s: float | None
    raised: tuple[Raised, ...]
    for_nothing: tuple[Raised, ...]

    @property
    def delay_s(self) -> float | None:
        """From the marked moment to the expected tier."""
        return None if self.found_s is None or self.mark_s is None else self.found_s - self.mark_s

    @property
    def top(self) -> Tier | None:
        """The highest tier raised."""
        return max((r.tier for r in self.raised), default=None)


class UnmarkedError(ValueError):
    """A positive clip in which the marked action is never seen: the clip is wrong, not the watch."""


def judge(script: Script, truth: Truth, events: Sequence[dict[str, Any]]) -> Verdict:
    """Compare what was raised in a clip with its script.

    Raises:
        UnmarkedError: the script's marked action is not in the labels.
    """
    raised = tuple(_raised(event, truth) for event in events if event["type"] == "concern")
    paged = [r for r in raised if r.tier >= Tier.CONCERN]
    if script.expect is None:
        return Verdict(not paged, truth.duration_s, None, None, None, raised, tuple(paged))
    mark = truth.mark_s(script)
    if mark is None:
        raise UnmarkedError(f"{script.name}: none of {', '.join(script.mark)} is seen in the clip")
    mine = [r for r in raised if r.about_first]
    enough = [r.t_s for r in mine if r.tier >= script.expect]
    found = min(enough, default=None)
    right = found is not None and found <= mark + script.within_s
    if script.trigger and found is not None:
        right = right and found >= mark - EARLY_S
    first = min((r.t_s for r in mine), default=None)
    lead = mark - first if first is not None and first < mark - EARLY_S else None
    others = tuple(r for r in paged if not r.about_first)
    return Verdict(right, truth.duration_s, mark, found, lead, raised, others)


def _raised(event: dict[str, Any], truth: Truth) -> Raised:
    box = event["box_px"]
    x1, y1, x2, y2 = map(float, box)
    t_s = float(event["t_s"])
    about = truth.is_first(t_s, (x1, y1, x2, y2))
    words = tuple(reason["words"] for reason in event["reasons"])
    return Raised(t_s, TIERS[event["tier"]], (x1, y1, x2, y2), words, bool(event["triggered"]), about)
