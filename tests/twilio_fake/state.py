"""What Twilio would know: messages, calls, phones and faults, on a clock that can be moved."""

import heapq
import itertools
import secrets
import threading
import time
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from twilio.request_validator import RequestValidator

from tests.twilio_fake.rates import Rates, TooManyAtOnceError

Deliver = Callable[[str, dict[str, str], str], str]

MESSAGE_WALK = ((0.2, "sending"), (0.5, "sent"), (1.5, "delivered"))
RINGS_AT_S, ANSWERS_AT_S = 0.5, 4.0
STOP_WORDS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit"}
START_WORDS = {"start", "unstop", "yes"}


@dataclass(slots=True)
class Phone:
    """How a number behaves.

    Attributes:
        sms: `delivered` or an error code.
        voice: how a call ends when no key is pressed: answered, voicemail, no-answer, busy, failed.
        filtered: senders whose messages the carrier drops (30007).
        stopped: its owner has sent STOP, as Twilio keeps it for each pair of numbers; here for all of ours.
    """

    sms: str = "delivered"
    voice: str = "answered"
    filtered: tuple[str, ...] = ()
    stopped: bool = False


@dataclass(slots=True)
class Message:
    """One message, either way."""

    sid: str
    sender: str
    to: str
    body: str
    direction: str
    status: str
    at_s: float
    callback: str = ""
    error_code: int | None = None
    leaves_at_s: float = 0.0


@dataclass(slots=True)
class Call:
    """One call with what was said in it."""

    sid: str
    sender: str
    to: str
    twiml: str
    status: str
    at_s: float
    callback: str = ""
    machine_callback: str = ""
    heard: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    pressed: str = ""


@dataclass(slots=True)
class Fault:
    """What happens to the next request: an HTTP error, or a broken line.

    Attributes:
        status: HTTP status, or 0 for a line fault.
        code: Twilio's error code.
        line: "hang" (accepts, answers too late), "drop_before", "drop_after" (accepts, then breaks the line).
    """

    status: int = 0
    code: int = 0
    line: str = ""


