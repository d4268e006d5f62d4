"""A policy from the database, or half-way through a form, as values for its checks."""

from collections.abc import Iterable

from django.db.models import Q

from alerts.channels import registry
from alerts.models import Channel, Contact, LayerPerson, Override, Policy, PolicyStep, Shift
from alerts.planning import database_now, usable
from alerts.policies.checks import Draft, Person, problems
from zones.tier import Tier


def problems_of(policy: Policy, steps: Iterable[PolicyStep] | None = None) -> list[str]:
    """What is wrong with a policy, with the steps given or those that are stored."""
    found = [draft_of(step, policy.site_id) for step in (policy.steps.all() if steps is None else steps)]
    return problems(Tier(policy.tier), found, quiet_hours=policy.quiet_hours)


def draft_of(step: PolicyStep, site_id: int | None) -> Draft:
    """One step with everybody whom it may ever ask."""
    named = (step.rota, step.agency, step.contact, f"all {step.get_role_display()}" if step.role else None)
    channels = step.channels if isinstance(step.channels, list) else []
    return Draft(
        targets=tuple(str(target) for target in named if target),
        people=tuple(_person(contact, channels) for contact in _people(step, site_id)),
        wait_s=step.wait_s or 0,
    )


def _people(step: PolicyStep, site_id: int | None) -> list[Contact]:
    """Everybody whom a step may ask at some time from now on."""
    if step.contact is not None:
        return [step.contact]
    if step.agency is not None:
        outside = step.agency.out_of_hours
        return [*step.agency.contacts.order_by("pk"), *([outside] if outside else [])]
    if step.role:
        return list(Contact.objects.filter(Q(sites=None) | Q(sites__in=[site_id]), role=step.role).distinct())
    if step.rota is None:
        return []
    now, rota = database_now(), step.rota
    keys = {rota.fallback_id}
    keys |= set(LayerPerson.objects.filter(layer__rota=rota).values_list("contact", flat=True))
    for model in (Shift, Override):
        keys |= set(model.objects.filter(rota=rota, ends_at__gt=now).values_list("contact", flat=True))
    return list(Contact.objects.filter(pk__in=keys).order_by("pk"))


def _person(contact: Contact, channels: list[str]) -> Person:
    if not contact.active:
        return Person(str(contact), (), "is switched off")
    able = usable(contact, [c for c in channels if c in Channel.values])
    return Person(str(contact), tuple(able), "" if able else why_not(contact, channels))


def why_not(contact: Contact, channels: list[str] | tuple[str, ...]) -> str:
    """Why none of the channels reaches a person."""
    off = [Channel(name).label for name in channels if name in registry.CHANNELS and registry.CHANNELS[name].missing()]
    if off and len(off) == len([name for name in channels if name != Channel.CONSOLE]):
        return f"{' and '.join(off)} {'is' if len(off) == 1 else 'are'} switched off in the settings"
    phones = {Channel.SMS.value, Channel.VOICE.value} & set(channels)
    if phones and not contact.mobile:
        return "has no number"
    if phones == {Channel.SMS.value} and contact.sms_refused_at is not None:
        return "has opted out of SMS"
    named = [str(Channel(name).label) for name in channels if name in Channel.values]
    return f"cannot be reached by {' or '.join(named) or 'no channel at all'}"
