"""A camera's latest picture for whoever looks at it now: one file a camera, kept no longer than somebody looks.

The console asks by touching a file, the watch answers with the frame that it has decoded anyway, heads blurred and
masks covered. Nothing is written while nobody looks.
"""

import base64
import binascii
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ASKED_S = 6.0  # a page asks each second; after so long without, nobody looks any more


@dataclass(frozen=True, slots=True)
class LivePicture:
    """One picture that may be shown.

    Attributes:
        at_s: UTC seconds of the frame.
        size: width and height of the analysed picture, pixels: the coordinates of `people`.
        jpeg: heads blurred, masks covered.
        people: {box: x1 y1 x2 y2 pixels, joints: as in the people log, or None}.
    """

    at_s: float
    size: tuple[int, int]
    jpeg: bytes = field(repr=False)
    people: Sequence[dict[str, Any]] = ()


class LivePlace:
    """Where one camera's picture is asked for and found.

    Args:
        folder: of all cameras, on a disk that console and watch share; made when it is missing.
        camera_id: which.
    """

    def __init__(self, folder: Path, camera_id: int) -> None:
        self._asked, self._file = folder / f"{camera_id}.asked", folder / f"{camera_id}.json"

    def ask(self) -> None:
        """Somebody looks now."""
        self._asked.parent.mkdir(parents=True, exist_ok=True)
        self._asked.touch()

    def asked(self) -> bool:
        """Whether somebody looks."""
        try:
            return time.time() - self._asked.stat().st_mtime < ASKED_S
        except OSError:
            return False

    def put(self, picture: LivePicture) -> None:
        """Show a picture; it appears whole or not at all.

        Raises:
            OSError: the disk refuses.
        """
        shown = {
            "at_s": picture.at_s,
            "size": picture.size,
            "people": list(picture.people),
            "jpeg": base64.b64encode(picture.jpeg).decode(),
        }
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(shown))
        part.replace(self._file)

    def latest(self) -> LivePicture | None:
        """What was shown last; None where there is nothing, or nothing that can be read."""
        try:
            shown = json.loads(self._file.read_text())
            size = (int(shown["size"][0]), int(shown["size"][1]))
            jpeg = base64.b64decode(shown["jpeg"], validate=True)
            return LivePicture(float(shown["at_s"]), size, jpeg, list(shown["people"]))
        except (OSError, ValueError, KeyError, TypeError, IndexError, binascii.Error):
            return None

    def clear(self) -> None:
        """Nobody looks: the picture goes."""
        self._file.unlink(missing_ok=True)
        self._asked.unlink(missing_ok=True)
