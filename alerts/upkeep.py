"""What the engine does besides paging, once in a while: maintenance, tests of partners, drills left open, retention.

It runs in a thread of its own, because a provider that is slow to take a test must not hold up a page. Each part fails
alone and is tried again at the next look.
"""

import logging
import threading

from django.db import connection

from alerts import drills
from alerts.agencies import monthly_test
from alerts.maintenance import windows
from alerts.retention import ring, running

logger = logging.getLogger(__name__)
EVERY_S = 15.0


def look() -> None:
    """Do what is due."""
    for part in (windows.settle, monthly_test.due, drills.end_forgotten, running.look, ring.look):
        try:
            part()
        except Exception:
            logger.exception("%s failed; paging goes on", part.__module__)


def begin(stopping: threading.Event) -> threading.Thread:
    """Look every few seconds beside the engine until it stops; ends with the process."""

    def run() -> None:
        while not stopping.wait(EVERY_S):
            look()
            connection.close()

    thread = threading.Thread(target=run, name="upkeep", daemon=True)
    thread.start()
    return thread
