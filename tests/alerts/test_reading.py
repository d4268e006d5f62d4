"""What an SMS means: codes as people type them, and nothing guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.inbound.reading import Answer, Start, Stop, Words, read


@pytest.mark.parametrize(
    ("body", "answer"),
    [("1", Answer("1", None)), (" 1 ", Answer("1", None)), ("1.", Answer("1", None)), ("1!", Answer("1", None)),
     (" 1 42", Answer("1", 42)), ("1#42", Answer("1", 42)), ("1 #42.", Answer("1", 42)), ("2,42", Answer("2", 42)),
     ("3\n42\n", Answer("3", 42)), ("\uff11 \uff14\uff12", Answer("1", 42)),
     ("1-42", Answer("1", 42)), ("2\u00a042", Answer("2", 42))],
)  # fmt: skip
def test_a_code_is_read_as_people_type_it(body: str, answer: Answer) -> None:
    assert read(body) == answer


@pytest.mark.parametrize(
    "body", ["yes", "ok", "OK!", "1 of us will come", "142", "11", "4", "0", "on my way 1", "1 42 43", "one", "",
             "1 1234567890", "👍", "1 and 2", "please stop the bus", "stop that"]
)  # fmt: skip
def test_nothing_is_guessed(body: str) -> None:
    assert isinstance(read(body), Words)


def test_words_may_name_an_incident() -> None:
    assert read("at the north end #42, two of us") == Words("at the north end #42, two of us", 42)


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "STOPALL", "Unsubscribe", "cancel", "END", "quit"])
def test_the_networks_own_words_end_sms(word: str) -> None:
    assert read(word) == Stop()


def test_start_begins_again_and_yes_only_for_who_had_stopped() -> None:
    assert read("Start") == read("unstop") == Start()
    assert read("yes", stopped=True) == Start()
    assert read("1", stopped=True) == Answer("1", None)


@given(st.text(max_size=300))
def test_any_words_are_read_without_an_error_and_kept_whole(body: str) -> None:
    said = read(body)
    if isinstance(said, Words):
        assert said.text == body.strip()
    if isinstance(said, Answer):
        assert said.code in "123"
