"""Is this machine able to run Handrail? Run by the system's Python before anything is installed.

Only the standard library: `python3.11 welfare/demo/preflight.py` prints each thing that is missing with the
command that mends it, and exits 1; prints nothing and exits 0 where all is there.
"""

import ctypes
import importlib.util
import os
import shutil
import sys
from pathlib import Path

NEEDED_FREE_MB = 4_000  # environment 1.9 GB, node modules, database, recordings
SYSTEM_LIBRARIES = {"libEGL.so.1": "libegl1", "libGLESv2.so.2": "libgles2"}


def _missing_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return True
    return False


def faults(folder: Path) -> list[str]:
    """Everything that stands in the way, each with its remedy, in plain words."""
    found: list[str] = []
    if sys.version_info[:2] != (3, 11):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        found.append(
            f"Python 3.11 is needed, this is {version} ({sys.executable}).\n"
            "    On Debian 12: sudo apt-get install python3.11 python3.11-venv\n"
            "    Elsewhere: make demo PYTHON=/path/to/python3.11"
        )
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        found.append("Python cannot make environments here.\n    sudo apt-get install python3.11-venv")
    packages = [package for name, package in SYSTEM_LIBRARIES.items() if _missing_library(name)]
    if sys.platform == "linux" and packages:
        found.append(
            f"The pose network needs system libraries that are missing ({', '.join(packages)}).\n"
            f"    sudo apt-get install {' '.join(packages)}"
        )
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < NEEDED_FREE_MB and not (folder / ".venv" / ".runtime").exists():
        found.append(f"{folder} has {free_mb} MB free, {NEEDED_FREE_MB} MB are needed.\n    Free some room.")
    if not os.access(folder, os.W_OK):
        found.append(f"{folder} cannot be written.\n    Clone the repository into a folder of your own.")
    return found


def main() -> int:
    """Print the faults; 0 when there are none."""
    found = faults(Path(__file__).resolve().parents[2])
    for fault in found:
        sys.stderr.write(f"Handrail cannot start yet: {fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
