"""What follows a failed try, code by code, and laws that hold for every chain of failures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.failover import (
    ANOTHER_ACCOUNT,
    ANOTHER_SENDER,
    HANDSET,
    LATER_S,
    NEVER_SMS_AGAIN,
    RETRY_S,
    SOON_S,
    Next,
    Route,
    Tried,
    again,
    failure_state,
    following,
)

FIRST, SECOND, OTHER = Route(1, "+441"), Route(1, "+442"), Route(2, "+449")
ALL = ["push", "sms", "voice", "email"]
CODES = sorted(HANDSET | NEVER_SMS_AGAIN | ANOTHER_SENDER | ANOTHER_ACCOUNT | {"", "500", "503", "404", "30002", "off"})


def after(code: str, *, routes: tuple[Route, ...] = (FIRST,), channel: str = "sms") -> list[Next]:
    failed = Tried(channel, FIRST, code)
    return following(failed, [failed], ["sms", "voice", "email"], routes)


@pytest.mark.parametrize("code", ["30003", "30008"])
def test_a_handset_that_is_off_is_called_now_and_texted_later(code: str) -> None:
    assert after(code) == [Next("voice"), Next("sms", delay_s=LATER_S, new_round=True)]
    failed = Tried("sms", FIRST, code)
    assert following(failed, [failed], ALL, [FIRST])[0].channel == "voice"


@pytest.mark.parametrize("code", ["30004", "30005", "30006", "21211", "21610", "21612"])
def test_a_number_that_takes_no_sms_is_reached_another_way(code: str) -> None:
    assert after(code, routes=(FIRST, SECOND, OTHER)) == [Next("voice")]
    assert failure_state(code) == "failed_permanent"


def test_what_one_of_our_numbers_cannot_do_another_one_may() -> None:
    assert after("30007", routes=(FIRST, OTHER, SECOND)) == [Next("sms", 1, "+442")]
    assert after("30007", routes=(FIRST, OTHER)) == [Next("sms", 2, "+449")]
    assert after("30007") == [Next("voice")]


@pytest.mark.parametrize("code", ["30001", "20003", "20429", "429", "500", "503", "unreachable"])
def test_what_one_account_cannot_do_the_other_does_or_the_next_channel(code: str) -> None:
    assert after(code, routes=(FIRST, SECOND, OTHER)) == [Next("sms", 2, "+449")]
    assert after(code, routes=(FIRST, SECOND)) == [Next("voice")]
    assert failure_state(code) == "failed_temporary"


def test_an_answer_that_never_came_leads_to_the_next_channel_by_the_other_account() -> None:
    assert after("", routes=(FIRST, OTHER)) == [Next("voice", account=2)]


def test_when_all_failed_they_start_again_after_a_pause_but_at_once_if_one_may_not_have_gone_out() -> None:
    failed = [Tried("sms", FIRST, "30007"), Tried("voice", FIRST, "failed")]
    assert following(failed[1], failed, ["sms", "voice"], [FIRST]) == []
    assert again(failed, ["sms", "voice"], [FIRST]) == Next("sms", delay_s=RETRY_S, new_round=True)
    unknown = [Tried("sms", FIRST, ""), Tried("voice", FIRST, "failed")]
    assert again(unknown, ["sms", "voice"], [FIRST, OTHER]) == Next("sms", 2, delay_s=0, new_round=True)
    assert again(failed, [], [FIRST]) is None


@pytest.mark.parametrize("code", ["20429", "503", "unreachable"])
def test_what_is_urgent_and_held_up_by_the_provider_goes_again_soon(code: str) -> None:
    failed = [Tried("sms", FIRST, code)]
    assert again(failed, ["sms"], [FIRST], soon=True) == Next("sms", delay_s=SOON_S, new_round=True)
    assert again(failed, ["sms"], [FIRST]) == Next("sms", delay_s=RETRY_S, new_round=True)
    nobody_answered = [Tried("voice", FIRST, "failed")]
    assert again(nobody_answered, ["voice"], [FIRST], soon=True) == Next("voice", delay_s=RETRY_S, new_round=True)


@given(
    st.lists(st.sampled_from(ALL), unique=True, min_size=1),
    st.lists(st.sampled_from([FIRST, SECOND, OTHER]), unique=True, min_size=1),
    st.lists(st.sampled_from(CODES), min_size=40, max_size=40),
)
def test_whatever_fails_each_channel_has_its_turn_and_a_round_ends(
    channels: list[str], routes: list[Route], codes: list[str]
) -> None:
    tried: list[Tried] = []
    now = Next(channels[0], routes[0].account)
    for code in codes:
        number = now.number or next((r.number for r in routes if r.account == now.account), "")
        failed = Tried(now.channel, Route(now.account, number), code)
        tried.append(failed)
        nexts = following(failed, tried, channels, routes)
        assert len(nexts) <= 2
        at_once = [one for one in nexts if not one.new_round]
        assert all((one.channel, one.account, one.number) != (t.channel, t.route.account, t.route.number)
                   for one in at_once for t in tried)  # fmt: skip
        if not at_once:
            break
        now = at_once[0]
    else:
        pytest.fail("the round never ended")
    assert {t.channel for t in tried} == set(channels)