class Account:
    """One Twilio account.

    Args:
        sid: `AC` and 32 hexadecimal digits.
        token: the auth token; signs callbacks.
        callback_base: where inbound messages are posted.
        deliver: posts (address, form, signature) and returns the answer's text.
        rates: how fast it takes and sends; None for as fast as it can.
        now: seconds; `advance` moves on top of it.
    """

    def __init__(
        self,
        sid: str,
        token: str,
        callback_base: str,
        deliver: Deliver,
        now: Callable[[], float] = time.time,
        rates: Rates | None = None,
    ) -> None:
        self.sid, self.token, self.callback_base = sid, token, callback_base.rstrip("/")
        self.deliver, self._now, self._moved_s = deliver, now, 0.0
        self.lock = threading.RLock()
        self.rates = rates
        self.messages: dict[str, Message] = {}
        self.calls: dict[str, Call] = {}
        self.phones: dict[str, Phone] = {}
        self.faults: deque[Fault] = deque()
        self.callbacks = "once"  # once, twice, lost, reordered
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    # --- the clock --------------------------------------------------------------------------------------------
    def now(self) -> float:
        """Seconds since the epoch, as moved."""
        return self._now() + self._moved_s

    def advance(self, seconds: float) -> None:
        """Move the clock and let everything that falls due happen, in order."""
        until = self.now() + seconds
        self._moved_s += seconds
        self._happen(until)

    def tick(self) -> None:
        """Let what is due happen."""
        self._happen(self.now())

    def _happen(self, until: float) -> None:
        while True:
            with self.lock:
                if not self._due or self._due[0][0] > until:
                    return
                _, _, act = heapq.heappop(self._due)
            act()

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        with self.lock:
            heapq.heappush(self._due, (self.now() + seconds, next(self._count), act))

    @contextmanager
    def taking(self) -> Iterator[None]:
        """While one request is answered.

        Raises:
            TooManyAtOnceError: by its rates it takes no more at once.
        """
        if self.rates is None:
            yield
            return
        with self.lock:
            if self.rates.open_requests >= self.rates.requests_at_once:
                raise TooManyAtOnceError
            self.rates.open_requests += 1
        try:
            yield
        finally:
            with self.lock:
                self.rates.open_requests -= 1

    # --- out --------------------------------------------------------------------------------------------------
    def phone(self, number: str) -> Phone:
        """How a number behaves; changed by tests and by the inbox page."""
        return self.phones.setdefault(number, Phone())

    def send(self, to: str, sender: str, body: str, callback: str) -> Message:
        """Take a message on."""
        with self.lock:
            message = Message(new_sid("SM"), sender, to, body, "outbound-api", "queued", self.now(), callback=callback)
            waits = self.rates.wait_s(sender, body, message.at_s) if self.rates else 0.0
            message.leaves_at_s = message.at_s + waits
            self.messages[message.sid] = message
        code = "30007" if sender in self.phone(to).filtered else self.phone(to).sms
        walk = MESSAGE_WALK if code == "delivered" else (*MESSAGE_WALK[:2], (1.5, "undelivered"))
        order = list(walk)
        if self.callbacks == "reordered":
            order = [(at, walk[-1 - i][1]) for i, (at, _) in enumerate(walk)]
        for seconds, status in order:
            self._later(waits + seconds, partial(self._move, message, status, code))
        return message

    def _move(self, message: Message, status: str, code: str) -> None:
        message.status = status
        form = {"MessageSid": message.sid, "SmsSid": message.sid, "MessageStatus": status, "SmsStatus": status}
        if status == "undelivered":
            message.error_code = int(code)
            form["ErrorCode"] = code
        self._tell(message.callback, form | {"To": message.to, "From": message.sender})

    def call(self, to: str, sender: str, twiml: str, callback: str, machine_callback: str = "") -> Call:
        """Take a call on."""
        with self.lock:
            call = Call(new_sid("CA"), sender, to, twiml, "queued", self.now(), callback, machine_callback)
            self.calls[call.sid] = call
        self._later(0.2, lambda: self._ring(call, "initiated"))
        self._later(RINGS_AT_S, lambda: self._ring(call, "ringing"))
        self._later(ANSWERS_AT_S, lambda: self._answer(call))
        return call

    def _ring(self, call: Call, status: str) -> None:
        call.status = "queued" if status == "initiated" else status
        self._tell(call.callback, self._call_form(call) | {"CallStatus": status})

    def _answer(self, call: Call) -> None:
        behaviour = self.phone(call.to).voice
        if behaviour in ("no-answer", "busy", "failed"):
            self._end(call, behaviour)
            return
        call.status = "in-progress"
        self._tell(call.callback, self._call_form(call) | {"CallStatus": "in-progress"})
        if call.machine_callback:
            guess = "machine_start" if behaviour == "voicemail" else "human"
            form = self._call_form(call) | {"AnsweredBy": guess, "MachineDetectionDuration": "1500"}
            self._later(1.5, lambda: self._tell(call.machine_callback, form))
        waits = play(call, call.twiml)
        self._later(2.0 if behaviour == "voicemail" else waits, lambda: self._end(call, "completed"))

    def _end(self, call: Call, status: str) -> None:
        if call.status in ("completed", "no-answer", "busy", "failed"):
            return
        call.status = status
        self._tell(call.callback, self._call_form(call) | {"CallStatus": status, "CallDuration": "5"})

    def _call_form(self, call: Call) -> dict[str, str]:
        return {"CallSid": call.sid, "To": call.to, "From": call.sender, "Direction": "outbound-api"}

    # --- in ---------------------------------------------------------------------------------------------------
    def reply(self, number: str, body: str) -> str:
        """A person types an SMS; returns what came back as text."""
        sent = [m for m in self.messages.values() if m.to == number]
        to = sent[-1].sender if sent else "+441632960000"
        with self.lock:
            message = Message(new_sid("SM"), number, to, body, "inbound", "received", self.now())
            self.messages[message.sid] = message
        phone, word = self.phone(number), body.strip().lower()
        phone.stopped = word in STOP_WORDS or (phone.stopped and word not in START_WORDS)
        form = {"MessageSid": message.sid, "SmsSid": message.sid, "From": number, "To": to, "Body": body}
        answer = self._post(f"{self.callback_base}/twilio/sms", form | {"NumMedia": "0", "NumSegments": "1"})
        words = "".join(ET.fromstring(answer).itertext()) if answer.strip().startswith("<") else ""  # noqa: S314
        if words and not phone.stopped:
            with self.lock:
                back = Message(new_sid("SM"), to, number, words, "outbound-reply", "delivered", self.now())
                self.messages[back.sid] = back
        return words

    def press(self, call_sid: str, digits: str) -> str:
        """A person presses a key in a call; returns what they hear."""
        call = self.calls[call_sid]
        if call.status != "in-progress" or not call.actions:
            return "This call does not wait for a key."
        call.pressed = digits
        answer = self._post(call.actions[0], self._call_form(call) | {"CallStatus": "in-progress", "Digits": digits})
        play(call, answer)
        self._end(call, "completed")
        return call.heard[-1] if call.heard else ""

    # --- callbacks --------------------------------------------------------------------------------------------
    def _tell(self, url: str, form: dict[str, str]) -> None:
        if not url or self.callbacks == "lost":
            return
        for _ in range(2 if self.callbacks == "twice" else 1):
            self._post(url, form)

    def _post(self, url: str, form: dict[str, str]) -> str:
        form = form | {"AccountSid": self.sid, "ApiVersion": "2010-04-01"}
        return self.deliver(url, form, RequestValidator(self.token).compute_signature(url, form))


def play(call: Call, twiml: str) -> float:
    """Run a call's TwiML: what is said is heard, what gathers waits; returns the seconds until it is over."""
    seconds = 0.0
    root = ET.fromstring(twiml)  # noqa: S314 - our own server's answer
    for verb in root:
        if verb.tag == "Gather":
            call.actions.append(verb.get("action", ""))
            call.heard.extend("".join(said.itertext()) for said in verb.iter("Say"))
            seconds += float(verb.get("timeout", "5")) + 2.0
        elif verb.tag == "Say":
            call.heard.append("".join(verb.itertext()))
            seconds += 2.0
        elif verb.tag == "Hangup":
            break
    return seconds


def new_sid(kind: str) -> str:
    """A sid as Twilio writes them."""
    return kind + secrets.token_hex(16)


def plain(account: Account, after: int = 0) -> dict[str, Any]:
    """Everything, as JSON for the control API and the inbox; the messages after the first so many."""
    with account.lock:
        return {
            "messages": [
                {
                    "sid": m.sid,
                    "from": m.sender,
                    "to": m.to,
                    "body": m.body,
                    "status": m.status,
                    "direction": m.direction,
                    "at_s": m.at_s,
                    "leaves_at_s": m.leaves_at_s or m.at_s,
                }
                for m in itertools.islice(account.messages.values(), after, None)
            ],
            "calls": [
                {
                    "sid": c.sid,
                    "from": c.sender,
                    "to": c.to,
                    "status": c.status,
                    "heard": c.heard,
                    "pressed": c.pressed,
                    "at_s": c.at_s,
                }
                for c in account.calls.values()
            ],
        }
