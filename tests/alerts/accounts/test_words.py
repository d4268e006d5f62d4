"""The house's words in place of django-allauth's and Django's: compiled as they are written, and of use still."""

import gettext
import re
from pathlib import Path

import allauth
import django

FOLDER = Path(__file__).resolve().parents[3] / "locale" / "en_GB" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?((?:msgstr(?:\[\d\])? ".*"\n?)+)', re.MULTILINE)
STRING = re.compile(r'"(.*)"$', re.MULTILINE)
THEIRS = (Path(allauth.__file__).parent, Path(django.__file__).parent / "contrib" / "auth")


def plain(text: str) -> str:
    return text.replace('\\"', '"')


def entries() -> list[tuple[str, str, list[str]]]:
    """Each of theirs, its plural or nothing, and ours."""
    found = ENTRY.findall((FOLDER / "django.po").read_text())
    return [(plain(one), plain(many), [plain(each) for each in STRING.findall(ours)]) for one, many, ours in found]


def test_the_words_are_compiled_as_they_are_written() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert len(entries()) > 60
    for one, many, ours in entries():
        told = [compiled.ngettext(one, many, n) for n in (1, 2)] if many else [compiled.gettext(one)]
        assert told == ours, "compile the words anew: the command stands at the top of django.po"


def test_every_word_that_is_replaced_is_still_said() -> None:
    files = [path for root in THEIRS for kind in ("*.py", "*.html", "*.txt") for path in root.rglob(kind)]
    said = "".join(path.read_text() for path in files)
    said = re.sub(r"\{\{ ?(\w+) ?\}\}", r"%(\1)s", said)
    assert [one for one, _, _ in entries() if one not in said.replace('\\"', '"')] == []
