"""Laws of the evidence: what holds for every history, and what the table's example says."""

import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.welfare.behaviour.test_stays import VIEW, fifths, person, standing, watch
from welfare.behaviour.assessment import Assessor
from welfare.behaviour.cues import Measurement, Sample, reversals, unknown, visits
from welfare.behaviour.events import ConcernRaised, EpisodeChanged, Sight
from welfare.behaviour.evidence import Evidence, TierHold
from welfare.behaviour.observation import Observation
from welfare.behaviour.profile import CUES, Profile, ProfileError, meanings
from zones.tier import Tier

PROFILE = Profile()


def measured(cue: str, share: float = 1.0, quality: float = 1.0, t_s: float = 0.0) -> Measurement:
    return Measurement(cue, cue, 1.0, "s", quality, share, t_s)


def full(*cues: str) -> float:
    evidence = Evidence(PROFILE)
    evidence.update([measured(cue) for cue in cues], 0.2)
    return evidence.score(PROFILE.alone_weight)


def test_the_example_of_the_table() -> None:
    assert full("stay") == pytest.approx(1.5)
    assert full("stay", "pacing") == pytest.approx(0.3 + 2.0 + 0.35 * 1.2)
    assert full("stay", "pacing", "lean") == pytest.approx(3.7, abs=0.05)
    assert full("stay", "pacing", "lean", "object") == pytest.approx(5.7, abs=0.05)


def test_a_cue_fades_by_its_half_life_and_keeps_the_frame_that_showed_it() -> None:
    evidence = Evidence(PROFILE)
    evidence.update([measured("lean", t_s=7.0)], 0.2)
    evidence.update([unknown("lean", 27.0)], 20.0)
    (reason,) = evidence.reasons()
    assert reason.weight_nats == pytest.approx(0.5)
    assert reason.t_s == 7.0


@given(st.lists(st.sampled_from(sorted(CUES)), unique=True, min_size=2), st.data())
def test_the_order_of_cues_of_one_moment_is_no_matter(cues: list[str], data: st.DataObject) -> None:
    found = [measured(cue, data.draw(st.floats(0, 1)), data.draw(st.floats(0, 1))) for cue in cues]
    one, other = Evidence(PROFILE), Evidence(PROFILE)
    one.update(found, 0.2)
    other.update(random.Random(1).sample(found, len(found)), 0.2)  # noqa: S311
    assert one.score(0.0) == other.score(0.0)
    assert one.score_high(0.0) == other.score_high(0.0)
    assert one.reasons() == other.reasons()


SPELLS = st.lists(  # a score, how much more the other has, and for how many half seconds
    st.tuples(
        st.sampled_from([0.0, 0.8, 1.6, 2.3, 3.2, 4.6]),
        st.sampled_from([0.0, 0.0, 0.7, 1.5, 3.0]),
        st.sampled_from([1, 3, 8, 42]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=300)
@given(SPELLS)
def test_more_risk_never_lowers_a_tier(spells: list[tuple[float, float, int]]) -> None:
    less, more = TierHold(PROFILE), TierHold(PROFILE)
    scores = [(score, extra) for score, extra, times in spells for _ in range(times)]
    for n, (score, extra) in enumerate(scores):
        low, high = less.update(n / 2, 0.5, score), more.update(n / 2, 0.5, score + extra)
        assert (high or 0) >= (low or 0)


@given(st.dictionaries(st.sampled_from(sorted(CUES)), st.floats(0, 1)), st.sampled_from(sorted(CUES)), st.floats(0, 1))
def test_more_of_a_cue_never_lowers_a_score(shares: dict[str, float], cue: str, extra: float) -> None:
    less, more = Evidence(PROFILE), Evidence(PROFILE)
    less.update([measured(name, share) for name, share in shares.items()], 0.2)
    worse = shares | {cue: min(1.0, shares.get(cue, 0.0) + extra)}
    more.update([measured(name, share) for name, share in worse.items()], 0.2)
    assert more.score(0.0) >= less.score(0.0) - 1e-9


@given(st.dictionaries(st.sampled_from(sorted(CUES)), st.tuples(st.floats(0, 1), st.floats(0, 1))))
def test_poor_sight_widens_the_interval_and_never_raises_the_score(cues: dict[str, tuple[float, float]]) -> None:
    clear, poor = Evidence(PROFILE), Evidence(PROFILE)
    clear.update([measured(cue, share) for cue, (share, _) in cues.items()], 0.2)
    poor.update([measured(cue, share, quality) for cue, (share, quality) in cues.items()], 0.2)
    assert poor.score(0.0) <= clear.score(0.0) + 1e-9
    assert poor.score_high(0.0) >= clear.score(0.0) - 1e-9
    assert poor.score_high(0.0) >= poor.score(0.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(5, 60), st.integers(1, 60), st.floats(-1.4, -0.2))
def test_a_blind_camera_never_says_quiet(seen: int, blind: int, y: float) -> None:
    assessor = Assessor(VIEW)
    watch(assessor, standing([n / 5 for n in range(seen)], at=(12.0, y)))
    dark: list[tuple[float, list[Observation]]] = [(t / 5, []) for t in range(seen, seen + 11 + blind)]
    told = [e for e in watch(assessor, dark) if isinstance(e, EpisodeChanged) and e.t_s > seen / 5 + 2.2]
    assert all(e.reading != "quiet" and e.sight is Sight.UNKNOWN for e in told)
    assert all(e.score_high > e.score for e in told if e.state == "continued")


def test_somebody_without_a_pose_at_the_edge_is_poorly_seen_not_quiet() -> None:
    told = [e for e in watch(Assessor(VIEW), standing(fifths(0, 8))) if isinstance(e, EpisodeChanged)]
    assert {e.reading for e in told} == {"unknown"}
    assert told[-1].score_high > PROFILE.upper_weight


def test_a_concern_tells_cue_measurement_unit_weight_and_frame_and_they_add_up() -> None:
    back_and_forth = [(t, [person(t, (12 + 4 * abs((t / 10) % 2 - 1), -0.7))]) for t in fifths(0, 200)]
    raised = [e for e in watch(Assessor(VIEW), back_and_forth) if isinstance(e, ConcernRaised)]
    assert raised
    last = raised[-1]
    assert sum(reason.weight_nats for reason in last.reasons) == pytest.approx(last.score, abs=0.01)
    pacing = next(reason for reason in last.reasons if reason.cue == "pacing")
    assert pacing.unit == "count"
    assert "walking along the edge" in pacing.words
    assert 0 <= last.t_s - pacing.t_s <= 30
    assert last.trail[-1].t_s == last.t_s
    assert last.trail[-1].parts["pacing"] == pytest.approx(pacing.weight_nats)


def test_walking_to_the_edge_and_back_is_pacing_too() -> None:
    path = [Sample(t, 5.0, 2.5 + 2.0 * np.cos(t / 2)) for t in fifths(0, 60)]
    assert reversals(path, 1.5) == 0
    assert reversals(path, 1.5, across=True) >= 7


def test_a_bend_is_no_reversal() -> None:
    round_the_corner = [Sample(t, t, 1.0) for t in range(6)] + [Sample(6 + t, 5 - 0.4 * t, 1 + t) for t in range(8)]
    assert reversals(round_the_corner, 1.5) == 0


def test_only_visits_to_the_same_stretch_are_returns() -> None:
    places = [2.0, 30.0, 4.0, 60.0]
    path = [Sample(10.0 * n + s, at, away) for n, at in enumerate(places) for s, away in ((0, 3.0), (1, 0.5))]
    assert visits(path, 1.0, 2.0) == 4
    assert visits(path, 1.0, 2.0, 5.0) == 2


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"stay_wait": 1}, "no value named 'stay_wait'"),
        ({"stay_weight": "high"}, "must be a number"),
        ({"stay_weight": True}, "must be a number"),
        ({"rail_needed": 4.5}, "whole number"),
        ({"stay_weight": 9}, "allowed is 0 to 5"),
        ({"backstop_s": float("nan")}, "allowed is"),
        ({"stay_from_s": 400}, "must be under stay_to_s"),
        ({"rail_needed": 9}, "cannot exceed"),
    ],
)
def test_an_override_that_cannot_be_meant_is_refused_with_its_reason(overrides: dict[str, object], words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        PROFILE.with_overrides(overrides)


def test_every_default_lies_within_its_own_bounds_and_names_its_source() -> None:
    for name, meaning in meanings().items():
        assert meaning.low <= getattr(PROFILE, name) <= meaning.high, name
        assert meaning.source
    assert PROFILE.with_overrides({"stay_to_s": 200, "companion_weight": -1}).stay_to_s == 200


def test_evidence_and_tier_survive_a_hand_over() -> None:
    first, second = Assessor(VIEW), Assessor(VIEW)
    back_and_forth = [(t, [person(t, (12 + 4 * abs((t / 10) % 2 - 1), -0.7))]) for t in fifths(0, 150)]
    before = [e for e in watch(first, back_and_forth) if isinstance(e, EpisodeChanged)][-1]
    second.restore(json.loads(json.dumps(first.snapshot())), 152.0)
    after = watch(second, [(152.2, [person(152.2, (12.5, -0.7), track=8)])])
    assert not any(isinstance(e, ConcernRaised) for e in after)
    assert before.tier is not None
    told = [e for e in after if isinstance(e, EpisodeChanged)]
    assert told[-1].tier == before.tier >= Tier.NOTICE
    assert told[-1].score == pytest.approx(before.score, abs=0.3)
