"""What goes out in words: one segment, plain, with nothing that must not be said."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels import sms, voice
from alerts.models import Incident
from zones.tier import Tier

NEVER = ("suicid", "jump", "kill", "victim", "predict", "threat")


def incident(place: str, number: int = 12) -> Incident:
    return Incident(pk=number, place=place, tier=Tier.CRITICAL, first_frame_at=datetime(2026, 11, 24, 3, 7, tzinfo=UTC))


@given(st.text(max_size=250), st.integers(1, 10_000_000))
def test_an_sms_is_one_segment_and_always_says_how_to_answer(place: str, number: int) -> None:
    text = sms.text(incident(place, number))
    assert len(text) <= 160
    assert set(text) <= sms.GSM7
    assert "Reply 1 take on" in text
    assert text.endswith(f"/i/{number}")


@pytest.mark.parametrize("word", NEVER)
def test_no_message_says_what_must_not_be_said(word: str) -> None:
    at = incident("Demo Bridge, east footway, lamp column 14")
    assert word not in sms.text(at).lower()
    assert word not in voice.script(at, "http://example.org/key").lower()


def test_a_call_is_repeated_and_waits_for_a_key() -> None:
    script = voice.script(incident("Demo Bridge"), "http://example.org/key")
    assert script.count("<Gather") == voice.REPEATS
    assert "Press 1 to take it on" in script
