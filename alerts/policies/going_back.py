"""An old version of a policy made the newest again: checked as if it were typed today, kept as a new version."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from alerts.models import Policy, PolicyStep, PolicyVersion
from alerts.policies import versions
from alerts.policies.drafts import problems_of


class GoingBackError(ValueError):
    """A version that would page nobody now; says why in plain words."""


@transaction.atomic
def go_back(version: PolicyVersion, *, by: str, why: str) -> PolicyVersion:
    """Make a policy what one of its versions says. Incidents that are open go on as they began.

    Returns:
        The new version, or the newest where nothing would change.

    Raises:
        GoingBackError: no reason was given, or the version would not be accepted if it were written today.
    """
    if not why.strip():
        raise GoingBackError("Say why: it is kept with the version.")
    policy = Policy.objects.select_for_update().get(pk=version.policy_id)
    body = version.body
    steps = [_step(policy, position, raw) for position, raw in enumerate(body["steps"])]
    for name in ("loops", "acknowledged_for_s", "quiet_hours", "quiet_way"):
        setattr(policy, name, body[name])
    if found := [*_unreadable(policy, steps), *problems_of(policy, steps)]:
        raise GoingBackError(f"Version {version.number} cannot come back. {' '.join(found)}")
    policy.save()
    policy.steps.all().delete()
    PolicyStep.objects.bulk_create(steps)
    return versions.save(policy, by=by, why=f"back to version {version.number}: {why.strip()}"[:200])


def _unreadable(policy: Policy, steps: list[PolicyStep]) -> list[str]:
    """Values that the admin's form would refuse."""
    found: list[str] = []
    for row in (policy, *steps):
        try:
            row.clean_fields()
        except ValidationError as fault:
            found += fault.messages
    return found


def _step(policy: Policy, position: int, raw: dict[str, Any]) -> PolicyStep:
    """One step as it was; whom it named may be gone since, which the checks say."""
    step = PolicyStep(
        policy=policy,
        position=position,
        wait_s=raw["wait_s"],
        repeat=raw.get("repeat", 1),
        channels=raw["channels"],
        role=raw.get("role", ""),
    )
    for name in ("rota", "agency", "contact"):
        model = PolicyStep._meta.get_field(name).related_model
        setattr(step, name, model.objects.filter(pk=raw.get(name)).first())  # type: ignore[union-attr]
    return step
