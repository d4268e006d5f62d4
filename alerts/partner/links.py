"""The link in a person's messages about an incident: short, unguessable, and over a day after the incident is."""

import secrets
import string
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from alerts.models import Contact, Incident, PartnerLink

ALPHABET = string.ascii_letters + string.digits
LENGTH = 9  # 53 bits: it fits one SMS, and a PIN with a lockout stands behind it


def address(contact: Contact, incident: Incident) -> str:
    """The link for a person and an incident: always the same one, however often they are told."""
    link, _ = PartnerLink.objects.get_or_create(contact=contact, incident=incident, defaults={"token": _new_token()})
    return f"{settings.PUBLIC_URL}/p/{link.token}"


def prepare(told: Iterable[tuple[Contact, Incident]]) -> None:
    """Write the links of many at once, so that no page has to wait for its own; those that are there stay."""
    links = [PartnerLink(contact=contact, incident=incident, token=_new_token()) for contact, incident in told]
    PartnerLink.objects.bulk_create(links, ignore_conflicts=True)


def _new_token() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def living() -> QuerySet[PartnerLink]:
    """The links that still open: of active people, to incidents that are not over, or have not been for long."""
    since = timezone.now() - timedelta(hours=settings.PARTNER_LINK_HOURS)
    unresolved_or_fresh = Q(incident__resolved_at=None) | Q(incident__resolved_at__gt=since)
    return PartnerLink.objects.filter(unresolved_or_fresh, contact__active=True).select_related(
        "contact__agency", "incident"
    )
