"""Laws of the figures."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.reports.figures import Case, Told, answers, by, by_agency, row, spread, undelivered

seconds = st.floats(0, 1e6, allow_nan=False)
maybe = st.none() | seconds
names = st.sampled_from(["Ann", "Bob", "Cat"])
told = st.builds(Told, st.integers(1, 9), names, st.sampled_from(["", "Watch", "Rescue"]), st.just("SMS"),
                 st.sampled_from(["", "", "30003", "21610"]), maybe, maybe)  # fmt: skip
cases = st.lists(
    st.builds(Case, st.integers(1, 9), st.sampled_from([2, 3, 4]), st.integers(0, 23), maybe, maybe, maybe,
              st.lists(told, max_size=4).map(tuple)), max_size=12)  # fmt: skip


@given(st.lists(maybe))
def test_a_spread_lies_between_the_least_and_the_worst_and_counts_what_happened(values: list[float | None]) -> None:
    found, there = spread(values), [v for v in values if v is not None]
    if not there:
        assert found is None
        return
    assert found is not None
    assert found.n == len(there)
    assert min(there) <= found.median_s <= found.worst_s == max(there)
    assert found.median_s <= found.p90_s <= found.worst_s
    assert sum(v <= found.p90_s for v in there) >= 0.9 * len(there)


@given(st.lists(maybe), st.randoms())
def test_the_order_does_not_matter(values: list[float | None], random: object) -> None:
    mixed = list(values)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert spread(values) == spread(mixed)


@given(cases)
def test_groups_share_the_incidents_out_without_loss(found: list[Case]) -> None:
    groups = by(found, lambda case: case.tier)
    assert sum(row("", group).incidents for group in groups.values()) == len(found)


@given(cases)
def test_no_more_is_undelivered_than_was_tried_and_nobody_answers_more_than_they_were_paged(found: list[Case]) -> None:
    tried = [t for case in found for t in case.told]
    assert sum(n for _, _, n in undelivered(found)) == sum(bool(t.code) for t in tried)
    assert all(0 <= line.answered <= line.paged for line in answers(found))
    assert {r.name for r in by_agency(found)} == {t.agency for t in tried if t.agency}


def test_a_person_paged_twice_for_one_incident_counts_once_by_the_soonest_answer() -> None:
    twice = tuple(Told(1, "Ann", "", "SMS", "", paged, answer) for paged, answer in ((0.0, 40.0), (30.0, 10.0)))
    (line,) = answers([Case(1, 4, 3, 0.0, None, None, twice)])
    assert (line.paged, line.answered, line.median_s) == (1, 1, 10.0)
