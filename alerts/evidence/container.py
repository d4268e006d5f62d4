"""The zip of a pack: the same files give the same bytes, so that whoever checks one can write it again and compare.

Names in order, nothing compressed (video would not shrink, and nothing can swell), every time that of the incident.
"""

import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import IO

Opener = Callable[[], IO[bytes]]
CHUNK = 2**20
_UNIX, _REGULAR_FILE = 3, 0o100444 << 16
_ZIP_YEARS = (1980, 2107)


def write(out: IO[bytes], members: Mapping[str, Opener], at: datetime) -> None:
    """Write a whole pack.

    Args:
        out: where to; seekable.
        members: what opens each file, by its name in the pack.
        at: the incident's time, with its zone.

    Raises:
        OSError: the disk refuses, or a file cannot be read.
    """
    utc = at.astimezone(UTC)
    year = min(max(utc.year, _ZIP_YEARS[0]), _ZIP_YEARS[1])
    stamp = (year, utc.month, utc.day, utc.hour, utc.minute, utc.second)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, stamp)
            info.create_system, info.external_attr = _UNIX, _REGULAR_FILE
            with members[name]() as content, pack.open(info, "w") as to:
                shutil.copyfileobj(content, to, CHUNK)
