"""The scenario suite, run and judged."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from welfare.evaluation.scenarios.making import place
from welfare.evaluation.scenarios.suite import FPS, Clip
from welfare.evaluation.scoring import figures, report, runs, stills
from welfare.evaluation.scoring.figures import Scored
from welfare.evaluation.scoring.verdicts import Truth, UnmarkedError, judge

QUICK = 5  # one clip in so many


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out.

    Attributes:
        scored: clips with their verdicts, by name.
        faults: what could not be run, and why.
        folder: where clips and events lie.
    """

    scored: tuple[Scored, ...]
    faults: tuple[str, ...]
    folder: Path
    events: Mapping[str, runs.Lines]

    def as_json(self) -> dict[str, Any]:
        """Every figure and every clip."""
        return {"watch": runs.watch_digest()} | figures.as_json(self.scored, self.faults)

    def html(self) -> str:
        """The report, with pictures of the worst cases."""
        pictures = {
            s.clip.name: stills.still(s, place(s.clip, self.folder), self.events[s.clip.name])
            for s in report.worst_cases(self.scored)
        }
        return report.html(self.scored, pictures, self.faults, runs.watch_digest())


def chosen(suite: Sequence[Clip], only: Sequence[str], folder: Path, *, quick: bool, made: bool) -> list[Clip]:
    """The clips that are asked for.

    Args:
        suite: all clips.
        only: parts of names; none means all.
        folder: where made clips lie.
        quick: one in five, spread over the suite.
        made: only those that are rendered.
    """
    clips = [clip for clip in suite if not only or any(word in clip.name for word in only)]
    if quick:
        clips = clips[::QUICK]
    return [clip for clip in clips if not made or place(clip, folder).exists()]


def evaluate(
    clips: Sequence[Clip], folder: Path, detector: Mapping[str, Any], jobs: int, done: Callable[[], object]
) -> Evaluation:
    """Run and judge clips.

    Args:
        clips: which.
        folder: where clips and events are kept.
        detector: arguments of the people detector.
        jobs: processes at once.
        done: called after each clip.
    """
    runs.watch_digest()  # of the code that runs now, not of what somebody has saved by the end
    scored: list[Scored] = []
    faults: list[str] = []
    events: dict[str, runs.Lines] = {}
    for clip, lines in runs.run_all(clips, folder, detector, jobs, lambda c, e: faults.append(f"{c.name}: {e}")):
        labels = place(clip, folder).with_suffix(".jsonl").read_text().splitlines()
        try:
            verdict = judge(clip.script, Truth.of([json.loads(line) for line in labels], FPS), lines)
        except UnmarkedError as error:
            faults.append(str(error))
        else:
            scored.append(Scored(clip, verdict))
            events[clip.name] = lines
        done()
    scored.sort(key=lambda s: s.clip.name)
    return Evaluation(tuple(scored), tuple(faults), folder, events)
