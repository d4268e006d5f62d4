"""Heads of the audit chain kept outside the database: without them nobody would notice a tail that was cut off.

Each engine appends the newest head to its own file, on its own disk; the dead-man ping carries the same line outside.
"""

from datetime import UTC, datetime
from pathlib import Path

from alerts.audit import GENESIS, Head


def line(head: Head | None) -> str:
    """A head as one line of text: `audit SEQUENCE HASH`."""
    return f"audit {head.sequence} {head.hash}" if head else "audit 0"


def keep(file: Path, head: Head) -> None:
    """Append a head to a file of anchors."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as out:
        out.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line(head)}\n")


def kept(file: Path) -> list[Head]:
    """The heads of a file; a line that was half written when the machine stopped is passed over."""
    if not file.exists():
        return []
    lines = (text.split() for text in file.read_text().splitlines())
    whole = (words for words in lines if len(words) == 4 and words[2].isdecimal() and len(words[3]) == len(GENESIS))
    return [Head(int(sequence), digest) for _, _, sequence, digest in whole]
