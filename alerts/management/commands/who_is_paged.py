"""`manage.py who_is_paged ZONE`: whom the engine would page, step by step, now or at a given time."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.planning import database_now
from alerts.policies.forecast import Forecast, StepForecast, forecast, time_asked
from alerts.policies.place import Place
from alerts.rotas.duty import zone_of
from zones.models import Zone
from zones.tier import Tier
from zones.whole import whole


class Command(BaseCommand):
    help = "Say who would be paged for a concern in a zone: the engine's own plan, without paging anybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("zone", help="the zone's number or its name")
        parser.add_argument("--tier", choices=[t.word for t in Tier if t > Tier.NOTICE], help="one tier; all otherwise")
        parser.add_argument("--at", help="a time by the site's clock, e.g. 2026-12-25T03:00; now otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        zone = _zone(options["zone"])
        site = zone.camera.site
        at = _time(options["at"], site.time_zone) if options["at"] else database_now()
        for tier in Tier:
            if tier > Tier.NOTICE and options["tier"] in (None, tier.word):
                self._write(zone, forecast(Place.of(zone.camera, zone), tier, at))

    def _write(self, zone: Zone, found: Forecast) -> None:
        clock = zone_of(zone.camera.site.time_zone)
        self.stdout.write(
            f"{zone}, {found.tier.word}, {found.at.astimezone(clock):%a %d %b %Y %H:%M %Z} ({found.policy})"
        )
        if zone.silent:
            self.stdout.write("  This zone is silent: it scores and pages nobody.")
        if found.held:
            self.stdout.write(f"  {found.held[0].upper()}{found.held[1:]}")
        if found.shown_only:
            self.stdout.write("  Shown in the console; nobody is paged.")
        for step in found.steps:
            self._step(step, found.at)
        if found.steps:
            self.stdout.write(f"  Gone through {found.again} times, then the last step again until a person acts.")

    def _step(self, step: StepForecast, since: datetime) -> None:
        after = int((step.at - since).total_seconds())
        self.stdout.write(f"  {step.number}. after {after} s: {step.who}, then {step.wait_s} s for an answer")
        for told in step.people:
            how = " then ".join(told.channels) or "cannot be reached"
            warnings = "".join(f"; CHECK: {words}" for words in told.warnings)
            self.stdout.write(
                f"       {told.name} by {how}{warnings}" if told.channels else f"       {told.name}{warnings}"
            )
        for words in step.remarks:
            self.stdout.write(f"       CHECK: {words}")


def _zone(words: str) -> Zone:
    zones = Zone.objects.select_related("camera__site")
    number = whole(words)
    found = list(zones.filter(name__iexact=words) if number is None else zones.filter(pk=number))
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{zone.pk}: {zone}" for zone in (found or zones.order_by("pk")))
    raise CommandError(f'{len(found) or "No"} zones are called "{words}". There are: {listed or "none"}')


def _time(words: str, time_zone: str) -> datetime:
    try:
        return time_asked(words, time_zone)
    except ValueError as error:
        raise CommandError(f'"{words}" is no time; write for example 2026-12-25T03:00') from error
