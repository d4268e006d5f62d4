"""Every saved policy is a version that stays; an incident names the one that it runs on."""

import logging
from typing import Any

from django.db import transaction

from alerts import audit
from alerts.models import Policy, PolicyVersion
from alerts.policies.plan import body

logger = logging.getLogger(__name__)
THE_SERVICE = "the service"
UNSAID = "changed outside the admin"
AS_FOUND = "as it was when it was first used"


def latest(policy_id: int) -> PolicyVersion | None:
    """The newest version of a policy."""
    return PolicyVersion.objects.filter(policy_id=policy_id).order_by("-number").first()


@transaction.atomic
def save(policy: Policy, *, by: str, why: str) -> PolicyVersion:
    """Keep a policy as it stands as its next version; unchanged, the newest version is given."""
    Policy.objects.select_for_update().get(pk=policy.pk)
    before, now = latest(policy.pk), body(policy)
    if before is not None and before.body == now:
        return before
    number = before.number + 1 if before else 1
    version = PolicyVersion.objects.create(policy=policy, number=number, body=now, saved_by=by, why=why)
    if before is not None or by != THE_SERVICE:
        audit.record(by, "policy saved", policy=policy.pk, name=str(policy), version=number, why=why)
    return version


def named(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot with the number of the version that it is; rows changed behind the admin's back get one first."""
    if "policy" not in snapshot:
        return snapshot
    policy = Policy.objects.get(pk=snapshot["policy"])
    version = latest(policy.pk)
    if version is None or version.body != body(policy):
        version = save(policy, by=THE_SERVICE, why=UNSAID if version else AS_FOUND)
    return snapshot | {"version": version.number}
