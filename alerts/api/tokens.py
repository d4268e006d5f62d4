"""Tokens: made, shown once, checked without telling how far a guess was right, and revoked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from alerts import audit, keys
from alerts.api.scopes import ACTS
from alerts.models import Agency, ApiCall, ApiToken, Contact
from alerts.models.api import valid_scopes
from alerts.planning import database_now
from zones.models import Site

KIND = "hr"
# One statement: the bucket refills with time and gives one request, or the row count says that it is empty.
TAKE = """
    UPDATE alerts_apitoken SET
        allowance = LEAST(%(burst)s, allowance + GREATEST(0, EXTRACT(EPOCH FROM now() - allowance_at)) * %(per_s)s) - 1,
        allowance_at = now(), last_used_at = now()
    WHERE id = %(token)s AND
        LEAST(%(burst)s, allowance + GREATEST(0, EXTRACT(EPOCH FROM now() - allowance_at)) * %(per_s)s) >= 1
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A new token and its secret, which is known nowhere else from now on."""

    token: ApiToken
    secret: str


@transaction.atomic
def make(
    name: str,
    scopes: Sequence[str],
    *,
    by: str,
    days: int,
    sites: Iterable[Site] = (),
    agency: Agency | None = None,
    contact: Contact | None = None,
) -> Made:
    """Make a token.

    Args:
        name: of the system that will use it.
        scopes: what it may do.
        by: who makes it.
        days: until it expires, 1 to keys.LONGEST_DAYS.
        sites: what it sees; none for every site.
        agency: whose system it is; None for the house's. It then sees what the agency's people see.
        contact: in whose name it acts.

    Raises:
        ValidationError: what is wrong and what to do.
    """
    if not name.strip():
        raise ValidationError("Say which system will use the token.")
    valid_scopes(list(scopes))
    if ACTS & set(scopes) and contact is None:
        raise ValidationError("A token that changes incidents needs the contact in whose name it does.")
    if agency is not None and contact is not None and contact.agency_id != agency.pk:
        raise ValidationError(f"A token of {agency} acts in the name of its own people: choose a contact of {agency}.")
    if not 1 <= days <= keys.LONGEST_DAYS:
        raise ValidationError(f"A token is valid for 1 to {keys.LONGEST_DAYS} days.")
    chosen = list(sites)
    prefix, secret = keys.new_secret(KIND)
    token = ApiToken.objects.create(
        name=name.strip()[:80],
        prefix=prefix,
        secret_hash=keys.hash_of(secret),
        scopes=list(scopes),
        every_site=not chosen,
        agency=agency,
        contact=contact,
        expires_at=database_now() + timedelta(days=days),
        created_by=by[:150],
        allowance=settings.API_PER_MINUTE,
    )
    token.sites.set(chosen)
    where, whose = sorted(str(site) for site in chosen), str(agency or "")
    told = {"name": token.name, "scopes": list(scopes), "sites": where, "agency": whose, "days": days}
    audit.record(by, "made an API token", None, token=prefix, **told)
    return Made(token, secret)


@transaction.atomic
def revoke(token: ApiToken, *, by: str) -> bool:
    """End a token now; False where it had ended before."""
    ended = keys.end(ApiToken.objects.all(), token, by=by)
    if ended:
        audit.record(by, "revoked an API token", token=token.prefix, name=token.name)
    return ended


def known(secret: str) -> ApiToken | None:
    """The valid token of a secret."""
    return keys.owner_of(keys.valid(ApiToken.objects.prefetch_related("sites")), KIND, secret)


def use(token: ApiToken, method: str, path: str) -> bool:
    """Count one request; False where the token has made too many."""
    per_minute = float(settings.API_PER_MINUTE)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TAKE, {"token": token.pk, "burst": per_minute, "per_s": per_minute / 60})
            if not cursor.rowcount:
                return False
        ApiCall.objects.create(token=token, method=method[:8], path=path[:200])
    return True
