"""People in metres from a file: gzip CSV, `person,t_s,x_m,y_m`, no person's times falling."""

import csv
import gzip
import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

COLUMNS = ("person", "t_s", "x_m", "y_m")


class PeopleFileError(ValueError):
    """The file is not of this form; the message says which file, which line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Place:
    """One person at one moment, metres on the ground."""

    person: str
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """Everybody in one recording.

    Attributes:
        name: of the file.
        frames: time in seconds, and who was where; times rise.
        people: how many there are.
        person_s: seconds that people were followed, all together.
    """

    name: str
    frames: tuple[tuple[float, tuple[Place, ...]], ...]
    people: int
    person_s: float

    @property
    def span_s(self) -> float:
        """Seconds from the first row to the last: how long the camera looked."""
        return self.frames[-1][0] - self.frames[0][0]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read and check a file, gzip or plain CSV by its name.

        Raises:
            PeopleFileError: cannot be read, a column is missing, a value is no number, a person's times fall.
        """
        try:
            with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as lines:
                rows = list(csv.DictReader(lines))
        except FileNotFoundError as error:
            raise PeopleFileError(f"{path}: there is no such file") from error
        except gzip.BadGzipFile as error:
            raise PeopleFileError(f"{path} is not gzip: compress it, or name it .csv") from error
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise PeopleFileError(f"{path} cannot be read: {error}") from error
        if not rows:
            raise PeopleFileError(f"{path} has no rows")
        missing = [name for name in COLUMNS if name not in rows[0]]
        if missing:
            raise PeopleFileError(f"{path} has no column {', '.join(missing)}: its columns must be {','.join(COLUMNS)}")
        return cls._of(path, rows)

    @classmethod
    def _of(cls, path: Path, rows: list[dict[str, str]]) -> Self:
        frames: dict[float, list[Place]] = defaultdict(list)
        times: dict[str, list[float]] = defaultdict(list)
        for n, row in enumerate(rows, start=2):
            t_s, x_m, y_m = (_number(path, n, name, row[name]) for name in COLUMNS[1:])
            person = (row["person"] or "").strip()
            if not person:
                raise PeopleFileError(f"{path}, line {n}: the person is missing")
            if times[person] and t_s == times[person][-1]:
                continue  # twice in one frame: the first counts
            if times[person] and t_s < times[person][-1]:
                raise PeopleFileError(
                    f"{path}, line {n}: person {person} is at {t_s:g} s after {times[person][-1]:g} s; "
                    "sort each person's rows by time"
                )
            times[person].append(t_s)
            frames[t_s].append(Place(person, x_m, y_m))
        followed = sum(b - a for stamps in times.values() for a, b in pairwise(stamps))
        return cls(path.name, tuple((t, tuple(frames[t])) for t in sorted(frames)), len(times), followed)


def _number(path: Path, line: int, name: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PeopleFileError(f"{path}, line {line}: {name} is {text!r}, not a number")
    return value
