"""The demo's own world, made before Django reads its settings: lock, ports, secrets, PostgreSQL, Valkey.

Everything lives under `.run/demo` (or `.run/once` for `--once`, which starts from nothing each time).
Secrets are made once and kept in `secrets.json` there: a demo that is started again goes on where it was. While it
runs, other commands of manage.py are about it, unless they are told of another installation.
"""

import fcntl
import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from welfare.embedded import EmbeddedPostgres, EmbeddedValkey

BASE_DIR = Path(__file__).resolve().parents[2]
WORLD = "environment.json"  # of the demo that runs, for other commands
SERVICES = ("DATABASE_URL", "REDIS_URL")  # embedded ones, or those that the environment names
_held: list[IO[str]] = []  # the lock is held while this process lives
_services: list[EmbeddedPostgres | EmbeddedValkey] = []


class DemoError(RuntimeError):
    """The demo cannot start; the message says what is in the way and what to do."""


def enter(once: bool) -> None:
    """Make the demo's world and put it into this process's environment.

    Raises:
        DemoError: another demo runs here, or a port is taken.
    """
    run_dir = BASE_DIR / ".run" / ("once" if once else "demo")
    _lock(run_dir)
    (run_dir / WORLD).unlink(missing_ok=True)
    port = _free_port() if once else _port("PORT", 8000)
    twilio_port = _free_port() if once else _port("TWILIO_PORT", 8900)
    if once:
        for stale in ("postgres", "valkey", "media", "recordings"):
            shutil.rmtree(run_dir / stale, ignore_errors=True)
    environment = {
        **_secrets(run_dir / "secrets.json"),
        "HANDRAIL_RUN_DIR": str(run_dir),
        "PORT": str(port),
        "TWILIO_PORT": str(twilio_port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_BASE_URL": f"http://127.0.0.1:{twilio_port}",
        "TWILIO_FROM_NUMBER": "+441632960000",  # from Ofcom's range for drama
        "SECOND_STEP_ROLES": "",  # the printed log-ins work by password alone: this is a demo
        "PYTHONUNBUFFERED": "1",
    }
    os.environ.update(environment)
    os.environ.update(_start_services(run_dir))
    _write(run_dir / WORLD, {name: os.environ[name] for name in (*environment, *SERVICES)})


def join() -> None:
    """Put the demo that runs here into the environment of another command, where nothing else is set up."""
    run_dir = BASE_DIR / ".run" / "demo"
    if (BASE_DIR / ".env").exists() or not (run_dir / WORLD).exists() or not _runs(run_dir):
        return
    os.environ.update(json.loads((run_dir / WORLD).read_text()))
    sys.stderr.write("This is about the demo that runs here: there is no .env, and SECRET_KEY is not set.\n")


def leave() -> None:
    """Stop PostgreSQL and Valkey: what `enter` started and nothing else."""
    while _services:
        _services.pop().stop()


def _lock(run_dir: Path) -> None:
    run_dir.mkdir(parents=True, exist_ok=True)
    lock = (run_dir / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise DemoError(
            f"A demo already runs here (process {holder}). Stop it with Ctrl-C in its terminal, or open its console."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    _held.append(lock)


def _runs(run_dir: Path) -> bool:
    with (run_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _write(file: Path, values: Mapping[str, str]) -> None:
    """Whole or not at all, for its owner's eyes alone."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(values))
    part.rename(file)


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise DemoError(f"{name}={text} is no port. Give a number from 1 to 65535: make demo {name}={default}")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"Port {port} of this machine is taken ({error.strerror}). Choose another: make demo {name}={port + 1}"
            ) from error
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _secrets(file: Path) -> Mapping[str, str]:
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "DEMO_OPERATOR_PASSWORD": f"demo-{secrets.token_hex(4)}",
        "DEMO_SUPERVISOR_PASSWORD": f"demo-{secrets.token_hex(4)}",
        "DEMO_PARTNER_PIN": f"27{secrets.randbelow(10**4):04}",
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
        "EVIDENCE_SIGNING_KEY": secrets.token_hex(32),
        "VAPID_CONTACT": "mailto:demo@handrail.example",
    }
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if made.keys() <= kept.keys():
        return kept
    both = made | kept  # an older demo knew fewer of them
    _write(file, both)
    return both


def _start_services(run_dir: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if "DATABASE_URL" not in os.environ:
        postgres = EmbeddedPostgres(run_dir / "postgres")
        found["DATABASE_URL"] = postgres.start()
        _services.append(postgres)
    if "REDIS_URL" not in os.environ:
        valkey = EmbeddedValkey(run_dir / "valkey")
        found["REDIS_URL"] = valkey.start()
        _services.append(valkey)
    return found


def enter_or_exit(arguments: list[str]) -> None:
    """`enter` for manage.py: a fault is one clear line and exit status 1."""
    if {"-h", "--help"} & set(arguments):
        os.environ.setdefault("SECRET_KEY", "only to print the help")
        return
    try:
        enter(once=any(word.startswith(("--once", "--latency")) for word in arguments))
    except DemoError as error:
        sys.stderr.write(f"Handrail's demo cannot start: {error}\n")
        sys.exit(1)
