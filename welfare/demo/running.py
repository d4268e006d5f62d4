"""Start the demo's parts under honcho: the processes of the Procfile and the Twilio fake beside them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer

BASE_DIR = Path(__file__).resolve().parents[2]
COPIES = {"engine": 2}  # two engines at once, as in production: either may die


class StoryPrinter(Printer):
    """Everything goes to the log; the lines of the process `story` also go to the terminal."""

    def __init__(self, log: TextIO) -> None:
        super().__init__(log)

    def write(self, message: Message) -> None:
        """Write one line of one process."""
        super().write(message)
        if message.name == "story":
            text = message.data if isinstance(message.data, str) else message.data.decode()
            sys.stdout.write(text)
            sys.stdout.flush()


def commands(story: str = "") -> dict[str, str]:
    """The shell command of each process by its name."""
    found: dict[str, str] = {}
    for name, command in parse_procfile((BASE_DIR / "Procfile").read_text()).processes.items():
        copies = COPIES.get(name, 1)
        found |= {(f"{name}.{n + 1}" if copies > 1 else name): command for n in range(copies)}
    found["twilio"] = (
        "python -m tests.twilio_fake --port $TWILIO_PORT --callback-base $PUBLIC_URL "
        "--account-sid $TWILIO_ACCOUNT_SID --auth-token $TWILIO_AUTH_TOKEN"
    )
    if story:
        found["story"] = f"python -m {story}"
    return found


def run(story: str = "", log: TextIO | None = None) -> int:
    """Run all until Ctrl-C, or until the story ends; return the exit status.

    Args:
        story: a module to run beside them; all stop when it ends.
        log: where every process's lines go; None for the terminal.
    """
    manager = Manager(StoryPrinter(log) if log else Printer(sys.stdout))
    environment: Mapping[str, str] = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    for name, command in commands(story).items():
        manager.add_process(name, f"exec {command}", env=dict(environment), cwd=str(BASE_DIR))
    manager.loop()
    return int(manager.returncode or 0)
