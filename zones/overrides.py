"""Which values of the behaviour's profile a zone may override. `zones` may not import the profile: the watch tells it.

Filled once, when the process starts (`welfare.apps`), so that a wrong name is refused when it is saved.
"""

from collections.abc import Callable, Mapping
from typing import Any

Judge = Callable[[Mapping[str, object]], object]

_defaults: dict[str, float] = {}
_judges: list[Judge] = []


class OverrideError(ValueError):
    """A value that the profile does not have, that is no number, or that is out of its bounds."""


def know(defaults: Mapping[str, float], judge: Judge) -> None:
    """Take the profile's names and default values, and what judges overrides: it raises ValueError with the reason."""
    _defaults.update(defaults)
    _judges[:] = [judge]


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
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise OverrideError(f"overrides: {name} must be a number, not {value!r}")
    for judge in _judges:
        try:
            judge(overrides)
        except ValueError as error:
            raise OverrideError(f"overrides: {str(error).removeprefix('profile: ')}") from error
    return dict(overrides)
