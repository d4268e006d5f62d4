"""Gaps of rotas in the time ahead, in words: for the console's banner, the admin and the command."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.accounts.telling import Told
from alerts.models import Rota
from alerts.rotas.duty import AHEAD, gaps, zone_of

logger = logging.getLogger(__name__)


def of_rotas(now: datetime, span: timedelta = AHEAD) -> Iterator[Told]:
    """One line for each rota in which nobody is on duty at some time ahead."""
    for rota in Rota.objects.select_related("fallback__agency").order_by("name"):
        if words := gap_words(rota, now, span):
            yield Told(words, (rota,))


def of_fallbacks() -> Iterator[Told]:
    """One line for each rota whose fall-back could not be asked in a gap."""
    for rota in Rota.objects.select_related("fallback__agency").order_by("name"):
        if not rota.fallback.active or not rota.fallback.mobile:
            why = "has no number" if rota.fallback.active else "is switched off"
            says = f"Rota {rota}: its fall-back {rota.fallback} {why}: a gap would be passed on to the next step."
            yield Told(says, (rota,))


def gap_words(rota: Rota, now: datetime, span: timedelta = AHEAD) -> str:
    """The first gap ahead in a rota and how many follow; empty where there is none."""
    try:
        found = gaps(rota, now, span)
    except Exception:
        logger.exception("rota %s cannot be read", rota.pk)
        return f"Rota {rota} cannot be read: its fall-back {rota.fallback} is asked. Mend it in the admin."
    if not found:
        return ""
    zone = zone_of(rota.time_zone)
    start, end = (instant.astimezone(zone) for instant in (found[0].starts_at, found[0].ends_at))
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return (
        f"Rota {rota}: nobody is on duty from {start:%a %d %b %H:%M} to {end:%a %d %b %H:%M}{more}. "
        f"{rota.fallback} would be asked."
    )
