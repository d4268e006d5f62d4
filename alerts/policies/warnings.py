"""What an administrator must mend before the next incident: for the system check and the console's banner."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connections

from alerts.accounts.telling import Told
from alerts.models import Policy, Subject
from alerts.policies.checks import missing
from alerts.policies.drafts import problems_of
from zones.models import Site


def of_policies() -> Iterator[Told]:
    """Tiers without a policy, and policies that would reach nobody."""
    for site in Site.objects.order_by("name").prefetch_related("policies__zone"):
        policies = list(site.policies.all())
        tiers = [policy.tier for policy in policies if policy.subject == Subject.PERSON and policy.zone_id is None]
        if lacking := missing(tiers):
            words = " and ".join(tier.word for tier in lacking)
            says = f"{site} has no policy for {words}: everybody with a phone would be paged. Add one in the admin."
            yield Told(says, (site,))
        for policy in policies:
            yield from (Told(f"Policy {policy}: {words}", (site,)) for words in problems_of(policy))


@register(Tags.database)
def check_policies(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --database default`, and `migrate`: what is wrong with the policies; silent without tables."""
    if not databases or "default" not in databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            tables = connections["default"].introspection.table_names(cursor)
        if Policy._meta.db_table not in tables:
            return []
        return [Warning(told.words, id="alerts.W001") for told in of_policies()]
    except DatabaseError:
        return []  # a database half-way through its migrations; the banner says it afterwards
