"""Which values of the behaviour's profile a zone may override. `zones` may not import the profile: the watch tells it.

Filled once, when the process starts (`welfare.apps`), so that a wrong name is refused when it is saved.
"""

from collections.abc import Mapping
from typing import Any

_defaults: dict[str, float] = {}


class OverrideError(ValueError):
    """A value that the profile does not have, or that is no number."""


def know(defaults: Mapping[str, float]) -> None:
    """Take the profile's names and default values."""
    _defaults.update(defaults)


def defaults() -> dict[str, float]:
    """Name to default value, in the order of the profile."""
    return dict(_defaults)


def check(overrides: Any) -> dict[str, float]:
    """A zone's overrides, checked.

    Raises:
        OverrideError: names the value and what to do.
    """
    if not isinstance(overrides, dict):
        raise OverrideError('overrides: expected {"name": number}')
    for name, value in overrides.items():
        if _defaults and name not in _defaults:
            raise OverrideError(f'overrides: the profile has no value named "{name}"; choose one of the list')
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise OverrideError(f"overrides: {name} must be a number from 0, not {value!r}")
    return {name: float(value) for name, value in overrides.items()}
