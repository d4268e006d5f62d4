"""The plots of a scenario report, as SVG text that needs nothing from outside."""

from collections.abc import Sequence
from io import StringIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from welfare.evaluation.intervals import Estimate
from welfare.evaluation.scoring.figures import Figures, Scored

BLUE, ORANGE, GREY = "#2a6f97", "#c8553d", "#8a8f98"
GOALS = {"sensitivity": 0.95, "specificity": 0.99}
PUBLISHED = {"sensitivity": 0.80, "specificity": 0.90}  # Onie et al. 2023, acted clips


def _svg(figure: Figure) -> str:
    text = StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight")
    return text.getvalue()[text.getvalue().index("<svg") :]


def _axes(height: float) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(9.6, height))
    axes = figure.subplots(1, 2, sharey=True)
    return figure, list(axes)


def intervals(groups: Sequence[Figures]) -> str:
    """Sensitivity and specificity of groups with their intervals, beside the goal and the best published."""
    figure, axes = _axes(0.9 + 0.32 * len(groups))
    for side, name in zip(axes, GOALS, strict=True):
        for row, group in enumerate(reversed(groups)):
            estimate: Estimate | None = getattr(group, name)
            if estimate is not None:
                span = [[estimate.value - estimate.low], [estimate.high - estimate.value]]
                side.errorbar(estimate.value, row, xerr=span, fmt="o", color=BLUE, capsize=3)
        side.axvline(GOALS[name], color=GREY, linewidth=1)
        side.axvline(PUBLISHED[name], color=ORANGE, linewidth=1, linestyle="--")
        side.set_xlim(0, 1.02)
        side.set_title(f"{name} (grey: goal; dashed: best published)", fontsize=9)
        side.set_yticks(range(len(groups)), [g.name for g in reversed(groups)], fontsize=8)
        side.tick_params(labelsize=8)
    return _svg(figure)


def delays(scored: Sequence[Scored]) -> str:
    """Each trigger clip's delay from the marked moment, by what it shows."""
    clips = [s for s in scored if s.clip.script.trigger and s.verdict.delay_s is not None]
    shown = sorted({s.clip.script.shows for s in clips}, reverse=True)
    figure = Figure(figsize=(9.6, 1.0 + 0.28 * len(shown)))
    side = figure.subplots()
    for clip in clips:
        colour = ORANGE if clip.clip.person_px < 120 else BLUE
        side.plot(clip.verdict.delay_s or 0.0, shown.index(clip.clip.script.shows), "o", color=colour, alpha=0.7)
    for seconds in (2.0, 4.0):
        side.axvline(seconds, color=GREY, linewidth=1)
    side.axvline(0.0, color="black", linewidth=0.8)
    side.set_yticks(range(len(shown)), shown, fontsize=8)
    side.set_xlabel("seconds from the marked moment to the page (orange: people under 120 px)", fontsize=8)
    side.tick_params(labelsize=8)
    return _svg(figure)
