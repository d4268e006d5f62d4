"""The scenario report: one HTML file that needs nothing from outside, from Django's template."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string

from welfare.evaluation.intervals import Estimate
from welfare.evaluation.scoring import plots
from welfare.evaluation.scoring.figures import BREAKDOWNS, Figures, Scored, breakdown, headline
from zones.tier import Tier

WORST = 12  # cases shown as pictures


def worst_cases(scored: Sequence[Scored]) -> list[Scored]:
    """False pages first, then misses, then the latest finds; at most `WORST`."""
    noisy = [s for s in scored if s.verdict.for_nothing]
    missed = [s for s in scored if s.positive and not s.verdict.right and s not in noisy]
    late = [s for s in scored if s.clip.script.trigger and s.verdict.right and s not in noisy]
    late.sort(key=lambda s: -(s.verdict.delay_s or 0.0))
    return [*noisy, *missed, *late][:WORST]


def html(scored: Sequence[Scored], stills: dict[str, str], faults: Sequence[str], watch: str) -> str:
    """The report's text.

    Args:
        scored: every clip with its verdict.
        stills: pictures of the worst cases by clip name, as data: addresses.
        faults: clips that could not be run, and why.
        watch: hash of the watch's code.
    """
    groups = headline(scored)
    return render_to_string(
        "evaluation/scenarios.html",
        {
            "watch": watch,
            "clips": len(scored),
            "headline": [_row(group) for group in groups],
            "intervals": plots.intervals(groups),
            "delays": plots.delays(scored),
            "breakdowns": [(by, [_row(group) for group in breakdown(scored, by)]) for by in BREAKDOWNS],
            "worst": [_case(s, stills[s.clip.name]) for s in worst_cases(scored) if s.clip.name in stills],
            "wrong": [_case(s, "") for s in scored if not s.verdict.right],
            "faults": faults,
        },
    )


def words(estimate: Estimate | None) -> str:
    """`0.97 (0.91 to 0.99)`; or that nothing was measured."""
    return "not measured" if estimate is None else f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _row(group: Figures) -> dict[str, Any]:
    figures = group.as_json()
    return figures | {
        "sensitivity": words(group.sensitivity),
        "specificity": words(group.specificity),
        "pages": [f"{group.pages[tier]}: {words(group.false_pages(tier))}" for tier in Tier if tier >= Tier.CONCERN],
    }


def _case(scored: Scored, picture: str) -> dict[str, Any]:
    verdict, script = scored.verdict, scored.clip.script
    if verdict.for_nothing:
        what = f"{verdict.for_nothing[0].tier.word} for nothing at {verdict.for_nothing[0].t_s:.1f} s"
        reasons = verdict.for_nothing[0].words
    elif verdict.right:
        what = f"found {verdict.delay_s or 0:.1f} s after the marked moment"
        reasons = next((r.words for r in verdict.raised if r.t_s == verdict.found_s), ())
    else:
        expected = script.expect.word if script.expect else ""
        came = verdict.top.word if verdict.top else "nothing"
        when = "" if verdict.found_s is None else f" at {verdict.found_s:.1f} s"
        what = f"expected {expected} by {(verdict.mark_s or 0) + script.within_s:.1f} s, came {came}{when}"
        reasons = verdict.raised[-1].words if verdict.raised else ()
    return {
        "name": scored.clip.name,
        "held_out": scored.clip.held_out,
        "what": what,
        "reasons": reasons,
        "picture": picture,
    }


def table(scored: Sequence[Scored]) -> list[str]:
    """The headline for a terminal, and a line for each clip that was wrong."""
    lines = []
    for group in headline(scored):
        delay = group.as_json()["trigger_delay_s"]
        seconds = f"; triggers after {delay['median']} s (median), {delay['worst']} s (worst)" if delay else ""
        lines.append(
            f"{group.name}: sensitivity {words(group.sensitivity)}, {group.found} of {group.positive}; "
            f"specificity {words(group.specificity)}, {group.quiet} of {group.ordinary}{seconds}"
        )
    lines += [f"  {case['name']}: {case['what']}" for case in (_case(s, "") for s in scored if not s.verdict.right)]
    return lines
