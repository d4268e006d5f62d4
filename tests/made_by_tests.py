"""The part of a page of the docs that a test makes: it holds the page, or writes it anew."""

from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- made by the test: begin -->", "<!-- made by the test: end -->"


@dataclass(frozen=True)
class MadePage:
    """A page of the docs with such a part in it, e.g. `access.md`."""

    name: str

    @property
    def text(self) -> str:
        """The page as it is."""
        return (DOCS / self.name).read_text()

    def with_made(self, *parts: str) -> str:
        """The page with these parts in place of what was made before."""
        before, after = self.text.split(BEGIN)[0], self.text.split(END)[1]
        return before + "\n\n".join([BEGIN, *parts, END]) + after

    def write(self, text: str) -> None:
        """Keep the page."""
        (DOCS / self.name).write_text(text)
