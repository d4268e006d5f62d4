"""The dead-man ping: an address outside hears from a healthy engine, and rings somebody when it hears nothing.

It goes out in a thread of its own, within a time limit, and only after a healthy round: a ping that fails or hangs
holds up no page. It carries the newest link of the audit chain, so that a tail that is cut off is noticed outside.
"""

import logging
import threading
import time

import requests
from django.db import connection

from alerts import anchors, audit
from alerts.heartbeat import beat, silent

logger = logging.getLogger(__name__)
PING = "deadman"
LIMIT_S = 5.0


class Deadman:
    """Pings one address.

    Args:
        url: where to; empty pings nobody.
        every_s: at most so often, seconds.
    """

    def __init__(self, url: str, every_s: float) -> None:
        self._url, self._every_s = url, every_s
        self._next = -1.0
        self._thread: threading.Thread | None = None

    def may_ping(self) -> None:
        """Ping if it is time and the last one has come back; returns at once."""
        now = time.monotonic()
        if not self._url or now < self._next or (self._thread is not None and self._thread.is_alive()):
            return
        self._next = now + self._every_s
        self._thread = threading.Thread(target=self._ping, name="deadman", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the ping that is under way."""
        if self._thread is not None:
            self._thread.join()

    def _ping(self) -> None:
        try:
            if silent("watchdog"):
                logger.error("the watchdog does not answer: the outside is not told that all is well")
                return
            answer = requests.post(self._url, data=anchors.line(audit.head()), timeout=LIMIT_S)
            answer.raise_for_status()
            beat(PING)
        except requests.RequestException as error:
            logger.warning("the dead-man ping failed: %s", type(error).__name__)
        except Exception:
            logger.exception("the dead-man ping went wrong")
        finally:
            connection.close()
