"""Where people were on the pictures of the last minutes: what the blurring of a clip needs, and nothing else.

One JSON line for each analysed frame, one file a minute, beside the ring; boxes only, no appearance.
"""

import json
from collections.abc import Sequence
from pathlib import Path

Box = tuple[float, float, float, float]
MINUTE_S = 60
PREFIX = "people-"


class PeopleLog:
    """Appends for one camera; each line is flushed, so a killed process loses at most the last one.

    Args:
        folder: the camera's ring.
        max_age_s: older files are deleted.
    """

    def __init__(self, folder: Path, *, max_age_s: float = 3600.0) -> None:
        self._folder, self._max_age_s = folder, max_age_s
        self._minute = -1

    def note(self, at_s: float, boxes: Sequence[Box]) -> None:
        """Keep one frame's boxes, x1 y1 x2 y2 in pixels; a disk that is full loses the line, not the watch."""
        line = json.dumps({"t": round(at_s, 3), "boxes": [[round(v, 1) for v in box] for box in boxes]})
        minute = int(at_s // MINUTE_S)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{PREFIX}{minute}.jsonl").open("a") as file:
            file.write(line + "\n")
        if minute != self._minute:
            self._minute = minute
            self._prune(minute)

    def _prune(self, minute: int) -> None:
        for file in self._folder.glob(f"{PREFIX}*.jsonl"):
            if int(file.stem.removeprefix(PREFIX)) < minute - self._max_age_s / MINUTE_S:
                file.unlink(missing_ok=True)


def people_between(folder: Path, start_s: float, end_s: float) -> list[tuple[float, list[Box]]]:
    """(UTC seconds, boxes) of each analysed frame between two times, oldest first."""
    found: list[tuple[float, list[Box]]] = []
    for minute in range(int(start_s // MINUTE_S), int(end_s // MINUTE_S) + 1):
        file = folder / f"{PREFIX}{minute}.jsonl"
        if not file.exists():
            continue
        for text in file.read_text().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue  # cut off when the process was killed
            if start_s <= line["t"] <= end_s:
                found.append((line["t"], [(b[0], b[1], b[2], b[3]) for b in line["boxes"]]))
    return sorted(found, key=lambda entry: entry[0])
