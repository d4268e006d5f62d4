"""The forms of a page, filled in as a person would who takes what stands there."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"number": "1", "date": "2026-11-30", "time": "10:00", "datetime-local": "2026-11-30T10:00"}


@dataclass
class Form:
    """One form: where it goes, and what each of its fields holds."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """The same for the same form on another page."""
        return self.action, self.method, tuple(sorted(self.fields))


class Forms(HTMLParser):
    """Reads them.

    Attributes:
        found: each form of the page.
    """

    def __init__(self, here: str, html: str) -> None:
        super().__init__()
        self._here, self._select = here, ""
        self._named: dict[str, Form] = {}
        self.found: list[Form] = []
        self._form: Form | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(at.get("action") or self._here, at.get("method", "get").lower())
            self._named[at.get("id", "")] = self._form
            self.found.append(self._form)
        form = self._named[at["form"]] if at.get("form") in self._named else self._form
        if form is None:
            return
        if tag == "option" and self._select and ("selected" in at or not form.fields.get(self._select)):
            form.fields[self._select] = at.get("value", "")
        name = at.get("name", "")
        if not name or name == "csrfmiddlewaretoken":
            return
        if tag == "select":
            self._select = name
        if tag in ("input", "textarea", "select", "button") and ("checked" in at or name not in form.fields):
            instead = TYPED.get(at.get("type", ""), "" if tag in ("select", "button") else "some words")
            form.fields[name] = at.get("value") or instead

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
