"""What a field may hold, refused when it is saved."""

import re
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from alerts.rotas.hours import HoursError, parse

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def valid_hours(words: str) -> None:
    """Hours that can be read."""
    try:
        parse(words)
    except HoursError as error:
        raise ValidationError(str(error)) from error


def valid_time_zone(name: str) -> None:
    """A time zone that this machine knows."""
    if name not in available_timezones():
        raise ValidationError(f'"{name}" is no time zone; write for example Europe/London')


def valid_number(number: str) -> None:
    """A telephone number as providers write it (E.164): replies are matched to people by it, letter for letter."""
    if not E164.fullmatch(number):
        raise ValidationError(
            f'"{number}" cannot be called: write + and the country, then digits without spaces, like +447700900123.'
        )


def valid_channels(value: Any) -> None:
    """A list of channel names that exist, each once."""
    from alerts.models.policy import Channel

    known = ", ".join(Channel.values)
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise ValidationError(f'Write the channels as a list, in order: ["sms", "voice"]. There are: {known}.')
    for name in value:
        if name not in Channel.values:
            raise ValidationError(f'There is no channel "{name}". There are: {known}.')
    if len(set(value)) < len(value):
        raise ValidationError("A channel stands in the list twice.")
