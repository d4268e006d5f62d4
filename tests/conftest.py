"""Fixtures that every room shares."""

from tests.twilio_fake.fixture import second_account, twilio_fake

__all__ = ["second_account", "twilio_fake"]
