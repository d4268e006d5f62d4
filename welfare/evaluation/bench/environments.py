"""Environments of their own for what a tool or a benchmark needs: nothing of theirs is installed beside Handrail."""

import hashlib
import subprocess
import sys
from pathlib import Path

from django.conf import settings

PEERS = Path(__file__).resolve().parent / "peers"


class PeerError(RuntimeError):
    """A peer could not be installed or run; the message holds what it said."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, made from `peers/PEER.lock` when it is missing or the lock has changed.

    Raises:
        PeerError: it cannot be made, for instance without a package index.
    """
    lock = PEERS / f"{peer}.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    home = Path(settings.RUN_DIR) / "bench" / f"{peer}-{digest}"
    python, ready = home / "bin" / "python", home / "ready"
    if not ready.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
        _run([str(python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(lock)])
        ready.touch()
    return python


def run_peer(peer: str, script: str, *arguments: str) -> str:
    """Run `peers/SCRIPT` in a peer's environment; returns what it printed.

    Raises:
        PeerError: it failed.
    """
    return _run([str(python_of(peer)), str(PEERS / script), *arguments])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(f"{' '.join(command)} failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout
