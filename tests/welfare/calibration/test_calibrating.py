"""Laws of the calibration: a record scored again says what the watch said, and no proposal loses anybody."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.welfare.behaviour.test_stays import VIEW, fifths, person, watch
from tests.welfare.calibration.stays import stay, tier_of, viewers
from welfare.behaviour.assessment import Assessor
from welfare.behaviour.profile import Profile
from welfare.behaviour.record import StayRecord, moments_as_json, moments_from_json
from welfare.behaviour.rescoring import RESCORED, rescored
from welfare.calibration.comparing import loses
from welfare.calibration.history import KEPT, History, Stay, Verdict, in_order
from welfare.calibration.proposing import Proposed, propose
from welfare.calibration.quantiles import quantile
from welfare.calibration.weights import PRIOR_SD, fit
from zones.tier import Tier

PROFILE = Profile()
WEIGHED = ["stay", "pacing", "lean"]


# --- Records ------------------------------------------------------------------------------------------------
def recorded(frames: list[tuple[float, list[object]]]) -> StayRecord:
    assessor = Assessor(VIEW)
    end = frames[-1][0]
    watch(assessor, frames)  # type: ignore[arg-type]
    watch(assessor, [(t, [person(t, (12.0, -6.0))]) for t in fifths(end + 0.2, end + 14)])
    (record,) = assessor.finished()
    assert assessor.finished() == []
    return record


@settings(max_examples=5)
@given(st.floats(0.3, 1.6), st.floats(0.0, 5.0), st.integers(30, 330))
def test_a_record_scored_again_says_what_the_watch_said(away: float, reach: float, seconds: int) -> None:
    """Whoever stands or walks back and forth at the edge: the same tiers, within two seconds."""
    path = [(t, [person(t, (12 + reach * abs((t / 8) % 2 - 1), -away))]) for t in np.arange(0, seconds, 0.5).tolist()]
    record = recorded(path)  # type: ignore[arg-type]
    assert record.whole
    again = rescored(record, PROFILE)
    assert again.tier is record.tier
    for rise in record.rises:
        assert again.first_s[rise.tier] <= rise.at_s + 2.0
        assert abs(again.first_s[max(t for t in again.first_s if t <= rise.tier)] - rise.at_s) <= 4.0


def test_a_record_survives_its_way_through_the_database() -> None:
    record = stay(140, turns=4, lean_deg=30).record
    assert moments_from_json(json.loads(json.dumps(moments_as_json(record.moments)))) == record.moments


def test_a_record_tells_no_time_finer_than_a_second_and_a_running_count_no_finer_than_two() -> None:
    """The times of a stay are kept coarsely: who was somewhere else at that moment cannot be told from them."""
    record = recorded([(t + 0.13, [person(t + 0.13, (12.0, -0.6))]) for t in fifths(0, 90)])
    assert all(moment.at_s == int(moment.at_s) for moment in record.moments)
    ran = [moment.cues["stay"][0] for moment in record.moments if "stay" in moment.cues]
    later = [x for x in ran if x >= 2]
    assert later
    assert all(x % 2 == 0 for x in later)
    assert len(set(later)) == len(later)  # two seconds that say the same are one row


def test_a_stay_that_another_worker_began_is_not_whole() -> None:
    first, second = Assessor(VIEW), Assessor(VIEW)
    watch(first, [(t, [person(t, (12.0, -0.6))]) for t in fifths(0, 20)])
    second.restore(json.loads(json.dumps(first.snapshot())), 21.0)
    watch(second, [(t, [person(t, (12.0, -6.0))]) for t in fifths(21, 40)])
    assert [record.whole for record in second.finished()] == [False]


def test_a_critical_trigger_is_no_matter_of_the_profile() -> None:
    from dataclasses import replace

    from welfare.behaviour.record import Rise

    climbs = replace(stay(10).record, rises=(Rise(6.0, Tier.CRITICAL, "on_the_barrier"),))
    dull = PROFILE.with_overrides(dict.fromkeys(("stay_weight", "lean_weight", "upper_weight"), 0))
    assert rescored(climbs, dull).first_s[Tier.CRITICAL] == 6.0
    assert rescored(climbs, dull).first_s[Tier.NOTICE] == 6.0


@given(
    st.integers(5, 320),
    st.integers(0, 7),
    st.floats(0, 60),
    st.sampled_from(["stay", "pacing", "lean"]),
    st.floats(0, 2),
)
@settings(max_examples=40)
def test_more_weight_never_lowers_what_a_stay_reaches(
    seconds: int, turns: int, lean: float, cue: str, more: float
) -> None:
    one = stay(seconds, turns=turns, lean_deg=lean)
    heavier = PROFILE.with_overrides({f"{cue}_weight": getattr(PROFILE, f"{cue}_weight") + more})
    assert (tier_of(one, heavier) or 0) >= (tier_of(one, PROFILE) or 0)


# --- Quantiles and weights ----------------------------------------------------------------------------------
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=400), st.floats(0.5, 0.999))
def test_a_quantile_lies_in_its_interval_and_few_stays_bound_nothing_from_above(
    values: list[float], share: float
) -> None:
    found = quantile(values, share)
    assert found is not None
    assert found.low <= found.value <= found.high
    if share**found.n > 0.025:
        assert found.high == float("inf")


def test_the_interval_of_a_quantile_holds_it_19_times_in_20() -> None:
    rng = np.random.default_rng(5)
    held = [q.low <= 95.0 <= q.high for q in (quantile(list(rng.uniform(0, 100, 300)), 0.95) for _ in range(400)) if q]
    assert 0.93 <= np.mean(held) <= 0.985


def test_without_outcomes_weights_stay_and_as_unsure_as_they_were() -> None:
    for said in fit([], [], {"stay": 1.2, "lean": 1.0}).values():
        assert said.sd == pytest.approx(PRIOR_SD)
        assert not said.differs(1.2) or said.value == pytest.approx(1.0)


@given(st.integers(0, 40), st.integers(0, 40))
def test_outcomes_move_a_weight_towards_what_they_say_and_never_widen_it(at_risk: int, benign: int) -> None:
    """Only stays with pacing were at risk, only those without were not: the weight of pacing rises, no other falls."""
    shares = [{"pacing": 1.0}] * at_risk + [{"stay": 0.0}] * benign
    told = fit(shares, [True] * at_risk + [False] * benign, {"pacing": 2.0, "stay": 1.2})
    assert told["pacing"].value >= 2.0 - 1e-3
    assert told["pacing"].sd <= PRIOR_SD + 1e-6
    assert told["stay"].value == pytest.approx(1.2, abs=1e-3)


# --- Proposals ----------------------------------------------------------------------------------------------
def proposal(stays: list[Stay], **more: object) -> Proposed:
    return propose(History(in_order(stays)), {}, **more)  # type: ignore[arg-type]


def test_with_too_little_history_nothing_is_proposed_and_what_is_missing_is_said() -> None:
    found = proposal(viewers(days=3))
    assert found.changes == ()
    said = " ".join(found.words)
    assert "3 days with somebody in the zone, 11 more are needed" in said
    assert "36 ordinary stays at the edge, 164 more are needed" in said
    assert '0 stays were found "at risk", 5 more are needed' in said
    assert "cannot show that nobody would be lost" in said


def test_where_people_commonly_look_at_the_river_a_long_stay_counts_later() -> None:
    found = proposal(viewers())
    assert "stay_from_s" in [change.name for change in found.changes]
    assert 120 <= found.overrides["stay_from_s"] <= 140
    assert found.effect is not None
    less = found.effect.as_json()
    notice = next(row for row in less["tiers"] if row["tier"] == "notice")
    assert notice["after"]["unjudged"] < notice["before"]["unjudged"]
    assert less["lost"] == 0


def test_a_place_by_night_is_not_judged_by_its_days() -> None:
    """Nobody stays at night: the lower of the two quantiles counts, and few nights count as none."""
    by_day = [s for s in viewers(40) if not s.by_night]
    nights = [stay(20, day=n % 20, hour=2) for n in range(60)]
    assert proposal(by_day + nights).changes == ()
    assert proposal(by_day).changes == ()


def test_a_stay_in_which_somebody_was_found_at_risk_is_never_told_less_or_later() -> None:
    """Their two minutes with a lean were a notice; the ramp of the tourists would have made them nothing."""
    person_at_risk = stay(150, Verdict.AT_RISK, day=3, lean_deg=45, turns=3.2)
    assert tier_of(person_at_risk, PROFILE) is not None
    found = proposal([*viewers(), person_at_risk])
    now = PROFILE.with_overrides(found.overrides)
    assert not loses([person_at_risk], PROFILE, now)
    assert found.changes == () or found.overrides["stay_from_s"] < 120


def test_outcomes_refit_a_weight_and_say_how_sure_they_are() -> None:
    leaners = [stay(100, Verdict.AT_RISK, day=n % 20, lean_deg=50, turns=3) for n in range(30)]
    quiet = [stay(100, Verdict.BENIGN, day=n % 20, turns=3) for n in range(90)]
    found = proposal([*leaners, *quiet])
    change = next(change for change in found.changes if change.name == "lean_weight")
    assert change.after > 1.0
    assert "what people found speaks for" in change.why


def test_only_a_viewpoint_waits_longer_than_300_s_at_the_edge() -> None:
    long = [stay(length, day=n % 20, hour=(n * 3) % 24) for n, length in enumerate([280, 320, 500, 700] * 51)]
    assert "backstop_s" not in proposal(long).overrides
    assert 300 < proposal(long, viewpoint=True).overrides["backstop_s"] <= 900


STAYS = st.builds(
    stay,
    st.integers(5, 330),
    st.sampled_from(list(Verdict)),
    st.integers(0, 19),
    st.integers(0, 23),
    turns=st.integers(0, 6),
    lean_deg=st.sampled_from([0, 0, 30, 45, 60]),
)


@settings(max_examples=5)
@given(st.lists(STAYS, max_size=20))
def test_whatever_the_history_a_proposal_can_be_saved_and_loses_nobody(stays: list[Stay]) -> None:
    found = proposal([*viewers(), *stays])
    now = PROFILE.with_overrides(found.overrides)
    assert set(found.overrides) <= RESCORED
    assert not loses([s for s in stays if s.verdict in KEPT], PROFILE, now)
    assert (found.effect is None) == (found.changes == ())
