"""`manage.py watchdog`: page by another path when the engine is late."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from alerts.heartbeat import beat
from alerts.watchdog import Watchdog

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 10.0


class Command(BaseCommand):
    help = "Look every 10 s for incidents that the engine let lie, and page for them directly."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        dog = Watchdog()
        while not stopping.wait(LOOK_EVERY_S):
            try:
                dog.look()
                beat("watchdog")
            except DatabaseError:
                logger.exception("the database is away; looking again in %s s", LOOK_EVERY_S)
                connection.close()
