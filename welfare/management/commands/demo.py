"""`manage.py demo`: the whole service on this machine, with a clip that raises a real alert."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from welfare.demo import environment, running, seed
from welfare.watch.source import SourceError, probe_size

CTRL_C = (130, 143)  # how honcho says that a person stopped it


class Command(BaseCommand):
    help = "Run the whole service here: web, engines, watchdog, workers, Twilio fake and a demo clip."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--source", default="", help="rtsp://user:pass@host/path, http://… or a file: watch this instead."
        )
        parser.add_argument(
            "--once",
            action="store_true",
            help="Without a screen: from pixels to a closed incident, then stop.",
        )
        parser.add_argument(
            "--latency", type=int, default=0, metavar="N", help="Measure N times from the frame to the page, then stop."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            story = "welfare.demo.once" if options["once"] else ""
            if options["latency"]:
                os.environ["DEMO_LATENCY_ROUNDS"] = str(options["latency"])
                story = "welfare.demo.latency"
            status = self._run(options["source"], story)
        finally:
            environment.leave()
        if status not in (0, *CTRL_C):
            raise CommandError(
                f"The demo stopped (status {status}). What each part said: {settings.RUN_DIR / 'demo.log'}"
                if story
                else "A part of the demo stopped; its last words are above.",
                returncode=1,
            )

    def _run(self, source: str, story: str) -> int:
        size = None
        if source:
            try:
                size = probe_size(source)
            except SourceError as error:
                raise CommandError(f"SOURCE cannot be watched: {error}") from error
        call_command("migrate", verbosity=0)
        seed.seed()
        seed.choose_cameras(source, size)
        if story:
            with (settings.RUN_DIR / "demo.log").open("w") as log:
                return running.run(story, log=log)
        self._welcome()
        return running.run()

    def _welcome(self) -> None:
        console, phones = os.environ["PUBLIC_URL"], os.environ["TWILIO_BASE_URL"]
        lines = [
            "",
            f"  Console      {console}/",
            f"    operator   / {os.environ['DEMO_OPERATOR_PASSWORD']}",
            f"    supervisor / {os.environ['DEMO_SUPERVISOR_PASSWORD']}   and {console}/admin/",
            f"  Phones       {phones}/   the local Twilio fake: nothing leaves this machine",
            f"    the link in a partner's SMS opens with the PIN {os.environ['DEMO_PARTNER_PIN']}",
            "",
            "  In about a minute the demo clip raises a critical welfare concern. Ctrl-C stops everything.",
            "",
        ]
        self.stdout.write("\n".join(lines))
