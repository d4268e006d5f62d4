"""Who is on duty when, as values: turns, hand-over, clock changes, overrides, gaps."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rotas.hours import parse
from alerts.rotas.layers import Duty, Layer, Roster, Stint, duty_at, gaps, timeline

LONDON = ZoneInfo("Europe/London")
ANN, BOB, CAT = 1, 2, 3
ABLE = frozenset({ANN, BOB, CAT})


def utc(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def wall(words: str) -> datetime:
    return datetime.fromisoformat(words)


def layer(begins: str, period: timedelta, *people: int, hours: str = "", name: str = "layer") -> Layer:
    return Layer(name, LONDON, wall(begins), period, people, parse(hours))


def on(roster: Roster, at: str) -> tuple[int, ...]:
    return duty_at(roster, utc(at)).people


def test_weeks_hand_over_at_nine_by_the_wall_clock_summer_and_winter() -> None:
    roster = Roster((layer("2026-03-02T09:00", timedelta(weeks=1), ANN, BOB),), able=ABLE)
    assert on(roster, "2026-03-02T08:59") == ()
    assert on(roster, "2026-03-02T09:00") == (ANN,)
    assert on(roster, "2026-03-09T08:59") == (ANN,)
    assert on(roster, "2026-03-09T09:00") == (BOB,)
    assert on(roster, "2026-03-30T07:59") == (BOB,)
    assert on(roster, "2026-03-30T08:00") == (ANN,)  # 09:00 in summer is 08:00 UTC


@pytest.mark.parametrize(("day", "length_h"), [("2026-03-28", 11), ("2026-10-24", 13), ("2026-06-10", 12)])
def test_a_night_shift_over_a_clock_change_has_no_gap_and_no_overlap(day: str, length_h: int) -> None:
    roster = Roster((layer("2026-01-05T07:00", timedelta(hours=12), ANN, BOB),), able=ABLE)
    start = utc(f"{day}T12:00")
    stretches = timeline(roster, start, start + timedelta(days=1))
    night = stretches[1]
    assert night.duty.people == (BOB,)
    assert night.ends_at - night.starts_at == timedelta(hours=length_h)
    assert night.ends_at.astimezone(LONDON).hour == 7
    assert night.starts_at.astimezone(LONDON).hour == 19


def test_a_hand_over_at_0130_on_the_night_that_has_it_twice_happens_once_at_the_first() -> None:
    roster = Roster((layer("2026-10-20T01:30", timedelta(days=1), ANN, BOB),), able=ABLE)
    assert on(roster, "2026-10-25T00:29") == (ANN,)
    assert on(roster, "2026-10-25T00:30") == (BOB,)  # the first 01:30, in summer time
    assert on(roster, "2026-10-25T01:30") == (BOB,)  # the second one changes nothing
    assert on(roster, "2026-10-26T01:30") == (ANN,)


def test_a_hand_over_at_0130_on_the_night_that_never_has_it_still_happens() -> None:
    roster = Roster((layer("2026-03-24T01:30", timedelta(days=1), ANN, BOB),), able=ABLE)
    assert on(roster, "2026-03-29T01:29") == (ANN,)
    assert on(roster, "2026-03-29T01:30") == (BOB,)
    assert on(roster, "2026-03-30T00:29") == (BOB,)
    assert on(roster, "2026-03-30T00:30") == (ANN,)


def test_the_first_layer_with_somebody_counts_and_the_next_fills_what_it_leaves() -> None:
    nights = layer("2026-11-02T19:00", timedelta(weeks=1), ANN, hours="daily 19:00-07:00", name="Nights")
    days = layer("2026-11-02T07:00", timedelta(days=1), BOB, CAT, name="Days")
    roster = Roster((nights, days), able=ABLE)
    assert duty_at(roster, utc("2026-11-24T03:00")) == Duty((ANN,), "Nights")
    assert duty_at(roster, utc("2026-11-24T12:00")) == Duty((BOB,), "Days")
    assert duty_at(roster, utc("2026-11-25T12:00")) == Duty((CAT,), "Days")


def test_somebody_who_is_switched_off_keeps_the_turn_of_others_and_leaves_a_gap() -> None:
    roster = Roster((layer("2026-11-02T07:00", timedelta(days=1), ANN, BOB),), able=frozenset({ANN}))
    assert [on(roster, f"2026-11-0{day}T12:00") for day in (2, 3, 4)] == [(ANN,), (), (ANN,)]
    found = gaps(roster, utc("2026-11-02T07:00"), utc("2026-11-06T07:00"))
    assert [(g.starts_at, g.ends_at) for g in found] == [
        (utc("2026-11-03T07:00"), utc("2026-11-04T07:00")),
        (utc("2026-11-05T07:00"), utc("2026-11-06T07:00")),
    ]


def test_overrides_stand_in_for_one_person_only_while_on_duty_or_for_everybody() -> None:
    base = (layer("2026-11-02T07:00", timedelta(days=1), ANN, BOB),)
    span = (utc("2026-11-02T00:00"), utc("2026-11-05T00:00"))
    for_ann = Roster(base, overrides=(Stint(CAT, *span, replaces=ANN),), able=ABLE)
    assert [on(for_ann, f"2026-11-0{d}T12:00") for d in (2, 3)] == [(CAT,), (BOB,)]
    for_all = Roster(base, overrides=(Stint(CAT, *span),), able=ABLE)
    assert [on(for_all, f"2026-11-0{d}T12:00") for d in (2, 3)] == [(CAT,), (CAT,)]
    unable = Roster(base, overrides=(Stint(CAT, *span),), able=frozenset({ANN, BOB}))
    assert on(unable, "2026-11-02T12:00") == (ANN,)


def test_shifts_that_were_written_down_come_before_layers_and_may_be_shared() -> None:
    shifts = (Stint(BOB, utc("2026-11-02T10:00"), utc("2026-11-02T14:00")),
              Stint(CAT, utc("2026-11-02T12:00"), utc("2026-11-02T16:00")))  # fmt: skip
    roster = Roster((layer("2026-11-02T07:00", timedelta(days=1), ANN),), shifts, able=ABLE)
    assert [on(roster, f"2026-11-02T{h:02d}:00") for h in (9, 11, 13, 15, 17)] == [
        (ANN,), (BOB,), (BOB, CAT), (CAT,), (ANN,)]  # fmt: skip


def test_an_empty_rota_is_one_gap() -> None:
    start, end = utc("2026-11-02T00:00"), utc("2026-11-16T00:00")
    (gap,) = gaps(Roster(able=ABLE), start, end)
    assert (gap.starts_at, gap.ends_at) == (start, end)


# --- Laws ---------------------------------------------------------------------------------------------------
starts = st.datetimes(wall("2025-12-01"), wall("2026-01-09")).map(lambda at: at.replace(second=0, microsecond=0))
periods = st.sampled_from([timedelta(hours=1), timedelta(hours=8), timedelta(hours=12), timedelta(days=1),
                           timedelta(days=4), timedelta(weeks=1)])  # fmt: skip
zones = st.sampled_from(["Europe/London", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu", "UTC"])
week = st.sampled_from(["", "daily 19:00-07:00", "mon-fri 01:30-17:30", "sat,sun 00:00-24:00"])
layers = st.builds(
    lambda begins, period, people, hours, zone: Layer(
        "layer", ZoneInfo(zone), begins, period, tuple(people), parse(hours)
    ),
    starts, periods, st.lists(st.integers(1, 4), max_size=4), week, zones,
)  # fmt: skip
moments = st.datetimes(wall("2026-01-10"), wall("2026-12-20"), timezones=st.just(UTC))


def stint(at: datetime, hours: int, person: int, replaces: int | None) -> Stint:
    return Stint(person, at, at + timedelta(hours=hours), replaces)


stints = st.lists(
    st.builds(stint, moments, st.integers(1, 2000), st.integers(1, 4), st.none() | st.integers(1, 4)), max_size=3
)
rosters = st.builds(
    lambda ls, shifts, overrides, able: Roster(tuple(ls), tuple(shifts), tuple(overrides), frozenset(able)),
    st.lists(layers, max_size=3), stints, stints, st.sets(st.integers(1, 4)),
)  # fmt: skip


@given(rosters, moments, st.floats(0, 1, exclude_max=True))
def test_the_timeline_says_at_each_instant_what_the_engine_would_ask(
    roster: Roster, start: datetime, part: float
) -> None:
    end = start + timedelta(days=14)
    stretches = timeline(roster, start, end)
    assert stretches[0].starts_at == start
    assert stretches[-1].ends_at == end
    assert all(a.ends_at == b.starts_at for a, b in pairwise(stretches))
    at = min(start + part * (end - start), end - timedelta(microseconds=1))
    (stretch,) = [s for s in stretches if s.starts_at <= at < s.ends_at]
    assert stretch.duty == duty_at(roster, at)


@given(layers, moments)
def test_each_instant_belongs_to_exactly_one_turn_and_turns_follow_each_other(one: Layer, at: datetime) -> None:
    turn = one.turn(at)
    if turn is None:
        assert not one.people
        return
    assert turn.starts_at <= at < turn.ends_at
    following = one.turn(turn.ends_at)
    assert following is not None
    assert following.starts_at == turn.ends_at


@given(rosters, moments)
def test_nobody_is_asked_who_is_switched_off(roster: Roster, at: datetime) -> None:
    assert set(duty_at(roster, at).people) <= roster.able
