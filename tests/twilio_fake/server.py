"""The fake over HTTP: Twilio's API, the control API under /_fake/, and the inbox page at /."""

import base64
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.twilio_fake import api, inbox
from tests.twilio_fake.rates import TooManyAtOnceError
from tests.twilio_fake.state import Account, Fault, Phone, plain

RESOURCE = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/(Messages|Calls)(?:/((?:SM|MM|CA)[0-9a-f]{32}))?\.json")
HANG_S = 8.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to Twilio's API as it came."""

    method: str
    path: str
    body: str
    content_type: str


class Server(ThreadingHTTPServer):
    """Serves one account on loopback; `port` 0 takes a free one."""

    daemon_threads = True

    def __init__(self, account: Account, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.account = account
        self.hang_s = HANG_S
        self.asked: deque[Asked] = deque(maxlen=1000)  # the demo's runs for days
        self.stopping = threading.Event()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = -1  # head and body in one packet: in two, the second waits 40 ms for the other side's word on the first
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the tests and the demo's log have enough to say."""

    def do_GET(self) -> None:
        """Fetch a resource, a list, the state, or the inbox."""
        path = urlsplit(self.path)
        if path.path == "/":
            self._send(200, inbox.page(self.server.account), "text/html; charset=utf-8")
        elif path.path == "/_fake/state":
            after = int(parse_qs(path.query).get("after", ["0"])[0])
            self._json(200, plain(self.server.account, after))
        elif path.path == "/favicon.ico":
            self._send(204, "", "image/x-icon")
        else:
            self.server.asked.append(Asked("GET", self.path, "", ""))
            self._api(lambda: self._fetched(path.path, parse_qs(path.query)))

    def do_POST(self) -> None:
        """Create a message or a call, or act as a person."""
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode()
        path = urlsplit(self.path).path
        if path.startswith("/_fake/"):
            self._control(path.removeprefix("/_fake/"), text)
            return
        self.server.asked.append(Asked("POST", self.path, text, self.headers.get("Content-Type", "")))
        self._api(lambda: self._created(path, parse_qs(text, keep_blank_values=True)))

    # --- Twilio's API -----------------------------------------------------------------------------------------
    def _api(self, act: Any) -> None:
        account = self.server.account
        wanted = "Basic " + base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()
        try:
            if self.headers.get("Authorization") != wanted:
                raise api.error(20003)
            with account.taking():
                status, body = act()
        except api.ApiError as error:
            self._json(error.status, error.body)
        except TooManyAtOnceError:
            too_many = api.error(20429)
            self._json(too_many.status, too_many.body)
        except ConnectionAbortedError:
            self.close_connection = True
        else:
            self._json(status, body)

    def _created(self, path: str, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        account = self.server.account
        kind, sid = self._resource(path)
        if sid:
            return 200, self._one(kind, sid)
        with account.lock:
            fault = account.faults.popleft() if account.faults else Fault()
        if fault.status:
            raise api.error(fault.code, fault.status)
        if fault.line == "drop_before":
            raise ConnectionAbortedError
        made = (api.create_message if kind == "Messages" else api.create_call)(account, form)
        if fault.line == "hang":
            self.server.stopping.wait(self.server.hang_s)
        if fault.line:
            raise ConnectionAbortedError
        return 201, made

    def _fetched(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        kind, sid = self._resource(path)
        if sid:
            return 200, self._one(kind, sid)
        account = self.server.account
        with account.lock:
            if kind == "Messages":
                found = [api.message_json(account, m) for m in account.messages.values()]
            else:
                found = [api.call_json(account, c) for c in account.calls.values()]
        found = [one for one in reversed(found) if query.get("To", [one["to"]])[0] == one["to"]]
        size = min(int(query.get("PageSize", ["50"])[0]), 1000)
        listed = {
            "end": max(len(found[:size]) - 1, 0),
            "first_page_uri": f"{path}?PageSize={size}&Page=0",
            "next_page_uri": None,
            "page": 0,
            "page_size": size,
            "previous_page_uri": None,
            "start": 0,
            "uri": f"{path}?PageSize={size}&Page=0",
        }
        return 200, listed | {kind.lower(): found[:size]}

    def _resource(self, path: str) -> tuple[str, str]:
        match = RESOURCE.fullmatch(path)
        if match is None or match[1] != self.server.account.sid:
            raise api.error(20404)
        return match[2], match[3] or ""

    def _one(self, kind: str, sid: str) -> dict[str, Any]:
        account = self.server.account
        if kind == "Messages" and sid in account.messages:
            return api.message_json(account, account.messages[sid])
        if kind == "Calls" and sid in account.calls:
            return api.call_json(account, account.calls[sid])
        raise api.error(20404)

    # --- the control API --------------------------------------------------------------------------------------
    def _control(self, act: str, text: str) -> None:
        account = self.server.account
        form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        asked = {k: v[0] for k, v in parse_qs(text).items()} if form else json.loads(text or "{}")
        try:
            if act == "reply":
                said = account.reply(asked["from"], asked["body"])
            elif act == "key":
                said = account.press(asked["call_sid"], asked["digits"])
            elif act == "phone":
                account.phones[asked["number"]] = Phone(asked.get("sms", "delivered"), asked.get("voice", "answered"))
                said = "done"
            elif act == "fail":
                account.faults.append(
                    Fault(int(asked.get("status", 0)), int(asked.get("code", 0)), asked.get("line", ""))
                )
                said = "done"
            else:
                self._json(404, {"error": f"there is no control {act}"})
                return
        except (KeyError, ValueError) as error:
            self._json(400, {"error": f"missing or wrong: {error}"})
            return
        if form:  # the inbox page's own forms come back to it
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._json(200, {"answer": said})

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body), "application/json")

    def _send(self, status: int, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def post(url: str, form: dict[str, str], signature: str) -> str:
    """Deliver a callback over HTTP; an address that does not answer is left alone, as Twilio does after its retries."""
    request = urllib.request.Request(  # noqa: S310 - the address is our own server's
        url, urlencode(form).encode(), {"X-Twilio-Signature": signature}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError):
        return ""


def tick_for_ever(server: Server) -> None:
    """Let statuses walk by themselves."""
    while not server.stopping.is_set():
        server.account.tick()
        time.sleep(0.1)
