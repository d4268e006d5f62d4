"""`manage.py engine`: drive the escalation until stopped. Run two copies."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from alerts import database, upkeep
from alerts.engine import Engine


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # an engine that starts again must page at once
    help = "Drive the escalation: page until a person acts. Run two copies."

    def handle(self, *args: Any, **options: Any) -> None:
        database.limit_for_paging()
        engine = Engine()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: engine.stopping.set())
        upkeep.begin(engine.stopping)
        engine.run()
