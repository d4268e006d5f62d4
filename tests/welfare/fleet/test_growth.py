"""Which part of a clip is made next: soon after the concern, without a hole, and with an end."""

from hypothesis import given
from hypothesis import strategies as st

from welfare.fleet.growth import LAG_S, LEAST_S, MOST_S, Growth, Limits, ends_s, next_part

LIMITS = Limits(before_s=10.0, after_s=20.0, longest_s=900.0)
BEGUN = 1_000_000.0


def test_the_first_part_is_due_within_seconds_and_begins_before_the_concern() -> None:
    growth = Growth(BEGUN, None, None)
    assert next_part(growth, LIMITS, BEGUN + LAG_S) is None
    part = next_part(growth, LIMITS, BEGUN + LAG_S + 1.0)
    assert part is not None
    assert (part.start_s, part.end_s) == (BEGUN - 10.0, BEGUN + 1.0)


def test_a_part_is_as_long_as_all_before_it_and_never_longer_than_a_minute() -> None:
    assert next_part(Growth(BEGUN, BEGUN + 1, None), LIMITS, BEGUN + 1 + LAG_S + LEAST_S - 0.1) is None
    assert next_part(Growth(BEGUN, BEGUN + 1, None), LIMITS, BEGUN + 1 + LAG_S + LEAST_S) is not None
    assert next_part(Growth(BEGUN, BEGUN + 300, None), LIMITS, BEGUN + 300 + LAG_S + MOST_S - 0.1) is None
    assert next_part(Growth(BEGUN, BEGUN + 300, None), LIMITS, BEGUN + 300 + LAG_S + MOST_S) is not None


def test_closing_it_ends_the_clip_but_not_before_what_is_always_kept() -> None:
    assert ends_s(Growth(BEGUN, None, BEGUN + 3.0), LIMITS) == BEGUN + 20.0
    assert ends_s(Growth(BEGUN, None, BEGUN + 70.0), LIMITS) == BEGUN + 70.0
    part = next_part(Growth(BEGUN, BEGUN + 64.0, BEGUN + 70.0), LIMITS, BEGUN + 75.0)
    assert part is not None
    assert part.end_s == BEGUN + 70.0
    assert next_part(Growth(BEGUN, BEGUN + 70.0, BEGUN + 70.0), LIMITS, BEGUN + 9000.0) is None


def test_an_incident_that_nobody_closes_does_not_grow_for_ever() -> None:
    assert next_part(Growth(BEGUN, BEGUN + 900.0, None), LIMITS, BEGUN + 9000.0) is None


@given(st.floats(0.0, 2000.0), st.lists(st.floats(0.2, 30.0), min_size=1, max_size=400))
def test_asked_again_and_again_the_parts_make_a_whole_without_hole_or_overlap(over: float, waits: list[float]) -> None:
    kept: float | None = None
    now = BEGUN
    for wait in waits:
        now += wait
        growth = Growth(BEGUN, kept, BEGUN + over if now >= BEGUN + over else None)
        part = next_part(growth, LIMITS, now)
        if part is None:
            continue
        assert part.start_s == (BEGUN - 10.0 if kept is None else kept)
        assert part.start_s < part.end_s <= min(now - LAG_S, BEGUN + 900.0)
        assert part.longest_s <= max(MOST_S, LIMITS.before_s + LEAST_S)
        kept = min(part.end_s, part.start_s + part.longest_s)
