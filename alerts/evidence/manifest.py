"""What is in a pack, and the signature over it: pure functions of bytes and keys.

A manifest is JSON: `format`, `incident`, `first_frame_at`, `made_at`, `made_by`, `key` (fingerprint of the public key)
and `files`: {name: {sha256, bytes}}. Its signature (Ed25519, RFC 8032) over these very bytes lies beside it in hex.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "handrail-evidence-pack/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_KEY = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(rb"[0-9a-f]{128}\n")


class SigningKeyError(ValueError):
    """A key that is no key."""


def new_key() -> str:
    """A new private key: 32 random bytes in hex."""
    return secrets.token_hex(32)


def public_of(private: str) -> str:
    """The public key of a private one, 64 hex digits.

    Raises:
        SigningKeyError: the private key is not 64 hex digits.
    """
    return _private(private).public_key().public_bytes_raw().hex()


def fingerprint(public: str) -> str:
    """What a public key is known by: SHA-256 of its 32 bytes, hex.

    Raises:
        SigningKeyError: not 64 hex digits.
    """
    return hashlib.sha256(_bytes(public)).hexdigest()


def text(about: Mapping[str, Any], files: Mapping[str, tuple[str, int]], public: str) -> bytes:
    """The manifest's bytes.

    Args:
        about: incident, first_frame_at (ISO 8601), made_at, made_by and whatever else is to be signed.
        files: SHA-256 and size in bytes by name.
        public: the signer's public key.
    """
    listed = {name: {"sha256": sha256, "bytes": size} for name, (sha256, size) in files.items()}
    content = {**about, "format": FORMAT, "key": fingerprint(public), "files": listed}
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def sign(manifest: bytes, private: str) -> bytes:
    """The content of the signature's file.

    Raises:
        SigningKeyError: the private key is not 64 hex digits.
    """
    return _private(private).sign(manifest).hex().encode() + b"\n"


def signed(manifest: bytes, signature: bytes, public: str) -> bool:
    """Whether the holder of the key signed these very bytes.

    Raises:
        SigningKeyError: the public key is not 64 hex digits.
    """
    if _SIGNATURE.fullmatch(signature) is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public)).verify(bytes.fromhex(signature.decode()), manifest)
    except InvalidSignature:
        return False
    return True


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_bytes(key))


def _bytes(key: str) -> bytes:
    if _KEY.fullmatch(key) is None:
        raise SigningKeyError("a signing key is 64 digits of 0-9 and a-f: see manage.py make_signing_key")
    return bytes.fromhex(key)
