"""Concerns of a zone outside its hours: held back, and raised when its hours begin while the person is still there."""

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from zoneinfo import available_timezones

from welfare.behaviour.events import ConcernRaised
from zones import hours
from zones.hours import Range

logger = logging.getLogger(__name__)


class WatchedHours:
    """What is due to be told now.

    Args:
        ranges: by zone name; a zone that is missing is watched always.
        time_zone: the site's, an IANA name.
    """

    def __init__(self, ranges: Mapping[str, tuple[Range, ...]], time_zone: str) -> None:
        if time_zone not in available_timezones():
            logger.error("the time zone %r is not known: every zone of the site is watched always", time_zone)
            ranges = {}
        self._ranges, self._time_zone = ranges, time_zone
        self._held: dict[str, ConcernRaised] = {}

    def due(self, at_s: float, raised: Iterable[ConcernRaised], stays: Collection[str]) -> list[ConcernRaised]:
        """The concerns to report in this frame.

        Args:
            at_s: UTC seconds of the frame.
            raised: in this frame.
            stays: ids of the stays that go on; a stay that ended outside the hours is told to nobody.
        """
        for concern in raised:
            before = self._held.get(concern.episode)
            if before is None or concern.tier >= before.tier:
                self._held[concern.episode] = concern
        due = [c for c in self._held.values() if self._watched(c.zone, at_s)]
        told = {concern.episode for concern in due}
        self._held = {e: c for e, c in self._held.items() if e not in told and e in stays}
        return due

    def untold(self, at_s: float, stays: Mapping[str, Any]) -> dict[str, Any]:
        """Stays that another worker left, as they are taken over: what it held back may be raised again."""
        return {
            zone: [stay if self._watched(zone, at_s) else {**stay, "reported": None} for stay in people]
            for zone, people in stays.items()
        }

    def _watched(self, zone: str, at_s: float) -> bool:
        return hours.watched_at(self._ranges.get(zone, ()), at_s, self._time_zone)
