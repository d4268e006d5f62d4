"""What stands above the list of incidents while paging is whole but something is to be known or mended."""

import logging

from django.core.cache import cache

from alerts.maintenance import windows
from alerts.planning import database_now
from alerts.policies.warnings import of_policies
from alerts.retention.warnings import of_retention
from alerts.rotas.warnings import of_fallbacks, of_rotas

logger = logging.getLogger(__name__)
LOOK_AGAIN_S = 30  # the consoles ask every 5 s; a rota of two weeks is not worked out for each of them


def works() -> list[str]:
    """The maintenance that is on, one line each."""
    return [
        f"Maintenance of {window.place} until {window.ends_at:%H:%M} UTC: {window.reason}. Urgent and critical page on."
        for window in windows.on(database_now())
    ]


def to_mend() -> list[str]:
    """What has to be mended in policies and rotas, at most half a minute old."""
    return list(cache.get_or_set("handrail.to-mend", _to_mend, LOOK_AGAIN_S) or [])


def _to_mend() -> list[str]:
    try:
        return [*of_policies(), *of_rotas(database_now()), *of_fallbacks(), *of_retention()]
    except Exception:
        logger.exception("policies and rotas cannot be checked")
        return ["Policies and rotas cannot be checked: look at who would be paged."]
