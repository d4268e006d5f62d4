"""Stays by tier and what that is a day: cumulative from the highest tier down, with the exact Poisson interval."""

import pytest

from welfare.calibration.tier_rates import tier_rates
from zones.tier import Tier


def test_a_tier_is_counted_once_and_its_rate_holds_what_is_higher() -> None:
    found = tier_rates({Tier.CRITICAL: 1, Tier.CONCERN: 9}, days=10)
    assert [(rate.tier, rate.counted) for rate in found] == [
        ("critical", 1), ("urgent", 0), ("concern", 9), ("notice", 0)
    ]  # fmt: skip
    # Garwood's interval for 1 is 0.0253 to 5.572, for 10 it is 4.795 to 18.39; in ten days a tenth of it.
    assert [rate.a_day for rate in found] == [
        "0.1 (0.00 to 0.6)", "0.1 (0.00 to 0.6)", "1.0 (0.5 to 1.8)", "1.0 (0.5 to 1.8)"
    ]  # fmt: skip


def test_nothing_seen_is_no_proof_that_nothing_comes() -> None:
    assert tier_rates({}, days=1)[-1].a_day == "0 (0 to 3.7)"


@pytest.mark.parametrize("days", [0.0, -1.0])
def test_what_was_never_watched_has_no_rate(days: float) -> None:
    assert {rate.a_day for rate in tier_rates({}, days)} == {"unknown"}
