"""Figures for the public: nothing small is told, and nothing from which it could be worked out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from alerts.transparency.counts import LEAST, TIERS, Check, before, by_month, published, rounded
from alerts.transparency.risks import ALWAYS, Facts, risks

LONDON = ZoneInfo("Europe/London")
MARCH = datetime(2027, 3, 10, tzinfo=UTC)


def check(at: datetime = MARCH, tier: str = "critical", *, needless: bool = False, taken: float | None = 30) -> Check:
    return Check(at, tier, needless, taken, 3)


@given(st.lists(st.builds(check, tier=st.sampled_from(TIERS), needless=st.booleans()), max_size=40))
def test_no_number_under_five_is_ever_published(checks: list[Check]) -> None:
    (month,) = by_month(checks, ["2027-03"], LONDON)
    for count in (*month.by_tier, month.needless, month.messages):
        assert count is None or count >= LEAST
    assert (month.median_s is None) == (len(checks) < LEAST)
    for tier, count in zip(TIERS, month.by_tier, strict=True):
        true = sum(c.tier == tier for c in checks)
        assert count == (true if true >= LEAST else None)


def test_none_and_a_few_look_the_same() -> None:
    assert [published(n) for n in (0, 1, 4, 5)] == [None, None, None, 5]


def test_a_time_is_told_as_coarse_as_anybody_needs_it() -> None:
    assert [rounded(s) for s in (0.4, 14, 16, 119, 150, 271)] == [10, 10, 20, 120, 120, 300]


def test_only_months_that_are_over_are_told_by_the_clock_of_the_place() -> None:
    assert before(datetime(2027, 1, 31, 23, 30, tzinfo=UTC), LONDON, 3) == ["2026-12", "2026-11", "2026-10"]
    assert before(datetime(2027, 5, 31, 23, 30, tzinfo=UTC), LONDON, 2) == ["2027-05", "2027-04"]  # June in London
    late = datetime(2027, 3, 31, 23, 30, tzinfo=UTC)  # already the 1st of April there
    assert [m.by_tier[-1] for m in by_month([check(late)] * 5, ["2027-04", "2027-03"], LONDON)] == [5, None]
    assert by_month([check(MARCH - timedelta(days=400))] * 9, ["2027-03"], LONDON)[0].by_tier == (None,) * 3


GOOD = Facts(
    debug=False, https=True, any_host=False, credential_keys=True, database_elsewhere=True, database_encrypted=True,
    mail_open=False, mqtt_open=False, deadman=True, signing_key=True, metrics_token=True, operator=True, contact=True,
    lawful_basis=True, kept_for_ever=(), retention_waits=False, retention_age_days=0, cameras=2,
    cameras_without_masks=(), cameras_open=(), people_who_see=5, administrators=2, tokens_of_all_sites=(),
    unproven_numbers=0, partners_without_pin=0,
)  # fmt: skip
BAD = Facts(
    debug=True, https=False, any_host=True, credential_keys=False, database_elsewhere=True, database_encrypted=False,
    mail_open=True, mqtt_open=True, deadman=False, signing_key=False, metrics_token=False, operator=False,
    contact=False, lawful_basis=False, kept_for_ever=("clip",), retention_waits=True, retention_age_days=9, cameras=2,
    cameras_without_masks=("East",), cameras_open=("East",), people_who_see=5, administrators=9,
    tokens_of_all_sites=("dispatch",), unproven_numbers=1, partners_without_pin=1,
)  # fmt: skip


def test_every_risk_says_what_to_do_and_the_grave_ones_come_first() -> None:
    assert risks(GOOD) == list(ALWAYS)
    found = risks(BAD)
    assert len(found) == len(ALWAYS) + 20
    assert all(risk.words and risk.do for risk in found)
    graves = [risk.grave for risk in found]
    assert graves == sorted(graves, reverse=True)
    assert any("DEBUG is on" in risk.words for risk in found)
    assert any("clip" in risk.words and "RETENTION_DAYS" in risk.do for risk in found)
