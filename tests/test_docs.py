"""What the documents promise is there: every setting is explained, every file they name exists."""

import re
from pathlib import Path

from welfare.behaviour import tables

BASE_DIR = Path(__file__).resolve().parents[1]


def test_every_setting_that_the_environment_can_give_is_documented() -> None:
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", (BASE_DIR / "welfare/settings.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z0-9_]+)`", (BASE_DIR / "docs/settings.md").read_text(), re.MULTILINE))
    assert read == documented


def test_every_file_that_a_document_links_to_exists() -> None:
    missing = [
        f"{document.relative_to(BASE_DIR)} -> {target}"
        for document in [*BASE_DIR.glob("*.md"), *BASE_DIR.glob("docs/**/*.md")]
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert missing == []


def test_the_locks_pin_by_hash_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        text = (BASE_DIR / name).read_text()
        assert "http" not in re.sub(r"\b(aiohttp|httpx|httpcore|http-\w+)\b|\"(url|funding)\".*", "", text), name
    pins = re.findall(r"^\S+==\S+(.*)$", (BASE_DIR / "requirements.lock").read_text(), re.MULTILINE)
    assert pins
    assert all(pin.endswith("\\") for pin in pins)


def test_the_tables_of_cues_and_values_are_those_of_the_profile() -> None:
    assert tables.filled(tables.PAGE.read_text()) == tables.PAGE.read_text()
