"""What an incident will run on: a policy's steps as values, with quiet hours and maintenance taken into account.

The engine's incidents and "who would be paged now?" are made by this one function. A row that makes no sense is mended
towards more people and more channels, never towards fewer.
"""

import logging
import math
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from alerts import database
from alerts.maintenance import windows
from alerts.models import Channel, Policy, PolicyStep, Subject
from alerts.policies.place import Place
from alerts.policies.quiet import held_until
from alerts.rotas.duty import hours_of, zone_of
from alerts.rotas.hours import ALWAYS
from zones.tier import Tier

logger = logging.getLogger(__name__)
ACKNOWLEDGED_FOR_S = 900
EVERYONE_IS_ASKED: dict[str, Any] = {"steps": [], "loops": 1, "acknowledged_for_s": ACKNOWLEDGED_FOR_S}
SHOWN_ONLY: dict[str, Any] = {"quiet": True} | EVERYONE_IS_ASKED


def plan(place: Place, tier: Tier, subject: Subject, at: datetime) -> dict[str, Any]:
    """The snapshot of a policy for an incident at a place.

    Returns:
        steps, loops, acknowledged_for_s; `policy`, its key; `quiet` where it is only shown; `held_for_s` and
        `held_because` where its first page waits. No steps means that everybody is asked, as it is for rows that cannot
        be made into a plan: an incident is never refused for them.
    """
    try:
        with transaction.atomic():
            return _plan(place, tier, subject, at)
    except Exception:
        if database.lost():
            raise
        logger.exception("the policy of site %s cannot be read: everybody who can be reached is paged", place.site)
        return dict(EVERYONE_IS_ASKED)


def _plan(place: Place, tier: Tier, subject: Subject, at: datetime) -> dict[str, Any]:
    policy = policy_for(place, tier, subject)
    if tier is Tier.NOTICE or (policy is None and subject == Subject.CAMERA):
        return dict(SHOWN_ONLY)
    if policy is None:
        logger.error("site %s has no policy for tier %s: everybody who can be reached is paged", place.site, tier.word)
        return EVERYONE_IS_ASKED | _held(None, place, tier, at)
    written = body(policy)
    steps = _as_walked(written["steps"], place)
    return written | {"policy": policy.pk, "steps": steps} | _held(policy, place, tier, at)


def policy_for(place: Place, tier: Tier, subject: Subject) -> Policy | None:
    """The policy of the zone for a tier, else the site's."""
    found = Policy.objects.select_related("site", "zone").filter(site_id=place.site, subject=subject, tier=tier)
    return found.filter(Q(zone=None) | Q(zone_id=place.zone)).order_by(F("zone").asc(nulls_last=True)).first()


def body(policy: Policy) -> dict[str, Any]:
    """What a version of a policy says, as JSON."""
    return {
        "loops": max(policy.loops, 1),
        "acknowledged_for_s": policy.acknowledged_for_s,
        "quiet_hours": policy.quiet_hours,
        "quiet_way": policy.quiet_way,
        "steps": [_step(step) for step in policy.steps.all()],
    }


def _step(step: PolicyStep) -> dict[str, Any]:
    return {
        "wait_s": step.wait_s,
        "channels": _channels(step),
        "repeat": step.repeat,
        "rota": step.rota_id,
        "agency": step.agency_id,
        "contact": step.contact_id,
        "role": step.role,
    }


def _channels(step: PolicyStep) -> list[str]:
    known = [c for c in step.channels if c in Channel.values] if isinstance(step.channels, list) else []
    if not known:
        logger.error("%s names no channel that exists; SMS and voice are used", step)
    return known or [Channel.SMS.value, Channel.VOICE.value]


def _as_walked(steps: list[dict[str, Any]], place: Place) -> list[dict[str, Any]]:
    """The steps as the engine walks them: one that repeats stands there as often as it is done."""
    where = {"site": place.site, "camera": place.camera, "zone": place.zone}
    return [step | where for step in steps for _ in range(max(step["repeat"], 1))]


def _held(policy: Policy | None, place: Place, tier: Tier, at: datetime) -> dict[str, Any]:
    """Whether and how long the first page waits. The later of two reasons counts."""
    held: dict[str, Any] = {}
    until: datetime | None = None
    zone = zone_of(policy.site.time_zone) if policy else None
    if policy and zone and (until := held_until(hours_of(policy.quiet_hours, ALWAYS), tier, at, zone)):
        if policy.quiet_way == Policy.Quiet.SHOW:
            return {"quiet": True, "held_because": "quiet hours"}
        held = {"held_because": "quiet hours"}
    window = windows.holding(place, tier, at)
    if window is not None and (until is None or window.ends_at > until):
        until = window.ends_at
        held = {"held_because": f"maintenance of {window.place}: {window.reason}", "maintenance": window.pk}
    return held | {"held_for_s": math.ceil((until - at).total_seconds())} if until else {}
