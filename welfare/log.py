"""Lines of the log: addresses whose last part is a secret are cut before it."""

import logging
import re

# Links of partners, calendars, wall screens and new passwords: who has the address is let in, so it belongs in no log.
SECRET = re.compile(r"(/(?:p|calendars|wall|account/new-password)/)[^/\s\"'?]+")


class Line(logging.Formatter):
    """A line as Django, the service and its libraries write it, tracebacks included, without such secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return SECRET.sub(r"\1…", super().format(record))
