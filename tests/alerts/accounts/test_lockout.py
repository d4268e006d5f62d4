"""Who has to wait: nobody can lock another out, and guessing is slow from everywhere."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.accounts.lockout import OF_BROWSER, OF_NAME, OF_NAME_AND_ADDRESS, WINDOW, Failure, wait

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
FAILURES = st.lists(
    st.builds(
        Failure,
        name=st.sampled_from(["olivia", "sam"]),
        address=st.sampled_from(["10.0.0.1", "10.0.0.2"]),
        browser=st.sampled_from(["", "theirs"]),
        at=st.timedeltas(timedelta(), 2 * WINDOW).map(lambda ago: NOW - ago),
    ),
    max_size=120,
)


@given(FAILURES)
def test_a_known_browser_is_never_held_by_what_others_do(failures: list[Failure]) -> None:
    assert not wait(failures, "olivia", "10.0.0.1", "at her desk", NOW)


@given(FAILURES)
def test_a_wait_is_never_longer_than_the_window_and_ends(failures: list[Failure]) -> None:
    left = wait(failures, "olivia", "10.0.0.1", "", NOW)
    assert timedelta() <= left <= WINDOW
    assert not wait(failures, "olivia", "10.0.0.1", "", NOW + left)


@given(FAILURES, st.data())
def test_one_failure_more_never_shortens_a_wait(failures: list[Failure], data: st.DataObject) -> None:
    more = data.draw(FAILURES)
    before = wait(failures, "olivia", "10.0.0.1", "", NOW)
    assert wait([*failures, *more], "olivia", "10.0.0.1", "", NOW) >= before


def test_strangers_are_held_by_name_and_address_then_by_name_from_everywhere() -> None:
    def tries(n: int, address: str, browser: str = "") -> list[Failure]:
        return [Failure("olivia", address, browser, NOW - timedelta(minutes=5))] * n

    assert not wait(tries(OF_NAME_AND_ADDRESS - 1, "10.0.0.9"), "olivia", "10.0.0.9", "", NOW)
    held = tries(OF_NAME_AND_ADDRESS, "10.0.0.9")
    assert wait(held, "olivia", "10.0.0.9", "", NOW) == timedelta(minutes=10)
    assert not wait(held, "olivia", "10.0.0.1", "", NOW)
    everywhere = [f for i in range(OF_NAME) for f in tries(1, f"10.0.1.{i}")]
    assert wait(everywhere, "olivia", "10.0.0.1", "", NOW)
    assert wait(tries(OF_BROWSER, "10.0.0.1", "desk"), "olivia", "10.0.0.1", "desk", NOW)
