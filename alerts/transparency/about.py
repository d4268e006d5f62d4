"""What anybody may know of this installation: gathered from its settings and its database, at most ten minutes old."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, OuterRef, Q, Subquery

from alerts.models import AuditEvent, Channel, Incident
from alerts.planning import database_now
from alerts.retention.rules import RULES, words
from alerts.transparency.counts import LEAST, LEAST_SITES, TIERS, Check, Month, before, by_month
from zones.models import Site
from zones.tier import Tier

OLD_S = 600
NEEDLESS = (Incident.Outcome.BENIGN, Incident.Outcome.FALSE_DETECTION, Incident.Outcome.DUPLICATE)
TOLD = ("ring", "original", "clip", "still", "stay", "text", "number", "provider_event", "incident", "audit")
DOES = (
    "It looks at pictures of cameras that are there already, for somebody near an edge who may need help.",
    "It asks a trained person to look, and tells them why in measurements: how long, how near, how they stand.",
    "It blurs the faces of everybody in what is shown, and keeps a clip only when a person was asked to look.",
)
DOES_NOT = (
    "It recognises no face and compares nobody with anybody: it doesn't know who you are.",
    "It keeps no appearance, and guesses no age, sex, origin or feeling.",
    "It records no sound.",
    "It decides nothing about a person. Nothing is done to anybody by a machine: a person looks, and a person decides.",
    "It is built for no other purpose. Blurred pictures are shown to those who are called to help, and sold to nobody.",
)


@dataclass(frozen=True, slots=True)
class About:
    """The public page as values.

    Attributes:
        made_at: when this was gathered.
        operator, contact, purpose, lawful_basis: as the installation states them; empty where it has not.
        places: name and number of cameras in use.
        kept: what, for how long, why.
        months: the figures, newest first; empty where they are withheld.
        withheld: why there are no figures; empty where there are.
    """

    made_at: datetime
    operator: str
    contact: str
    purpose: str
    lawful_basis: str
    places: tuple[tuple[str, int], ...]
    kept: tuple[tuple[str, str, str], ...]
    months: tuple[Month, ...]
    withheld: str

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        months = [asdict(month) | {"by_tier": dict(zip(TIERS, month.by_tier, strict=True))} for month in self.months]
        return {
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "operator": self.operator,
            "contact": self.contact,
            "purpose": self.purpose,
            "lawful_basis": self.lawful_basis,
            "does": DOES,
            "does_not": DOES_NOT,
            "cameras": [{"place": name, "cameras": count} for name, count in self.places],
            "retention": [{"what": what, "kept": kept, "why": why} for what, kept, why in self.kept],
            "months": months,
            "months_note": self.withheld or f"null: fewer than {LEAST}, or too few to tell",
        }


def about() -> About:
    """The page, from the cache while it is fresh enough."""
    found = cache.get_or_set("handrail.about", _gather, OLD_S)
    return found if isinstance(found, About) else _gather()


def _gather() -> About:
    now = database_now()
    cameras = Count("cameras", filter=Q(cameras__enabled=True))
    places = Site.objects.annotate(count=cameras).filter(count__gt=0).order_by("name").values_list("name", "count")
    withheld = _withheld(len(places))
    return About(
        made_at=now,
        operator=settings.ABOUT_OPERATOR,
        contact=settings.ABOUT_CONTACT,
        purpose=settings.ABOUT_PURPOSE,
        lawful_basis=settings.ABOUT_LAWFUL_BASIS,
        places=tuple(places),
        kept=tuple(_kept()),
        months=() if withheld else tuple(_months(now)),
        withheld=withheld,
    )


def _withheld(places: int) -> str:
    if settings.ABOUT_COUNTS == "never" or (settings.ABOUT_COUNTS == "auto" and places < LEAST_SITES):
        return "Figures are published for several places together, never for one or two: they would point at them."
    return ""


def _kept() -> list[tuple[str, str, str]]:
    days = settings.RETENTION_DAYS
    return [
        (rule.what, words(days[rule.key]) + ("" if rule.fixed else f" {rule.since}"), rule.why)
        for rule in RULES
        if rule.key in TOLD
    ]


def _months(now: datetime) -> list[Month]:
    zone = ZoneInfo(settings.TIME_ZONE)
    names = before(now, zone)
    return by_month(_checks(now - timedelta(days=31 * (len(names) + 1))), names, zone)


def _checks(since: datetime) -> list[Check]:
    """Every check that a person was asked for; no drill, no camera's fault, and nothing that was only shown."""
    found = Incident.objects.filter(subject=Incident.Subject.PERSON, drill=False, tier__gt=Tier.NOTICE)
    tries = "step_runs__notifications__attempts"
    sent = Q(**{f"{tries}__accepted_at__isnull": False}) & ~Q(**{f"{tries}__channel": Channel.CONSOLE})
    taken_on = AuditEvent.objects.filter(incident=OuterRef("pk"), action="acknowledged")
    rows = found.filter(opened_at__gte=since).annotate(
        first=Subquery(taken_on.order_by("pk").values("at")[:1]),
        messages=Count(tries, filter=sent, distinct=True),
    )
    return [
        Check(
            opened_at=opened_at,
            tier=Tier(tier).word,
            needless=outcome in NEEDLESS,
            taken_on_s=max((first - opened_at).total_seconds(), 0.0) if first else None,
            messages=messages,
        )
        for opened_at, tier, outcome, first, messages in rows.values_list(
            "opened_at", "tier", "outcome", "first", "messages"
        )
    ]
