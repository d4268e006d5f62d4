"""Days by class, and when a person has to look first: values alone."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.retention.doubts import FEW, LONGEST_PAUSE, MOST_SHARE, Due, doubts
from alerts.retention.rules import RULES, RetentionError, sentence, table, words

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)


def test_what_an_installation_does_not_choose_keeps_its_default() -> None:
    days = table({"clip": "14", "api_call": "never"})
    assert (days["clip"], days["api_call"], days["still"]) == (14, math.inf, 90)
    assert days["audit"] == math.inf
    assert set(days) == {rule.key for rule in RULES}


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"clips": "14"}, 'no class "clips"'),
        ({"audit": "14"}, 'no class "audit"'),
        ({"clip": "soon"}, "no number of days"),
        ({"clip": "0"}, "at least 1"),
        ({"clip": "nan"}, "at least 1"),
        ({"ring": "never"}, "no number of days"),
        ({"ring": "0.001"}, "at least"),
        ({"clip": "1e9"}, "at least"),
    ],
)
def test_days_that_cannot_be_are_refused_with_what_to_write(chosen: dict[str, str], said: str) -> None:
    with pytest.raises(RetentionError, match=said):
        table(chosen)


def test_days_are_said_as_people_say_them() -> None:
    assert [words(d) for d in (5 / 24 / 60, 1 / 24, 0.5, 1, 31, math.inf)] == [
        "5 minutes", "1 hour", "12 hours", "1 day", "31 days", "for ever"
    ]  # fmt: skip
    assert sentence("clip", 90) == "clip of an incident, faces blurred: deleted 90 days after its incident was closed"


def test_nothing_due_asks_nobody_and_a_first_deletion_asks_once() -> None:
    assert doubts(NOW, None, [Due("clip", 0, 50)]) == []
    assert doubts(NOW, None, [Due("clip", 1, 50)]) != []
    assert doubts(NOW, YESTERDAY, [Due("clip", 1, 50)]) == []


@given(st.integers(1, 3650), st.integers(1, 1000))
def test_a_clock_that_was_set_forward_never_deletes_by_itself(days: int, count: int) -> None:
    asks = doubts(NOW + timedelta(days=days), NOW, [Due("clip", count, 10**6)])
    assert bool(asks) == (timedelta(days=days) > LONGEST_PAUSE)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_great_share_never_goes_by_itself(count: int, more: int) -> None:
    asks = doubts(NOW, YESTERDAY, [Due("clip", count, count + more)])
    assert bool(asks) == (count > FEW and count > MOST_SHARE * (count + more))


def test_the_page_of_privacy_holds_the_table() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/privacy.md").read_text()
    for rule in RULES:
        kept = words(rule.days) + ("" if rule.fixed else f" {rule.since}, then {rule.then}")
        assert f"| `{rule.key}` | {rule.what} | {kept} | {rule.why} |" in page
