import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from welfare.demo import environment


def test_a_taken_port_is_named_with_another_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(environment.DemoError, match=f"Port {port} .* make demo PORT={port + 1}"):
            environment._port("PORT", 8000)


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(environment.DemoError, match="is no port"):
        environment._port("PORT", 8000)


HOLD = "import sys; from pathlib import Path; from welfare.demo import environment as e; \
e._lock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"


def test_a_second_demo_is_refused_and_a_lock_left_by_a_killed_one_is_not_in_the_way(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=environment.BASE_DIR,
    )
    assert first.stdin is not None
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(environment.DemoError, match=f"already runs here .process {first.pid}"):
        environment._lock(tmp_path)
    first.kill()
    first.wait()
    first.stdin.close()
    first.stdout.close()
    environment._lock(tmp_path)
    environment._held.pop().close()


def test_another_command_is_about_the_demo_that_runs_unless_something_else_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = tmp_path / ".run" / "demo"
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    monkeypatch.delenv("HANDRAIL_DEMO_TEST", raising=False)
    environment.join()  # no demo was ever here
    environment._lock(run_dir)
    environment._write(run_dir / environment.WORLD, {"HANDRAIL_DEMO_TEST": "its database"})
    (tmp_path / ".env").touch()
    environment.join()
    assert "HANDRAIL_DEMO_TEST" not in os.environ
    (tmp_path / ".env").unlink()
    environment.join()
    assert os.environ.pop("HANDRAIL_DEMO_TEST") == "its database"
    assert "about the demo that runs here" in capsys.readouterr().err
    environment._held.pop().close()
    environment.join()  # it has ended
    assert "HANDRAIL_DEMO_TEST" not in os.environ


def test_the_world_of_a_demo_names_the_database_that_it_was_given(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from welfare.demo import environment as e; \
e.BASE_DIR = Path(sys.argv[1]); e.enter(once=False)"
    given = {"DATABASE_URL": "postgres://elsewhere/handrail", "REDIS_URL": "redis://elsewhere"}
    ports = {name: str(environment._free_port()) for name in ("PORT", "TWILIO_PORT")}
    subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        env={**os.environ, **given, **ports},
        cwd=environment.BASE_DIR,
        check=True,
    )
    file = tmp_path / ".run" / "demo" / environment.WORLD
    assert (given | ports).items() <= json.loads(file.read_text()).items()
    assert file.stat().st_mode & 0o077 == 0


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    made = environment._secrets(file)
    assert environment._secrets(file) == made == json.loads(file.read_text())
    assert file.stat().st_mode & 0o077 == 0
    assert made["TWILIO_ACCOUNT_SID"].startswith("AC")


def test_the_demo_of_a_taken_port_says_so_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        program = "from pathlib import Path; from welfare.demo import environment as e; \
e.BASE_DIR = Path(__import__('sys').argv[1]); e.enter_or_exit([])"
        done = subprocess.run(
            [sys.executable, "-c", program, tmp_path],
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
            cwd=environment.BASE_DIR,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Handrail's demo cannot start: Port {port} ")
    assert len(done.stderr.splitlines()) == 1
