"""A pack that was touched is refused, whatever was touched, and the file is named."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evidence.manifest import SigningKeyError, fingerprint, new_key, public_of
from alerts.evidence.verify import BadPackError, verify
from tests.alerts.evidence.packs import OTHER, PRIVATE, audit, files, kept, parts, sealed, zipped

PACK = sealed()
PUBLIC = public_of(PRIVATE)
ROOT = Path(__file__).resolve().parents[3]


def refused(folder: Path, pack: bytes, match: str, public: str = PUBLIC) -> BadPackError:
    with pytest.raises(BadPackError, match=match) as found:
        verify(kept(folder, pack), public)
    return found.value


def test_a_pack_as_it_was_made_holds_and_says_what_it_is(tmp_path: Path) -> None:
    found = verify(kept(tmp_path, PACK), PUBLIC)
    assert (found.incident, found.files, found.events, found.made_by) == (7, 6, 3, "sam")
    assert found.key == fingerprint(PUBLIC)


def test_the_same_files_give_the_same_bytes() -> None:
    assert sealed() == PACK
    assert sealed(made_by="olivia") != PACK


@pytest.mark.parametrize("name", sorted(parts(PACK)))
def test_a_careful_forger_who_changes_one_byte_of_a_file_is_found_and_the_file_named(name: str, tmp_path: Path) -> None:
    content = parts(PACK)
    content[name] = content[name][:-1] + bytes([content[name][-1] ^ 1]) if content[name] else b"x"
    said = "manifest.json" if name.startswith("manifest") else name
    assert refused(tmp_path, zipped(content), "altered").file == said


@pytest.mark.parametrize("name", sorted(parts(PACK)))
def test_a_file_that_was_removed_is_missed(name: str, tmp_path: Path) -> None:
    content = parts(PACK)
    del content[name]
    assert refused(tmp_path, zipped(content), "was removed").file == name


def test_a_file_that_was_added_is_found(tmp_path: Path) -> None:
    assert refused(tmp_path, zipped(parts(PACK) | {"a-note.txt": b"x"}), "was added").file == "a-note.txt"


def test_the_first_of_several_altered_files_is_named(tmp_path: Path) -> None:
    content = parts(PACK) | {"statement.html": b"other words", "originals/2.mkv": b"x"}
    assert refused(tmp_path, zipped(content), "altered").file == "originals/2.mkv"


def test_another_key_is_said_to_be_another_key(tmp_path: Path) -> None:
    refused(tmp_path, PACK, "another key", public_of(OTHER))
    refused(tmp_path, sealed(private=OTHER), "another key")
    for wrong in ("", PUBLIC[:-1], PUBLIC.upper() + "G", "/etc/passwd"):
        with pytest.raises(SigningKeyError, match="64 digits"):
            verify(kept(tmp_path, PACK), wrong)


def test_somebody_who_signs_altered_audit_events_with_the_right_key_is_found(tmp_path: Path) -> None:
    def with_audit(changed: object) -> bytes:
        return sealed(files() | {"audit.json": json.dumps(changed).encode()})

    changed = audit()
    changed["events"][1]["actor"] = "somebody else"
    assert refused(tmp_path, with_audit(changed), r"event 3 \(note\) does not fit").file == "audit.json"
    changed = audit()
    del changed["links"][1]
    refused(tmp_path, with_audit(changed), "link 42 of the chain is missing")
    changed = audit()
    changed["links"][1]["hash"] = "0" * 64
    refused(tmp_path, with_audit(changed), "link 43 does not follow")
    changed = audit()
    del changed["links"][-1]
    refused(tmp_path, with_audit(changed), "event 5 has no link")
    changed = audit()
    changed["events"][0]["incident"] = 9
    refused(tmp_path, with_audit(changed), "event 1 is of another incident")
    refused(tmp_path, with_audit([]), "not in the form")


def test_what_is_no_pack_is_said_in_words(tmp_path: Path) -> None:
    refused(tmp_path, b"", "not a zip")
    refused(tmp_path, b"%PDF-1.7 and so on", "not a zip")
    refused(tmp_path, zipped({"holiday.jpg": b"x"}), "not an evidence pack")
    with pytest.raises(BadPackError, match="cannot be read"):
        verify(tmp_path / "nowhere.zip", PUBLIC)


@given(st.integers(1, len(PACK) - 1))
def test_a_pack_that_was_cut_off_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    with pytest.raises(BadPackError, match=r"not whole|not a zip"):
        verify(kept(tmp_path_factory.getbasetemp(), PACK[:length]), PUBLIC)


@pytest.mark.parametrize("name", ["../up.txt", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a\nb", "", "a//b", ".hid"])
def test_a_name_that_leads_out_of_the_folder_is_refused_before_anything_is_read(name: str, tmp_path: Path) -> None:
    refused(tmp_path, zipped(parts(PACK) | {name: b"x"}), "no file of this name; do not unpack it")


def test_a_zip_that_swells_is_refused_unread(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("originals/1.mkv", bytes(50 * 2**20))
    assert len(bomb.getvalue()) < 10**5
    refused(tmp_path, bomb.getvalue(), "compressed.*do not unpack")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as pack:
        for n in range(5_001):
            pack.writestr(f"f{n}", b"")
    refused(tmp_path, many.getvalue(), "lists 5001 files")
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as pack:
        pack.writestr("f", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            pack.writestr("f", b"2")
    refused(tmp_path, twice.getvalue(), "there twice")


def test_files_that_share_their_bytes_are_larger_than_their_zip(tmp_path: Path) -> None:
    two = zipped({"a": bytes(4000), "b": b""})
    directory = two.rindex(b"PK\x01\x02")
    swollen = bytearray(two)
    for at in (20, 24):  # sizes of the second file, in the table of contents
        swollen[directory + at : directory + at + 4] = (4000).to_bytes(4, "little")
    refused(tmp_path, bytes(swollen), "larger than the zip itself")


@given(st.integers(0, len(PACK) - 1), st.integers(1, 255))
def test_whichever_byte_of_a_pack_is_changed_it_is_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: int
) -> None:
    changed = bytearray(PACK)
    changed[at] ^= by
    with pytest.raises(BadPackError):
        verify(kept(tmp_path_factory.getbasetemp(), bytes(changed)), PUBLIC)


def test_no_byte_of_a_pack_is_left_out(tmp_path: Path) -> None:
    for at in range(len(PACK)):
        changed = bytearray(PACK)
        changed[at] ^= 1 << at % 8
        path = kept(tmp_path, bytes(changed))
        with pytest.raises(BadPackError):
            verify(path, PUBLIC)


@given(st.integers(0, len(PACK)), st.binary(min_size=1, max_size=40))
def test_bytes_that_are_slipped_in_anywhere_are_found(
    tmp_path_factory: pytest.TempPathFactory, at: int, more: bytes
) -> None:
    with pytest.raises(BadPackError):
        verify(kept(tmp_path_factory.getbasetemp(), PACK[:at] + more + PACK[at:]), PUBLIC)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )


def test_the_commands_need_no_database_and_no_settings(tmp_path: Path) -> None:
    path = str(kept(tmp_path, PACK))
    good = run("verify_pack", path, "--key", PUBLIC)
    assert good.returncode == 0, good.stderr
    assert "incident #7" in good.stdout
    bad = run("verify_pack", path, "--key", public_of(OTHER))
    assert bad.returncode == 1
    assert "another key" in bad.stderr
    assert "Traceback" not in bad.stderr
    made = run("make_signing_key").stdout
    private = made.split("EVIDENCE_SIGNING_KEY=")[1].split()[0]
    assert public_of(private) in made
    assert private != new_key()
