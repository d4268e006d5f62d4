"""`manage.py calibrate`: other values for a zone, from its stays and their outcomes; a person approves them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from welfare.calibration.models import Proposal
from welfare.calibration.proposals import proposed, put_forward
from welfare.calibration.proposing import Proposed
from zones.models import Zone
from zones.tier import Tier

DAYS = 90.0


class Command(BaseCommand):
    """Proposes; changes nothing."""

    help = "Propose values for zones from their history; nothing changes until somebody approves it in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("zones", nargs="*", type=int, metavar="ZONE", help="keys of zones; else all of them")
        parser.add_argument("--days", type=float, default=DAYS, help="of history, at most")
        parser.add_argument("--dry-run", action="store_true", help="say it and keep nothing")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_: Any, zones: list[int], days: float, dry_run: bool, as_json: bool, **__: Any) -> None:
        chosen = Zone.objects.filter(removed_at=None).select_related("camera__site").order_by("pk")
        found = list(chosen.filter(pk__in=zones) if zones else chosen)
        missing = set(zones) - {zone.pk for zone in found}
        if missing:
            raise CommandError(f"there is no zone {min(missing)}")
        lines = []
        for zone in found:
            result = proposed(zone, days)
            written = None if dry_run or result.effect is None else put_forward(zone, result)
            lines.append(_line(zone, result, written))
            if not as_json:
                self._tell(zone, result, written)
        if as_json:
            self.stdout.write(json.dumps(lines, indent=1))

    def _tell(self, zone: Zone, result: Proposed, written: Proposal | None) -> None:
        self.stdout.write(f"{zone}")
        for words in result.words:
            self.stdout.write(f"  {words}")
        for change in result.changes:
            self.stdout.write(f"  {change.name}: {change.before:g} -> {change.after:g}: {change.why}")
        if result.effect is not None:
            for tier in sorted(Tier, reverse=True):
                sides = (result.effect.before, result.effect.after)
                before, after = (result.effect.false_a_day(counts, tier) for counts in sides)
                self.stdout.write(f"  {tier.word} or above a day, nobody found at risk: {before} -> {after}")
            self.stdout.write(f"  told otherwise: {len(result.effect.changed)} stays; lost: {result.effect.lost}")
        if written is not None:
            page = reverse("admin:calibration_proposal_change", args=[written.pk])
            self.stdout.write(f"  waits for a decision: {settings.PUBLIC_URL}{page}")


def _line(zone: Zone, result: Proposed, written: Proposal | None) -> dict[str, Any]:
    return {
        "zone": zone.pk,
        "name": str(zone),
        "words": list(result.words),
        "changes": [change.as_json() for change in result.changes],
        "effect": result.effect.as_json() if result.effect else None,
        "proposal": written.pk if written else None,
    }
