"""A pack out of its files: hashed, listed, signed and written. Pure but for the files that it reads."""

import hashlib
import io
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import IO, Any

from alerts.evidence import container
from alerts.evidence.container import Opener
from alerts.evidence.manifest import MANIFEST, SIGNATURE, public_of, sign, text


def seal(out: IO[bytes], members: Mapping[str, Opener], about: Mapping[str, Any], private: str) -> str:
    """Write a signed pack; returns the SHA-256 of its manifest.

    Args:
        out: where to; seekable.
        members: what opens each file, by its name in the pack.
        about: what the manifest says beside the files, with `first_frame_at` in ISO 8601.
        private: the signing key.

    Raises:
        OSError: the disk refuses, or a file cannot be read.
        SigningKeyError: the key is no key.
    """
    manifest = text(about, {name: _measured(opener) for name, opener in members.items()}, public_of(private))
    everything: dict[str, Opener] = dict(members)
    everything[MANIFEST] = partial(io.BytesIO, manifest)
    everything[SIGNATURE] = partial(io.BytesIO, sign(manifest, private))
    container.write(out, everything, datetime.fromisoformat(about["first_frame_at"]))
    return hashlib.sha256(manifest).hexdigest()


def _measured(opener: Opener) -> tuple[str, int]:
    with opener() as content:
        digest = hashlib.file_digest(content, "sha256")  # type: ignore[arg-type]
        return digest.hexdigest(), content.seek(0, io.SEEK_END)
