"""The service's connections to PostgreSQL: how long one may hold things up, and whether it is still there."""

from django.conf import settings
from django.db import connection, connections


def lost() -> bool:
    """Whether this thread's connection has broken: then nothing is wrong with what was asked of it."""
    raw = connection.connection
    return raw is None or bool(raw.closed)


def refresh() -> None:
    """Before a piece of work: a connection that the server has dropped meanwhile is opened anew."""
    if connection.connection is not None and not connection.is_usable():
        connection.close()


def limit_for_paging() -> None:
    """Set this process's limits: no statement and no lock of somebody else may hold paging up for long.

    Called once, before the first query, by the processes that page: the engine and the watchdog.
    """
    options = connections.settings["default"].setdefault("OPTIONS", {})
    options["options"] = (
        f"{options.get('options', '')} -c statement_timeout={settings.ENGINE_STATEMENT_S * 1000:.0f} "
        f"-c lock_timeout={settings.ENGINE_LOCK_S * 1000:.0f}"
    ).strip()
