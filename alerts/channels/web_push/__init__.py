"""A notice on a person's own devices through their browser, sealed so that only that browser can read it."""

from alerts.channels.web_push.sending import address, missing, send

__all__ = ["address", "missing", "send"]
