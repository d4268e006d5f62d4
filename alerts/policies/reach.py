"""Whom a step reaches at an instant, and why it reaches nobody where it does not. The engine asks nothing else."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from alerts.escalation import Step
from alerts.models import Agency, Contact, Rota
from alerts.rotas.duty import hours_of, on_duty, zone_of


@dataclass(frozen=True, slots=True)
class Reach:
    """The people of a step, and what an administrator should know about how they were found."""

    people: tuple[Contact, ...] = ()
    remarks: tuple[str, ...] = ()


def reach(step: Step, at: datetime) -> Reach:
    """Who a step reaches at an instant: one person, those on duty, an agency, a role, or everyone."""
    active = Contact.objects.filter(active=True).select_related("agency").order_by("pk")
    if step.everyone:
        return Reach(tuple(everyone()))
    if step.contact is not None:
        return _found(active.filter(pk=step.contact), "this person is not active or was deleted")
    if step.agency is not None:
        return _agency(step, active, at)
    if step.role:
        of_role = active.filter(role=step.role).filter(Q(sites=None) | Q(sites__in=[step.site])).distinct()
        return _found(of_role, f"nobody is one of the {step.role}s of this site")
    if step.rota is not None:
        return _rota(step.rota, active, at)
    return Reach(remarks=("the step names nobody",))


def everyone() -> list[Contact]:
    """Everybody with a phone who is not switched off: the last resort."""
    return list(Contact.objects.filter(active=True).exclude(mobile="").select_related("agency").order_by("pk"))


def _found(people: QuerySet[Contact], otherwise: str) -> Reach:
    found = tuple(people)
    return Reach(found, () if found else (otherwise,))


def _rota(pk: int, active: QuerySet[Contact], at: datetime) -> Reach:
    rota = Rota.objects.filter(pk=pk).first()
    if rota is None:
        return Reach(remarks=("the rota was deleted",))
    people = on_duty(rota, at)
    if people:
        return Reach(tuple(people))
    fallback = _found(active.filter(pk=rota.fallback_id), "and its fall-back is not active")
    return replace(fallback, remarks=(f"nobody is on duty in {rota}: its fall-back is asked", *fallback.remarks))


def _agency(step: Step, active: QuerySet[Contact], at: datetime) -> Reach:
    agency = None if step.agency is None else Agency.objects.filter(pk=step.agency).first()
    if agency is None:
        return Reach(remarks=("the agency was deleted",))
    if not takes(agency, step):
        return Reach(remarks=(f"{agency} does not take this place: passed on",))
    if hours_of(agency.hours).includes(at, zone_of(agency.time_zone)):
        return _found(active.filter(agency=agency), f"{agency} has no active contact")
    if agency.out_of_hours_id is None:
        return Reach(remarks=(f"outside the hours of {agency}: passed on",))
    asked = _found(active.filter(pk=agency.out_of_hours_id), "who is not active")
    return replace(asked, remarks=(f"outside the hours of {agency}: its out-of-hours contact is asked", *asked.remarks))


def takes(agency: Agency, step: Step) -> bool:
    """Whether a place lies in an agency's area; an agency without an area takes everything."""
    areas = (
        (set(agency.sites.values_list("pk", flat=True)), step.site),
        (set(agency.cameras.values_list("pk", flat=True)), step.camera),
        (set(agency.zones.values_list("pk", flat=True)), step.zone),
    )
    named = [(keys, key) for keys, key in areas if keys]
    return not named or step.site is None or any(key in keys for keys, key in named)
