"""`manage.py watchdog`: page by another path when the engine is late."""

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from alerts import database
from alerts.heartbeat import beat
from alerts.lateness import WATCHDOG
from alerts.watchdog import Watchdog

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 10.0
AWAY_S = 30.0  # a database that restarts is back well within


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Look every 10 s for incidents that the engine let lie, and page for them directly."

    def handle(self, *args: Any, **options: Any) -> None:
        database.limit_for_paging()
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        dog, well_at = Watchdog(), time.monotonic()
        while not stopping.wait(LOOK_EVERY_S):
            try:
                dog.look()
                beat(WATCHDOG)
                well_at = time.monotonic()
            except (DatabaseError, InterfaceError):
                logger.exception("the database is away; looking again in %s s", LOOK_EVERY_S)
                connection.close()
                if time.monotonic() - well_at > AWAY_S:
                    dog.alarm("the database does not answer")
            except Exception:
                logger.exception("the watchdog could not look; looking again in %s s", LOOK_EVERY_S)
