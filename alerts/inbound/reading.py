"""What somebody means who answers an SMS: functions of the words alone. Nothing is guessed."""

import re
import unicodedata
from dataclasses import dataclass

TAKE_ON, CANNOT, FALSE_ALERT = "1", "2", "3"
# Twilio's own words: it acts on them itself, whatever we do.
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START = frozenset({"start", "unstop"})
START_IF_STOPPED = frozenset({"yes"})
CODE = re.compile(r"([123])(?:[\s#.,:;/-]+([0-9]{1,9}))?[\s.!]*")
NUMBERED = re.compile(r"#\s*([0-9]{1,9})\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """A code, perhaps with the incident's number."""

    code: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Words:
    """Anything else, perhaps with an incident's number in it: kept as it was said."""

    text: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Stop:
    """No SMS any more."""


@dataclass(frozen=True, slots=True)
class Start:
    """SMS again."""


def read(body: str, *, stopped: bool = False) -> Answer | Words | Stop | Start:
    """Read one SMS.

    Args:
        body: as it came.
        stopped: the person takes no SMS now, so that YES means START, as the network has it.
    """
    text = unicodedata.normalize("NFKC", body).strip()
    word = text.strip(" .!\"'").lower()
    if word in STOP:
        return Stop()
    if word in START or (stopped and word in START_IF_STOPPED):
        return Start()
    code = CODE.fullmatch(text)
    if code:
        return Answer(code[1], int(code[2]) if code[2] else None)
    numbered = NUMBERED.search(text)
    return Words(body.strip(), int(numbered[1]) if numbered else None)
