"""The demo bridge with its people at their browsers, and how a person reads an answer."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from alerts import intake
from alerts.accounts.roles import Role
from alerts.models import Contact, Incident, PartnerLink
from tests.people import give
from tests.stories.conftest import ControlRoom
from tests.twilio_fake.fixture import PUBLIC_URL, TOKEN
from zones import versions
from zones.models import Camera

FAULTS = frozenset(("messages", "fault", "problem", "problems", "errorlist", "errornote", "check"))
VOID = frozenset(("input", "br", "img", "link", "meta", "hr", "source", "wbr", "rect", "polygon", "line", "path"))


class World:
    """Everybody, ready.

    Attributes:
        folder: an empty folder of this case.
    """

    def __init__(self, room: ControlRoom, folder: Path) -> None:
        self.room, self.folder = room, folder
        self.supervisor, self.operator = _browser("supervisor"), _browser("operator")
        User.objects.create_user("zoe")
        give(User.objects.get(username="zoe"), Role.ZONE_ADMIN)
        self.zone_admin, self.stranger = _browser("zoe"), Client(raise_request_exception=False)
        self.drawing = versions.document(Camera.objects.get(pk=1))
        self.same: dict[str, str] = {str(folder): "…"}

    def incident(self) -> Incident:
        """An open incident; its number is another each time, and #12 in the table."""
        incident = self.room.sees()
        self.same |= {f"#{incident.pk}": "#12", f"1 {incident.pk}": "1 12"}
        return incident

    def with_still(self) -> Incident:
        """An open incident with a picture."""
        incident, now = self.incident(), timezone.now()
        path = self.folder / "media" / "stills" / "1.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"a picture")
        intake.attach(incident.pk, "still", Path("stills/1.jpg"), starts_at=now, ends_at=now)
        return incident

    def link(self) -> PartnerLink:
        """A partner's link to an open incident."""
        bea = Contact.objects.get(name__startswith="Bea")
        return PartnerLink.objects.create(contact=bea, incident=self.incident(), token="ForTheTest")

    def file(self, name: str, content: bytes | str) -> Path:
        """A file of this case."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def drawn(self, **changes: Any) -> dict[str, Any]:
        """What is watched now, with the first zone changed."""
        zones = [self.drawing["zones"][0] | changes, *self.drawing["zones"][1:]]
        return self.drawing | {"zones": zones}

    def plain(self, text: str) -> str:
        """Words on one line, without what is another at each run."""
        text = " ".join(text.split())
        for value, instead in self.same.items():
            text = re.sub(re.escape(value) + r"(?!\d)", instead, text)
        return text


def _browser(name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=name))
    return client


class _Faults(HTMLParser):
    """The text of elements that tell of a fault; or of the whole of <main>."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self._whole, self._depth, self._since, self.said = whole, 0, 0, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        self._depth += 1
        classes = set((dict(attrs).get("class") or "").split())
        if not self._since and (tag == "main" if self._whole else classes & FAULTS):
            self._since = self._depth
        elif self._since and tag in ("li", "p", "h1", "form"):
            self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self._since == self._depth:
            self._since = 0
            self.said.append("")
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._since:
            self.said[-1] += data


def said(answer: Any) -> str:
    """The faults that a page shows, in order."""
    return _read(answer, whole=False)


def main_of(answer: Any) -> str:
    """All words of a page's main part."""
    return _read(answer, whole=True)


def _read(answer: Any, *, whole: bool) -> str:
    reader = _Faults(whole=whole)
    reader.feed(answer.content.decode())
    words = (" ".join(part.split()) for part in reader.said)
    return " ".join(dict.fromkeys(word for word in words if word))


def send(client: Client, path: str, value: Any) -> Any:
    """JSON, as the zone editor sends it; a text is sent as it is."""
    body = value if isinstance(value, str | bytes) else json.dumps(value)
    return client.post(path, body, content_type="application/json")


def problems(answer: Any) -> str:
    """What the zone editor shows of an answer."""
    told = answer.json()
    return " ".join(problem["words"] for problem in told["problems"]) if "problems" in told else str(told["fault"])


def detail(answer: Any) -> str:
    """What the API says is wrong."""
    told = answer.json()
    return " ".join([told["detail"], *(f"{fault['where']}: {fault['words']}" for fault in told["errors"])])


def command(*words: str, **options: Any) -> str:
    """What a command says when it refuses."""
    try:
        call_command(*words, **options)
    except CommandError as error:
        return str(error)
    raise AssertionError(f"{words} was not refused")


def by_phone(path: str, form: dict[str, str], token: str = TOKEN) -> Any:
    """A callback that the provider has signed, or somebody who plays it."""
    signature = RequestValidator(token).compute_signature(PUBLIC_URL + path, form)
    return Client(raise_request_exception=False).post(path, form, headers={"x-twilio-signature": signature})


def spoken(answer: Any) -> str:
    """What an SMS in reply says."""
    found = re.search(r"<Message>(.*?)</Message>", answer.content.decode(), re.DOTALL)
    return found[1] if found else ""
