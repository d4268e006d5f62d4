"""Fixtures that every room shares."""

from tests.twilio_fake.fixture import twilio_fake

__all__ = ["twilio_fake"]
