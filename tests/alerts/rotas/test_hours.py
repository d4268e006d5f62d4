"""Hours of the week from words, as instants over both clock changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rotas.hours import ALWAYS, DAYS, HoursError, instant, parse

LONDON = ZoneInfo("Europe/London")


def utc(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-11-23T08:00", True),  # Monday
        ("2026-11-23T17:59", True),
        ("2026-11-23T18:00", False),
        ("2026-11-28T09:59", False),  # Saturday
        ("2026-11-28T10:00", True),
        ("2026-11-29T12:00", False),  # Sunday
    ],
)
def test_weekdays_and_saturday(at: str, inside: bool) -> None:
    hours = parse("mon-fri 08:00-18:00, sat 10:00-14:00")
    assert hours.includes(utc(at), LONDON) is inside


def test_a_window_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    friday_night = parse("Friday 22:00–06:00")  # noqa: RUF001  people paste such dashes
    assert friday_night.includes(utc("2026-11-28T05:59"), LONDON)
    assert not friday_night.includes(utc("2026-11-28T06:00"), LONDON)
    assert not friday_night.includes(utc("2026-11-27T05:00"), LONDON)


def test_a_week_may_wrap_round_and_lists_may_be_mixed() -> None:
    assert parse("sat-mon 00:00-24:00").windows[0].days == {5, 6, 0}
    assert parse("mon, wed 09:00-10:00; daily 20:00-21:00").windows[0].days == {0, 2}
    assert parse("  ") == ALWAYS
    assert ALWAYS.includes(utc("2026-11-29T12:00"), LONDON)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("someday 08:00-18:00", "someday"),
        ("mon 8-18", "cannot be read"),
        ("mon 08:00-25:00", "25:00"),
        ("mon 08:70-09:00", "08:70"),
        ("mon 08:00-18:00 and then some", "and then some"),
    ],
)
def test_what_cannot_be_read_is_named(words: str, said: str) -> None:
    with pytest.raises(HoursError, match=said):
        parse(words)


def test_a_night_is_an_hour_longer_or_shorter_when_the_clocks_change() -> None:
    nights = parse("daily 19:00-07:00")
    lengths = [
        end - start
        for day in ("2026-03-28", "2026-03-27", "2026-10-24")
        for start, end in nights.spans(utc(day).date(), utc(day).date(), LONDON)
    ]
    assert lengths == [timedelta(hours=11), timedelta(hours=12), timedelta(hours=13)]


def test_0130_that_comes_twice_is_the_first_and_that_never_comes_is_when_it_would_have() -> None:
    assert instant(datetime.fromisoformat("2026-10-25T01:30"), LONDON) == utc("2026-10-25T00:30")
    assert instant(datetime.fromisoformat("2026-03-29T01:30"), LONDON) == utc("2026-03-29T01:30")


clock = st.integers(0, 24 * 60 - 1).map(lambda m: f"{m // 60:02d}:{m % 60:02d}")
first, last = (datetime.fromisoformat(day) for day in ("2026-01-01", "2027-01-01"))
moments = st.datetimes(first, last, timezones=st.just(UTC))


@given(clock, clock, st.sampled_from(DAYS), moments)
def test_cut_anywhere_a_day_has_neither_a_gap_nor_an_overlap(one: str, other: str, day: str, at: datetime) -> None:
    cuts = sorted({"00:00", one, other, "24:00"})
    parts = [parse(f"{day} {start}-{end}") for start, end in pairwise(cuts)]
    whole = parse(f"{day} 00:00-24:00")
    assert sum(part.includes(at, LONDON) for part in parts) == whole.includes(at, LONDON)
