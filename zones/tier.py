"""The four tiers of a welfare concern: the one scale that the watch, the alerts and people share."""

from enum import IntEnum


class Tier(IntEnum):
    """How soon a person must look. Higher is sooner; the order is the meaning."""

    NOTICE = 1
    CONCERN = 2
    URGENT = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The tier as it is written in files and messages: `notice` … `critical`."""
        return self.name.lower()
