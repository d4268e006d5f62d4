"""From verdicts to figures: sensitivity, specificity, delays, lead time and false pages, in whole and by group."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from welfare.evaluation.intervals import Estimate, rate, share
from welfare.evaluation.scenarios.suite import GROUPS, Clip
from welfare.evaluation.scoring.verdicts import Verdict
from zones.tier import Tier

WELL_SEEN_PX = 120  # people of at least this height are the ones that a target is stated for


@dataclass(frozen=True, slots=True)
class Scored:
    """A clip with its verdict."""

    clip: Clip
    verdict: Verdict

    @property
    def positive(self) -> bool:
        """Whether somebody in it may be at risk."""
        return self.clip.script.positive


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of clips shows; every share with its 95 % Wilson interval.

    Attributes:
        name: of the group.
        positive, found: clips with somebody at risk, and how many of them were found in time.
        ordinary, quiet: ordinary clips, and how many of them stayed under concern.
        trigger_delays_s: from the marked moment to the page, of trigger clips that were found.
        leads_s: how long before the marked moment something was raised, where it was.
        pages: false pages by tier in the ordinary clips, and their hours.
    """

    name: str
    positive: int
    found: int
    ordinary: int
    quiet: int
    trigger_delays_s: tuple[float, ...]
    leads_s: tuple[float, ...]
    pages: dict[Tier, int]
    hours: float

    @property
    def sensitivity(self) -> Estimate | None:
        """Share of positive clips found in time."""
        return share(self.found, self.positive)

    @property
    def specificity(self) -> Estimate | None:
        """Share of ordinary clips that stayed under concern."""
        return share(self.quiet, self.ordinary)

    def false_pages(self, tier: Tier) -> Estimate | None:
        """Pages of a tier a camera-hour of ordinary clips, with the exact Poisson interval."""
        return rate(self.pages[tier], self.hours)

    def as_json(self) -> dict[str, Any]:
        """All of it."""

        def plain(estimate: Estimate | None) -> dict[str, float] | None:
            return estimate.as_json() if estimate else None

        return {
            "group": self.name,
            "positive": self.positive, "found": self.found, "sensitivity": plain(self.sensitivity),
            "ordinary": self.ordinary, "quiet": self.quiet, "specificity": plain(self.specificity),
            "trigger_delay_s": _spread(self.trigger_delays_s), "lead_s": _spread(self.leads_s),
            "ordinary_camera_hours": round(self.hours, 3),
            "false_pages_an_hour": {tier.word: plain(self.false_pages(tier)) for tier in Tier},
        }  # fmt: skip


def _spread(seconds: Sequence[float]) -> dict[str, float] | None:
    if not seconds:
        return None
    return {
        "n": len(seconds),
        "median": round(median(seconds), 2),
        "worst": round(max(seconds), 2),
        "least": round(min(seconds), 2),
    }


def figures(name: str, scored: Iterable[Scored]) -> Figures:
    """The figures of a group."""
    members = list(scored)
    positive = [s for s in members if s.positive]
    ordinary = [s for s in members if not s.positive]
    delays = [s.verdict.delay_s for s in positive if s.clip.script.trigger and s.verdict.right]
    leads = [s.verdict.lead_s for s in positive]
    return Figures(
        name=name,
        positive=len(positive),
        found=sum(s.verdict.right for s in positive),
        ordinary=len(ordinary),
        quiet=sum(s.verdict.right for s in ordinary),
        trigger_delays_s=tuple(d for d in delays if d is not None),
        leads_s=tuple(lead for lead in leads if lead is not None),
        pages={tier: sum(r.tier is tier for s in ordinary for r in s.verdict.raised) for tier in Tier},
        hours=sum(s.verdict.duration_s for s in ordinary) / 3600,
    )


def headline(scored: Sequence[Scored]) -> list[Figures]:
    """The groups that targets are stated for and that there are: people seen well, by set, and small people."""
    well = [s for s in scored if s.clip.person_px >= WELL_SEEN_PX]
    small = [s for s in scored if s.clip.person_px < WELL_SEEN_PX]
    sets = {f"of these: {words}": [s for s in well if s.clip.group == group] for group, words in GROUPS.items()}
    groups = {f"at {WELL_SEEN_PX} px and above": well, **sets, f"under {WELL_SEEN_PX} px": small, "all": scored}
    return [figures(name, group) for name, group in groups.items() if group]


BREAKDOWNS: dict[str, Callable[[Scored], str]] = {
    "what it shows": lambda s: s.clip.script.shows,
    "light": lambda s: s.clip.light,
    "size": lambda s: f"{s.clip.person_px} px",
    "camera": lambda s: s.clip.pole,
    "expected tier": lambda s: s.clip.script.expect.word if s.clip.script.expect else "under concern",
}


def breakdown(scored: Sequence[Scored], by: str) -> list[Figures]:
    """The figures of each value of a property of `BREAKDOWNS`."""
    key = BREAKDOWNS[by]
    return [figures(value, [s for s in scored if key(s) == value]) for value in sorted({key(s) for s in scored})]


def as_json(scored: Sequence[Scored], faults: Sequence[str]) -> dict[str, Any]:
    """Everything that was measured."""
    return {
        "headline": [f.as_json() for f in headline(scored)],
        "breakdown": {by: [f.as_json() for f in breakdown(scored, by)] for by in BREAKDOWNS},
        "clips": [_clip_json(s) for s in sorted(scored, key=lambda s: s.clip.name)],
        "not_run": list(faults),
    }


def _clip_json(scored: Scored) -> dict[str, Any]:
    verdict = scored.verdict
    return scored.clip.manifest_line() | {
        "right": verdict.right,
        "seconds": round(verdict.duration_s, 1),
        "mark_s": verdict.mark_s,
        "found_s": verdict.found_s,
        "lead_s": None if verdict.lead_s is None else round(verdict.lead_s, 2),
        "raised": [
            {
                "t_s": r.t_s,
                "tier": r.tier.word,
                "about_first": r.about_first,
                "triggered": r.triggered,
                "words": r.words,
            }
            for r in verdict.raised
        ],
    }
