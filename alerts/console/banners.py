"""What stands above the lists: paging is late; it is whole, but something is to be known or mended.

Each is asked for once for all consoles, and told to who may see what it is about.
"""

import logging

from django.core.cache import cache

from alerts import lateness
from alerts.accounts import scope
from alerts.accounts.roles import Act
from alerts.accounts.telling import Told, words_for
from alerts.channels.warnings import channel_warnings
from alerts.console.shared import Shared
from alerts.maintenance import windows
from alerts.planning import database_now
from alerts.policies.warnings import of_policies
from alerts.retention.warnings import of_retention
from alerts.rotas.warnings import of_fallbacks, of_rotas

logger = logging.getLogger(__name__)
LOOK_AGAIN_S = 30  # the consoles ask every 5 s; a rota of two weeks is not worked out for each of them


def late(user: scope.Holder) -> list[str]:
    """Paging is late, or a part that matters does not answer."""
    told = PAGING()
    above = [" ".join([*told, _ring_up(user)])] if told else []
    return [*above, *PARTS(), *lateness.unwatched(scope.cameras(user, Act.SEE_CAMERAS))]


def _ring_up(user: scope.Holder) -> str:
    phones = scope.sites(user, Act.SEE_INCIDENTS).exclude(control_room_phone="").order_by("name")
    found = ", ".join(phones.values_list("control_room_phone", flat=True))
    return f"Ring the control room{f' on {found}' if found else ''}."


def warnings(user: scope.Holder) -> list[str]:
    """What stands above everything: paging is late, or somebody cannot be reached as planned."""
    return [*late(user), *words_for(user, Act.SEE_PAGING, CHANNELS())]


def works(user: scope.Holder) -> list[str]:
    """The maintenance that is on, one line each."""
    return words_for(user, Act.SEE_INCIDENTS, WORKS())


def to_mend(user: scope.Holder) -> list[str]:
    """What has to be mended in policies and rotas, at most half a minute old."""
    told = cache.get_or_set("handrail.to-mend", _to_mend, LOOK_AGAIN_S) or []
    return words_for(user, Act.SEE_PAGING, told)


def _works() -> list[Told]:
    return [
        Told(
            f"Maintenance of {window.place} until {window.ends_at:%H:%M} UTC: {window.reason}. "
            "Urgent and critical page on.",
            (window,),
        )
        for window in windows.on(database_now())
    ]


def _to_mend() -> list[Told]:
    try:
        return [*of_policies(), *of_rotas(database_now()), *of_fallbacks(), *of_retention()]
    except Exception:
        logger.exception("policies and rotas cannot be checked")
        return [Told("Policies and rotas cannot be checked: look at who would be paged.")]


PAGING, PARTS = Shared(lateness.paging), Shared(lateness.parts)
CHANNELS, WORKS = Shared(channel_warnings), Shared(_works)
