"""What stands on every console alike is asked for once, and is never older than a second."""

import asyncio
import threading
import time
from collections.abc import Iterator
from itertools import count

import pytest

from alerts.console import presence
from alerts.console.live import LISTENER
from alerts.console.shared import FOR_S, Shared


@pytest.fixture
def two_consoles() -> Iterator[None]:
    pages = {asyncio.Event(): presence.opened(1, None) for _ in range(2)}
    LISTENER._waiting.update(pages)
    yield
    for event in pages:
        del LISTENER._waiting[event]


def test_twenty_consoles_that_ask_at_once_are_one_question(two_consoles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.console.shared.FOR_S", 600.0)  # however slow this machine is
    monkeypatch.setattr("alerts.console.shared.PATIENCE_S", 600.0)
    asked = count(1)
    shared = Shared(lambda: next(asked))
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(shared())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {1}
    assert next(asked) == 2


def test_after_a_second_it_is_asked_again(two_consoles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = count(1)
    shared = Shared(lambda: next(asked))
    shared()
    later = time.monotonic() + FOR_S + 0.5
    monkeypatch.setattr("time.monotonic", lambda: later)
    assert shared() == 2


def test_nobody_waits_long_behind_one_who_waits_for_the_database(
    two_consoles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.console.shared.PATIENCE_S", 0.01)
    shared = Shared(lambda: "asked")
    with shared._lock:  # somebody asks, and no answer comes
        assert shared() == "asked"


def test_one_console_alone_always_asks() -> None:
    asked = count(1)
    shared = Shared(lambda: next(asked))
    assert (shared(), shared()) == (1, 2)
