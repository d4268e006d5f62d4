"""What a clip's events are worth: found in time, too late, about somebody else, or raised for nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from welfare.evaluation.scenarios import suite as suite_module
from welfare.evaluation.scenarios.making import make
from welfare.evaluation.scenarios.script import Script
from welfare.evaluation.scenarios.suite import SCRIPTS, Clip, suite
from welfare.evaluation.scoring import evaluation, figures, report, runs, stills
from welfare.evaluation.scoring.figures import Scored
from welfare.evaluation.scoring.verdicts import Truth, UnmarkedError, judge
from zones.tier import Tier

BOX, ELSEWHERE = (100.0, 100.0, 140.0, 220.0), (600.0, 100.0, 640.0, 220.0)
CLIMB = Script("climb", (), "climbing", Tier.CRITICAL, ("step_up",), 4.0, trigger=True)
STROLL = Script("stroll", (), "walking")
TRUTH = Truth(30.0, {"0:action:walk": 0.0, "0:action:step_up": 10.0}, tuple((t / 5, BOX) for t in range(150)))


def concern(t_s: float, tier: str, box: tuple[float, ...] = BOX, *, triggered: bool = True) -> dict[str, Any]:
    reason = {"cue": "x", "words": "a foot on the railing", "value": 1, "unit": "s", "confidence": 1, "weight_nats": 0}
    return {
        "type": "concern",
        "t_s": t_s,
        "tier": tier,
        "box_px": list(box),
        "triggered": triggered,
        "reasons": [reason],
    }


@pytest.mark.parametrize(
    ("events", "right"),
    [
        ([concern(11.5, "critical")], True),
        ([concern(14.5, "critical")], False),
        ([concern(11.5, "urgent")], False),
        ([concern(5.0, "critical")], False),
        ([concern(11.5, "critical", ELSEWHERE)], False),
        ([], False),
    ],
    ids=["in time", "too late", "too low", "before anything happened", "about somebody else", "nothing"],
)
def test_somebody_on_the_railing_is_found_when_the_page_is_critical_in_time_and_about_them(
    events: list[dict[str, Any]], right: bool
) -> None:
    assert judge(CLIMB, TRUTH, events).right is right


def test_the_delay_counts_from_the_marked_moment_and_the_lead_up_to_it() -> None:
    verdict = judge(CLIMB, TRUTH, [concern(4.0, "notice", triggered=False), concern(11.5, "critical")])
    assert verdict.delay_s == pytest.approx(1.5)
    assert verdict.lead_s == pytest.approx(6.0)


def test_an_ordinary_clip_may_have_a_notice_but_no_concern() -> None:
    assert judge(STROLL, TRUTH, [concern(4.0, "notice")]).right
    assert not judge(STROLL, TRUTH, [concern(4.0, "concern")]).right


def test_a_page_about_a_passer_in_a_clip_at_risk_is_counted_as_raised_for_nothing() -> None:
    verdict = judge(CLIMB, TRUTH, [concern(11.0, "critical"), concern(12.0, "concern", ELSEWHERE)])
    assert verdict.right
    assert [raised.t_s for raised in verdict.for_nothing] == [12.0]


def test_a_clip_in_which_the_marked_action_is_never_seen_is_no_evidence() -> None:
    with pytest.raises(UnmarkedError, match="none of step_up is seen"):
        judge(CLIMB, Truth(30.0, {"0:action:walk": 0.0}, ()), [])


def scored(script: Script, events: list[dict[str, Any]], px: int = 120, *, held_out: bool = False) -> Scored:
    seed = suite_module.HELD_OUT_SEEDS if held_out else 1
    return Scored(Clip(script, "pole", "day", px, seed, held_out=held_out), judge(script, TRUTH, events))


def test_the_headline_keeps_small_people_and_held_out_clips_apart() -> None:
    clips = [
        scored(CLIMB, [concern(11.0, "critical")]),
        scored(CLIMB, [], held_out=True),
        scored(CLIMB, [], px=60),
        scored(STROLL, [concern(3.0, "concern")], held_out=True),
    ]
    groups = {group.name: group for group in figures.headline(clips)}
    assert (groups["at 120 px and above"].found, groups["at 120 px and above"].positive) == (1, 2)
    assert (groups["of these: held out"].found, groups["of these: held out"].positive) == (0, 1)
    assert (groups["of these: held out"].quiet, groups["of these: held out"].ordinary) == (0, 1)
    assert groups["under 120 px"].positive == 1
    assert "of these: open, seen end on" not in groups
    assert groups["all"].pages[Tier.CONCERN] == 1
    assert groups["all"].hours == pytest.approx(30 / 3600)


def test_the_report_of_a_rendered_clip_shows_its_figures_and_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite_module, "SIZE", (320, 180))
    script = Script("late", SCRIPTS[0].parts, "climbing", Tier.CRITICAL, ("walk",), 0.5, trigger=True, seconds=2.0)
    clip = Clip(script, "pole", "day", 60, 5, held_out=True)
    video = make(clip, tmp_path)
    lines = [json.loads(line) for line in video.with_suffix(".jsonl").read_text().splitlines()]
    box = lines[9]["persons"][0]["bbox"]
    events = [concern(1.6, "critical", box)]
    late = Scored(clip, judge(script, Truth.of(lines, 5.0), events))
    assert not late.verdict.right
    assert late.verdict.duration_s == pytest.approx(2.0)
    page = report.html([late], {clip.name: stills.still(late, video, events)}, ["walkers: no video"], "abc123")
    assert "0.00 (0.00 to 0.79)" in page
    assert "expected critical by 0.5 s, came critical at 1.6 s" in page
    assert "data:image/jpeg;base64," in page
    assert "walkers: no video" in page
    assert ' src="http' not in page
    assert "<link" not in page


def test_a_clip_goes_through_the_watch_once_and_its_events_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite_module, "SIZE", (320, 180))
    clip = Clip(Script("passing", SCRIPTS[0].parts, "walking", seconds=2.0), "pole", "day", 60, 5, held_out=False)
    lines = runs.run(clip, tmp_path, settings.DETECTOR)
    (kept,) = tmp_path.glob(f"events-{runs.watch_digest()}/*.jsonl")
    before = kept.stat().st_mtime_ns
    assert runs.run(clip, tmp_path, settings.DETECTOR) == lines
    assert kept.stat().st_mtime_ns == before
    assert {line["type"] for line in lines} <= {"track", "episode", "cue", "concern"}


def test_the_manifest_lists_every_clip_and_a_name_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("scenarios", "list")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len({line["name"] for line in lines}) == len(suite())
    assert {line["group"] for line in lines} == set(suite_module.GROUPS)
    with pytest.raises(CommandError, match="no clip's name has nosuch"):
        call_command("scenarios", "render", "--only", "nosuch")


def test_a_quick_run_takes_a_fifth_and_a_run_of_what_is_made_takes_nothing_from_an_empty_folder(tmp_path: Path) -> None:
    assert len(evaluation.chosen(suite(), [], tmp_path, quick=True, made=False)) == len(suite()) // 5 + 1
    assert evaluation.chosen(suite(), [], tmp_path, quick=False, made=True) == []
    named = evaluation.chosen(suite(), ["sit_on_edge"], tmp_path, quick=False, made=False)
    assert {clip.script.name for clip in named} == {"sit_on_edge"}
