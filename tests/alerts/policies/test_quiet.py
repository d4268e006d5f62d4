"""What may wait, as laws: nothing from urgent upwards, nothing for longer than a day, nothing into quiet hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from alerts.policies.checks import Draft, Person, missing, problems
from alerts.policies.quiet import LONGEST_HOLD, held_until
from alerts.rotas.hours import ALWAYS, parse
from zones.tier import Tier

LONDON = ZoneInfo("Europe/London")
HOURS = ("daily 23:00-06:00", "sat,sun 00:00-24:00", "daily 00:00-24:00", "mon-fri 01:30-02:00; daily 02:00-05:30")
hours = st.sampled_from(HOURS).map(parse)
first, last = (datetime.fromisoformat(day) for day in ("2026-01-01", "2027-01-01"))
moments = st.datetimes(first, last, timezones=st.just(UTC))


@given(hours, st.sampled_from([Tier.URGENT, Tier.CRITICAL]), moments)
def test_urgent_and_critical_never_wait(quiet: object, tier: Tier, at: datetime) -> None:
    assert held_until(quiet, tier, at, LONDON) is None  # type: ignore[arg-type]


@given(st.sampled_from(HOURS), moments)
def test_a_concern_waits_in_quiet_hours_alone_until_they_end_and_a_day_at_most(words: str, at: datetime) -> None:
    quiet = parse(words)
    until = held_until(quiet, Tier.CONCERN, at, LONDON)
    assert (until is not None) == quiet.includes(at, LONDON)
    if until is not None:
        assert at < until <= at + LONGEST_HOLD
        assert until == at + LONGEST_HOLD or not quiet.includes(until, LONDON)


def test_no_hours_are_no_quiet_hours() -> None:
    assert held_until(ALWAYS, Tier.CONCERN, datetime(2026, 1, 1, tzinfo=UTC), LONDON) is None


def test_a_whole_policy_has_no_problem_and_each_lack_is_named() -> None:
    reached = Draft(("Desk",), (Person("Ann", ("sms",)),), 30)
    assert problems(Tier.CRITICAL, [reached]) == []
    nobody = Draft(("Desk",), (Person("Ann", (), "has no number"), Person("Bob", (), "is switched off")), 30)
    assert problems(Tier.CONCERN, [reached, nobody]) == [
        "Step 2 (Desk) reaches nobody. Ann: has no number; Bob: is switched off."
    ]
    assert problems(Tier.CONCERN, [Draft(("Desk",), (), 30)]) == ["Step 1 reaches nobody: there is nobody in Desk."]
    assert missing([Tier.CONCERN, Tier.CRITICAL]) == [Tier.URGENT]
