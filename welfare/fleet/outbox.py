"""Concerns on their way to the database: a file each, on disk before anything else happens.

A concern is written and synced here first, reported next, and its file removed last. Whatever dies in between, the
next run on this machine reports it again; intake knows the stay and makes no second incident of it.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from alerts.intake import Concern
from zones.tier import Tier

SUFFIX = ".concern.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A concern that waits, and the still that will belong to it (below MEDIA_ROOT)."""

    file: Path
    concern: Concern
    still: str


class Outbox:
    """The waiting concerns of one camera.

    Args:
        folder: the camera's own; made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, concern: Concern, still: str) -> Entry:
        """Keep a concern so that even a power cut does not lose it.

        Raises:
            OSError: the disk refuses; the caller still holds the concern and reports it from memory.
        """
        file = self._folder / f"{time.time_ns()}{SUFFIX}"
        part = file.with_suffix(".part")
        with part.open("w") as out:
            out.write(json.dumps({"concern": _plain(concern), "still": still}))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        return Entry(file, concern, still)

    def waiting(self) -> list[Entry]:
        """Everything not yet reported, oldest first; a file that cannot be read is put aside and named."""
        found = []
        for file in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                content = json.loads(file.read_text())
                found.append(Entry(file, _concern(content["concern"]), content["still"]))
            except (OSError, ValueError, KeyError, TypeError):
                self.put_aside(file)
        return found

    @staticmethod
    def done(entry: Entry) -> None:
        """It is in the database."""
        entry.file.unlink(missing_ok=True)

    @staticmethod
    def aside_of(file: Path) -> Path:
        """The name under which a file is not tried again."""
        return file.with_name(f"{file.name}.refused")

    @classmethod
    def put_aside(cls, file: Path) -> Path:
        """Keep a file that can never be reported, under a name that is not tried again."""
        aside = cls.aside_of(file)
        if file.exists():
            file.replace(aside)
        return aside


def _plain(concern: Concern) -> dict[str, Any]:
    return asdict(concern) | {
        "episode": str(concern.episode),
        "frame_at": concern.frame_at.timestamp(),
        "tier": int(concern.tier),
    }


def _concern(plain: dict[str, Any]) -> Concern:
    return Concern(
        **plain
        | {
            "episode": UUID(plain["episode"]),
            "frame_at": datetime.fromtimestamp(plain["frame_at"], UTC),
            "tier": Tier(plain["tier"]),
            "reasons": tuple(plain["reasons"]),
            "box_px": tuple(plain["box_px"]),
        }
    )
