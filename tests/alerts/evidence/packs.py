"""A small pack made by hand, and zips that somebody has bent."""

import io
import json
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from alerts.evidence import container, links, sealing
from alerts.evidence.container import Opener

PRIVATE = "11" * 32
OTHER = "22" * 32
AT = datetime(2026, 3, 1, 22, 10, 31, tzinfo=UTC)
ABOUT = {"incident": 7, "first_frame_at": AT.isoformat(), "made_at": "2026-03-02T09:00:00+00:00", "made_by": "sam"}


def audit(actions: tuple[str, ...] = ("opened", "note", "closed")) -> dict[str, Any]:
    """A stretch of a chain: events of incident 7, and between each two of them one of another incident."""
    events: list[dict[str, Any]] = []
    chain: list[dict[str, Any]] = []
    previous = "0" * 64
    for number in range(1, 2 * len(actions)):
        own = number % 2 == 1
        action = actions[number // 2] if own else "elsewhere"
        event = {"number": number, "at_s": AT.timestamp() + number, "actor": "sam", "action": action,
                 "incident": 7 if own else 8, "detail": {"n": number}}  # fmt: skip
        link = {"sequence": number + 40, "event": number, "previous_hash": previous}
        link["hash"] = previous = links.digest(previous, number + 40, event)
        chain.append(link)
        events += [event] if own else []
    return {"events": events, "links": chain}


def files() -> dict[str, bytes]:
    """What the small pack holds."""
    return {
        "audit.json": json.dumps(audit()).encode(),
        "originals/1.mkv": bytes(range(256)) * 3,
        "originals/2.mkv": b"",
        "statement.html": b"<p>calm words</p>",
    }


def openers(content: dict[str, bytes]) -> dict[str, Opener]:
    return {name: partial(io.BytesIO, data) for name, data in content.items()}


def sealed(content: dict[str, bytes] | None = None, private: str = PRIVATE, **about: Any) -> bytes:
    """A signed pack's bytes."""
    out = io.BytesIO()
    sealing.seal(out, openers(files() if content is None else content), ABOUT | about, private)
    return out.getvalue()


def parts(pack: bytes) -> dict[str, bytes]:
    """The files of a pack, manifest and signature with them."""
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    """A well-formed zip as Handrail would write it, whatever is in it: what a careful forger makes."""
    out = io.BytesIO()
    container.write(out, openers(content), AT)
    return out.getvalue()


def kept(folder: Path, pack: bytes) -> Path:
    path = folder / "pack.zip"
    path.write_bytes(pack)
    return path
