"""What made a concern: version and source of the software, the networks, the profile's values. For evidence packs."""

import functools
import hashlib
import logging
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from welfare.behaviour.profile import Profile
from welfare.watch.networks import POSE, people_network

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("zones", "alerts", "welfare")


def in_force(profile: Profile) -> dict[str, Any]:
    """Everything that a concern of a zone with this profile is made by, with the detector of the settings."""
    return {**_build(), "weights": networks(), "profile": asdict(profile)}


def networks() -> dict[str, str]:
    """SHA-256 by file name of the networks that are run with these settings."""
    people = people_network(settings.DETECTOR["precision"], settings.DETECTOR["providers"])
    return {part.name: part.sha256 for part in (people, POSE)}


@functools.cache
def _build() -> dict[str, str]:
    """Version and source; empty where the files cannot be read, for nothing waits for them."""
    try:
        version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        return {"version": str(version), "source_sha256": source_sha256(ROOT)}
    except OSError as error:
        logger.warning("concerns will not name the software that made them: %s", error)
        return {}


def source_sha256(root: Path) -> str:
    """SHA-256 over every Python file of the product, names and contents in order: it names a build."""
    digest = hashlib.sha256()
    for room in ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
