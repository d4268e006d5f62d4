"""A rota from the database as values, and who is on duty in it. A row that makes no sense is left out, never raised."""

import logging
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from alerts.models import Contact, Layer, Override, Rota, Shift
from alerts.rotas import layers
from alerts.rotas.hours import ALWAYS, Hours, HoursError, parse

logger = logging.getLogger(__name__)
AHEAD = timedelta(days=14)
R = TypeVar("R", Shift, Override)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; this service's own for a name that means nothing."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found is a KeyError
        logger.error("%r is no time zone; %s is used instead", name, settings.TIME_ZONE)
        return ZoneInfo(settings.TIME_ZONE)


def hours_of(words: str, otherwise: Hours = ALWAYS) -> Hours:
    """Hours from words; `otherwise` for words that mean nothing, so that a bad row asks too many rather than nobody."""
    try:
        return parse(words)
    except HoursError:
        logger.exception("hours cannot be read; they are left out")
        return otherwise


def roster_of(rota: Rota, start: datetime, end: datetime) -> layers.Roster:
    """A rota as values, with the shifts and overrides that touch a span."""
    zone = zone_of(rota.time_zone)
    return layers.Roster(
        layers=tuple(_layer(layer, zone) for layer in rota.layers.prefetch_related("people") if layer.every),
        shifts=tuple(_stint(shift) for shift in _touching(rota.shifts.all(), start, end)),
        overrides=tuple(
            layers.Stint(o.contact_id, o.starts_at, o.ends_at, o.replaces_id)
            for o in _touching(rota.overrides.all(), start, end)
        ),
        able=frozenset(Contact.objects.filter(active=True).values_list("pk", flat=True)),
    )


def _touching(rows: QuerySet[R], start: datetime, end: datetime) -> QuerySet[R]:
    return rows.filter(starts_at__lte=end, ends_at__gt=start).order_by("pk")


def _layer(layer: Layer, zone: ZoneInfo) -> layers.Layer:
    return layers.Layer(
        name=layer.name,
        zone=zone,
        begins=datetime.combine(layer.starts_on, layer.hand_over),
        period=layer.period,
        people=tuple(person.contact_id for person in layer.people.all()),
        hours=hours_of(layer.hours),
    )


def _stint(shift: Shift) -> layers.Stint:
    return layers.Stint(shift.contact_id, shift.starts_at, shift.ends_at)


def on_duty(rota: Rota, at: datetime) -> list[Contact]:
    """Who is on duty in a rota at an instant; empty in a gap."""
    people = layers.duty_at(roster_of(rota, at, at), at).people
    found = Contact.objects.filter(active=True).in_bulk(people)
    return [found[key] for key in people if key in found]


def timeline(rota: Rota, start: datetime, end: datetime) -> list[layers.Stretch]:
    """Who is on duty when, over a span."""
    return layers.timeline(roster_of(rota, start, end), start, end)


def gaps(rota: Rota, start: datetime, span: timedelta = AHEAD) -> list[layers.Stretch]:
    """When nobody is on duty in the time ahead, so that the fall-back would be asked."""
    return layers.gaps(roster_of(rota, start, start + span), start, start + span)
