"""The pure core of the escalation: laws that hold for every policy and every order of callbacks."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from alerts.escalation import (
    EVERYONE,
    RANK,
    Position,
    Step,
    after,
    moves_forward,
    step_at,
    steps_of,
)

STEPS = st.lists(st.integers(0, 300).map(lambda wait: Step(wait, ("sms",), rota=1)), min_size=1, max_size=6)


@given(STEPS, st.integers(1, 4))
def test_every_step_is_run_in_each_loop_and_then_the_last_one_for_ever(steps: list[Step], loops: int) -> None:
    position, seen = Position(0, 0), []
    for _ in range(len(steps) * loops + 5):
        seen.append(position)
        position = after(position, steps, loops)
    ran = [(p.loop, p.step) for p in seen[: len(steps) * loops]]
    assert ran == [(loop, step) for loop in range(loops) for step in range(len(steps))]
    assert all(p.step == len(steps) - 1 for p in seen[len(steps) * loops :])
    assert all(a != b for a, b in pairwise(seen)), "a position that repeats would be taken for one that was run"


def test_an_empty_policy_is_everyone_and_never_silence() -> None:
    assert steps_of({}) == (EVERYONE,)
    assert step_at(Position(0, 999), steps_of({"steps": []})) is EVERYONE


@given(st.permutations(list(RANK)))
def test_states_never_go_back_whatever_the_order_of_callbacks(order: list[str]) -> None:
    state, ranks = "queued", []
    for callback in order:
        state = callback if moves_forward(state, callback) else state
        ranks.append(RANK[state])
    assert ranks == sorted(ranks)
    assert state == "cancelled"
