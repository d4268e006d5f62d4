"""How long from an incident's commit until it stands in an open console, with many consoles open: real Chromium.

The consoles are pages of one browser on this machine, each with its own live stream, so their clock is ours. What is
taken is the moment at which the incident's line is in the page's document.
"""

import os
import shutil
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from tqdm import tqdm

from alerts import intake
from welfare.evaluation.bench import victims
from welfare.evaluation.bench.world import WorldError
from welfare.evaluation.sandbox import Sandbox
from zones.tier import Tier

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PATIENCE_S = 30.0
STAMP = """
(() => {
  const seen = (window.seen = {});
  const look = () => {
    for (const link of document.querySelectorAll("a[id^=incident-]")) seen[link.id.slice(9)] ??= Date.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """Seconds from commit to shown.

    Attributes:
        first_s: in the quickest console, one value an incident.
        last_s: in the slowest.
        all_s: in every console.
    """

    consoles: int
    first_s: list[float]
    last_s: list[float]
    all_s: list[float]


def measure(sandbox: Sandbox, incidents: int, consoles: int) -> Shown:
    """Open the consoles, report incidents one after the other, and look when each page shows each of them.

    Each is closed after it was shown, as in a control room where few are open.

    Args:
        sandbox: the world it runs in, with the demo's site.
        incidents: how many.
        consoles: how many pages.

    Raises:
        WorldError: there is no Chromium, or an incident was not shown in half a minute.
    """
    with _server(sandbox) as address, _pages(address, consoles) as pages:
        first, last, everywhere = [], [], []
        for _ in tqdm(range(incidents), unit="incident", leave=False):
            number, committed = _report()
            times = [_shown_at(page, number) - committed for page in pages]
            first.append(min(times))
            last.append(max(times))
            everywhere += times
            _close()
        return Shown(consoles, first, last, everywhere)


@contextmanager
def _server(sandbox: Sandbox) -> Iterator[str]:
    port = os.environ["PORT"]
    words = ("-m", "uvicorn", "welfare.asgi:application", "--port", port, "--no-access-log", "--log-level", "warning",
             "--timeout-graceful-shutdown", "1")  # fmt: skip
    with victims.running([words], sandbox.folder / "processes.log", lambda: _answers(int(port))):
        yield os.environ["PUBLIC_URL"]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _pages(address: str, consoles: int) -> Iterator[list[Any]]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise WorldError("the bench drives a browser: install playwright from requirements-dev.lock") from None
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise WorldError("the bench needs Chromium: sudo apt-get install chromium")
    session = _session()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop running in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        pages = []
        for _ in range(consoles):
            context = browser.new_context(base_url=address)  # a console of its own: no connection is shared
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            page = context.new_page()
            page.add_init_script(STAMP)
            page.goto("/")
            pages.append(page)
        time.sleep(1.0)
        yield pages
        browser.close()


def _session() -> str:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    return client.cookies["sessionid"].value


def _report() -> tuple[int, float]:
    """An incident's number and the time, UTC seconds, at which it was committed."""
    reason = {"cue": "stay", "words": "stayed", "value": 75.0, "unit": "s", "confidence": 1.0, "weight_nats": 1.0}
    box, at = (0.0, 0.0, 50.0, 150.0), datetime.now(UTC)
    reported = intake.report(intake.Concern(1, 1, uuid.uuid4(), Tier.CRITICAL, 5.0, False, False, at, (reason,), box))
    if reported is None:
        raise WorldError("the demo's zone is silent: nothing can be measured")
    return reported.incident_id, time.time()


def _shown_at(page: Any, number: int) -> float:
    """UTC seconds."""
    page.wait_for_selector(f"#incident-{number}", state="attached", timeout=1000 * PATIENCE_S)
    return float(page.evaluate(f"window.seen['{number}']")) / 1000


def _close() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_incident SET state = 'resolved', outcome = 'benign', next_action_at = NULL, "
            "resolved_at = now() WHERE state <> 'resolved'"
        )
    time.sleep(0.7)  # the consoles have shown that it is over


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank."""
    ordered = sorted(values)
    return ordered[min(max(-(-int(share * 1000) * len(ordered) // 1000) - 1, 0), len(ordered) - 1)]


def table(shown: Shown) -> list[str]:
    """As lines of text."""
    head = f"{'from commit to shown, s':34} {'n':>6} {'p50':>7} {'p99':>7} {'worst':>7}"
    rows = [
        f"{words:34} {len(values):6} {percentile(values, 0.5):7.2f} {percentile(values, 0.99):7.2f} {max(values):7.2f}"
        for words, values in (
            ("in every console", shown.all_s),
            ("in the quickest, by incident", shown.first_s),
            (f"in the slowest of {shown.consoles}, by incident", shown.last_s),
        )
    ]
    return [head, *rows]


def plain(shown: Shown) -> dict[str, Any]:
    """As JSON, with the machine."""
    found = {
        name: {"p50_s": percentile(values, 0.5), "p99_s": percentile(values, 0.99), "worst_s": max(values)}
        for name, values in (("all", shown.all_s), ("first", shown.first_s), ("last", shown.last_s))
    }
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()}
    return {"consoles": shown.consoles, "incidents": len(shown.first_s), **machine, **found}
