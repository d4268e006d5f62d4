"""Every kind of bad input: a message that says what, where and what to do, and nothing lost or changed.

What is put in, and what the person reads word for word, stands in docs/bad-input.md, which says how it is written anew.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input import access, cameras, evidence, incidents, paging, zones
from tests.bad_input.case import CASES, Case, Everything
from tests.bad_input.world import World
from tests.made_by_tests import MadePage
from tests.stories.conftest import ControlRoom, room_without_engine

__all__ = ["access", "cameras", "evidence", "incidents", "paging", "room_without_engine", "zones"]
PAGE = MadePage("bad-input.md")
pytestmark = pytest.mark.usefixtures("quiet_log")
WRITES = bool(os.environ.get("HANDRAIL_WRITE_BAD_INPUT"))
SEEN: dict[tuple[str, str, str], str] = {}


def name_of(case: Case) -> str:
    return f"{case.where}: {case.what}"


@pytest.fixture
def world(room_without_engine: ControlRoom, tmp_path: Path, settings: Any) -> World:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT, settings.RUN_DIR = tmp_path / "media", tmp_path / "run"
    settings.EVIDENCE_SIGNING_KEY = ""
    return World(room_without_engine, tmp_path)


def row(case: Case, message: str) -> str:
    cells = (case.what, case.where, f"“{message}”", case.kept)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_it_is_refused_in_words_and_nothing_is_lost(case: Case, world: World) -> None:
    act = case.prepare(world)
    before = Everything.now(world.folder)
    message = world.plain(act())
    assert before.lost(Everything.now(world.folder), case) == []
    assert case.wrong in message
    assert case.do in message
    SEEN[case.room, case.where, case.what] = row(case, message)
    assert WRITES or row(case, message) in PAGE.text.splitlines(), f"docs/bad-input.md lacks: {row(case, message)}"


def test_the_page_has_these_rows_and_no_others() -> None:
    if WRITES:
        assert len(SEEN) == len(CASES), "not every case was seen: nothing was written"
        parts = []
        for room in dict.fromkeys(case.room for case in CASES):
            rows = [SEEN[c.room, c.where, c.what] for c in CASES if c.room == room]
            parts.append("\n".join([f"## {room}", "", "| what is put in | where | what is read | what is kept |",
                                    "| --- | --- | --- | --- |", *rows]))  # fmt: skip
        PAGE.write(PAGE.with_made(*parts))
        return
    kept = [
        line for line in PAGE.text.splitlines() if line.startswith("| ") and not line.startswith(("| what is", "| ---"))
    ]
    assert len(kept) == len(CASES) == len({(case.where, case.what) for case in CASES}) >= 30
