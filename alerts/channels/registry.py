"""The channels by name: which are on, and by which of them a person can be reached."""

from collections.abc import Sequence
from typing import cast

from alerts.channels import email, mqtt, sms, voice, web_push, webhook
from alerts.channels.interface import Channel as Interface
from alerts.channels.interface import Outcome, Refused
from alerts.failover import SWITCHED_OFF
from alerts.models import Attempt, Channel, Contact

CHANNELS: dict[str, Interface] = {
    Channel.SMS: cast(Interface, sms),
    Channel.VOICE: cast(Interface, voice),
    Channel.PUSH: cast(Interface, web_push),
    Channel.EMAIL: cast(Interface, email),
    Channel.WEBHOOK: cast(Interface, webhook),
    Channel.MQTT: cast(Interface, mqtt),
}
TWILIO = (Channel.SMS, Channel.VOICE)


def reaching(contact: Contact, channels: Sequence[str]) -> list[str]:
    """Those of the channels, in their order, that are on and have an address of this person."""
    return [
        name
        for name in channels
        if (name == Channel.CONSOLE and contact.user_id is not None)
        or (name in CHANNELS and not CHANNELS[name].missing() and CHANNELS[name].address(contact))
    ]


def address(contact: Contact, channel: str) -> str:
    """Where a channel reaches a person; empty for the console."""
    return CHANNELS[channel].address(contact) if channel in CHANNELS else ""


def send(attempt: Attempt) -> Outcome:
    """One try by the attempt's channel; one that is switched off is said, and the next goes at once."""
    channel = CHANNELS[attempt.channel]
    off = channel.missing()
    if off:
        return Refused(SWITCHED_OFF, f"switched off: {', '.join(off)} not set")
    return channel.send(attempt)
