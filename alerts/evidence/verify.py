"""Is an evidence pack what was signed? Needs the file and the public key, and nothing else.

Trusts nothing: names, sizes and places come from a file that anybody may have written. What passes is byte for byte
what Handrail writes: after signature, files and audit links the zip is written again from its parts and compared.
"""

import hashlib
import json
import re
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from alerts.evidence import container, links
from alerts.evidence.manifest import FORMAT, MANIFEST, SIGNATURE, fingerprint, signed

AUDIT = "audit.json"
MOST_FILES = 5_000
MOST_TEXT_BYTES = 64 * 2**20  # what is read whole: the manifest and the audit events
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
# Whatever the standard library raises over a zip that somebody has bent.
_BENT = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
    struct.error,
)


class BadPackError(ValueError):
    """A pack that is not what was signed; says which file and what is wrong with it."""

    def __init__(self, file: str, words: str) -> None:
        super().__init__(f"{file}: {words}" if file else words)
        self.file = file


@dataclass(frozen=True, slots=True)
class Verified:
    """What a pack that holds says of itself."""

    incident: int
    made_at: str
    made_by: str
    files: int
    events: int
    key: str


def verify(path: Path, public: str) -> Verified:
    """Check a whole pack.

    Args:
        path: the zip.
        public: the public key that it must be signed with, 64 hex digits.

    Raises:
        BadPackError: it does not hold; the first file that does not is named.
        SigningKeyError: the key is no key.
    """
    ours = fingerprint(public)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadPackError("", f"{path} cannot be read: {error.strerror}") from error
    with stream:
        pack = _opened(stream)
        infos = _members(pack, path.stat().st_size)
        manifest = _manifest(pack, infos, public, ours)
        _check_files(pack, infos, manifest["files"])
        events = _check_audit(pack, infos, manifest)
        _check_container(pack, stream, sorted(infos), manifest)
        return Verified(
            incident=manifest["incident"],
            made_at=str(manifest.get("made_at", "")),
            made_by=str(manifest.get("made_by", "")),
            files=len(infos),
            events=events,
            key=ours,
        )


def _opened(stream: IO[bytes]) -> zipfile.ZipFile:
    begins = stream.read(4)
    stream.seek(0)
    try:
        return zipfile.ZipFile(stream)
    except _BENT as error:
        if begins == b"PK\x03\x04":
            raise BadPackError(
                "", "the end of the zip is missing or damaged: the file is not whole; ask for it again"
            ) from error
        raise BadPackError("", "this is not a zip file; ask for it again") from error


def _members(pack: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The files by name, with names and sizes that can be true."""
    infos = pack.infolist()
    if len(infos) > MOST_FILES:
        raise BadPackError("", f"the zip lists {len(infos)} files; a pack holds at most {MOST_FILES}")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if NAME.fullmatch(name) is None:
            raise BadPackError(ascii(name), "a pack holds no file of this name; do not unpack it")
        if name in found:
            raise BadPackError(name, "it is there twice")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise BadPackError(name, "it is compressed, which nothing in a pack is; do not unpack it")
        found[name] = info
    if sum(info.compress_size for info in infos) > size:
        raise BadPackError("", "the files in the zip are larger than the zip itself; do not unpack it")
    return found


def _manifest(pack: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], public: str, ours: str) -> dict[str, Any]:
    content, signature = _text(pack, infos, MANIFEST), _text(pack, infos, SIGNATURE)
    try:
        manifest: Any = json.loads(content)
        theirs = manifest["key"]
    except (ValueError, TypeError, KeyError, RecursionError):
        manifest, theirs = None, ours
    if not signed(content, signature, public):
        if theirs != ours:
            raise BadPackError(
                MANIFEST, f"it names another key ({str(theirs)[:16]}…) than the one that you gave ({ours[:16]}…)"
            )
        raise BadPackError(MANIFEST, f"it was altered, or {SIGNATURE} was: the signature does not fit")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadPackError(MANIFEST, "it is signed, but not an evidence pack of a kind that is known here")
    return manifest


def _check_files(
    pack: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], listed: Mapping[str, Mapping[str, Any]]
) -> None:
    for name in sorted({*listed, *infos} - {MANIFEST, SIGNATURE}):
        if name not in infos:
            raise BadPackError(name, "it was removed from the pack")
        if name not in listed:
            raise BadPackError(name, "it was added to the pack: the manifest does not list it")
        if infos[name].file_size != listed[name]["bytes"] or _sha256(pack, name) != listed[name]["sha256"]:
            raise BadPackError(name, "it was altered: its SHA-256 is not the one in the manifest")


def _check_audit(pack: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], manifest: Mapping[str, Any]) -> int:
    """How many events of the audit the pack holds, once their links fit."""
    try:
        audit = json.loads(_text(pack, infos, AUDIT))
        strangers = [event["number"] for event in audit["events"] if event["incident"] != manifest["incident"]]
        fault = links.fault(audit["events"], audit["links"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadPackError(AUDIT, "it is not in the form of an audit") from error
    if strangers:
        raise BadPackError(AUDIT, f"event {strangers[0]} is of another incident")
    if fault:
        raise BadPackError(AUDIT, f"{fault}: the database had been changed before the pack was made")
    return len(audit["events"])


def _check_container(pack: zipfile.ZipFile, stream: IO[bytes], names: list[str], manifest: Mapping[str, Any]) -> None:
    """What lies between the files: it may hold nothing but what the zip needs."""
    with tempfile.TemporaryFile() as again:
        try:
            at = datetime.fromisoformat(manifest["first_frame_at"])
            container.write(again, {name: partial(pack.open, name) for name in names}, at)
        except OSError as error:
            raise BadPackError(
                "", f"the pack cannot be compared: {error.strerror} (in the folder for temporary files)"
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise BadPackError(MANIFEST, "it does not say when the incident began") from error
        again.seek(0)
        stream.seek(0)
        offset = _first_difference(stream, again)
    if offset is not None:
        before = [
            i.filename for i in sorted(pack.infolist(), key=lambda i: i.header_offset) if i.header_offset <= offset
        ]
        inside = before[-1] if before and offset < pack.start_dir else ""
        raise BadPackError(inside, f"the zip was altered around its files, at byte {offset}")


def _first_difference(one: IO[bytes], other: IO[bytes]) -> int | None:
    offset = 0
    while True:
        a, b = one.read(container.CHUNK), other.read(container.CHUNK)
        if a != b:
            same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            return offset + same
        if not a:
            return None
        offset += len(a)


def _text(pack: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    if name not in infos:
        raise BadPackError(name, "it was removed from the pack, or this is not an evidence pack")
    if infos[name].file_size > MOST_TEXT_BYTES:
        raise BadPackError(name, f"it is larger than {MOST_TEXT_BYTES >> 20} MiB")
    try:
        return pack.read(name)
    except _BENT as error:
        raise BadPackError(name, "it was altered: the zip says so itself") from error


def _sha256(pack: zipfile.ZipFile, name: str) -> str:
    try:
        with pack.open(name) as content:
            return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    except _BENT as error:
        raise BadPackError(name, "it was altered: the zip says so itself") from error
