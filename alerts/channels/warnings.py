"""What is wrong with the ways to reach people, in words: for the console's banner and the system check."""

from collections.abc import Sequence
from typing import Any

from django.core import checks

from alerts.accounts.telling import Told
from alerts.channels import registry
from alerts.models import Channel, Contact, NumberBlock, PolicyStep
from zones.models import Site

HALF = {
    Channel.PUSH: ("VAPID_PRIVATE_KEY", "VAPID_CONTACT"),
    Channel.EMAIL: ("EMAIL_URL", "EMAIL_FROM"),
    Channel.SMS: ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"),
}


def channel_warnings() -> list[Told]:
    """Channels that a policy uses and that are switched off, and people who take no SMS."""
    return [*_switched_off(), *_opted_out(), *_blocked()]


def _switched_off() -> list[Told]:
    used: dict[str, set[Site]] = {}
    for step in PolicyStep.objects.select_related("policy__site"):
        for name in step.channels if isinstance(step.channels, list) else []:
            used.setdefault(name, set()).add(step.policy.site)
    return [
        Told(
            f"{Channel(name).label.capitalize()} is switched off, and a policy uses it: the next channel goes instead. "
            f"Not set: {', '.join(missing)}.",
            tuple(used[name]),
        )
        for name, channel in registry.CHANNELS.items()
        if name in used and (missing := channel.missing())
    ]


def _opted_out() -> list[Told]:
    people = Contact.objects.filter(active=True).exclude(sms_refused_at=None).select_related("agency")
    words = "takes no SMS any more: they sent STOP. They are called instead until they text START."
    return [Told(f"{contact} {words}", (contact,)) for contact in people.order_by("name")]


def _blocked() -> list[Told]:
    blocked = NumberBlock.objects.values("number")
    people = Contact.objects.filter(active=True, mobile__in=blocked).select_related("agency")
    words = "takes no SMS: they are called instead. Check it, then lift the block in the admin."
    return [Told(f"The number of {contact} {words}", (contact,)) for contact in people.order_by("name")]


@checks.register(checks.Tags.compatibility)
def half_set(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """A channel that is set only in part was meant to be on."""
    found: list[checks.CheckMessage] = []
    for name, needed in HALF.items():
        missing = registry.CHANNELS[name].missing()
        if missing and len(missing) < len(needed):
            label = Channel(name).label
            found.append(
                checks.Warning(
                    f"{label} is switched off: {', '.join(missing)} not set.",
                    hint=f"Set {' and '.join(missing)} too, or none of {', '.join(needed)}.",
                    id=f"alerts.W{len(found) + 1:03}",
                )
            )
    return found


@checks.register(checks.Tags.compatibility, deploy=True)
def switched_off(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
    """`manage.py check --deploy` says which channels are off."""
    return [
        checks.Info(f"{Channel(name).label} is switched off: {', '.join(missing)} not set.", id="alerts.I001")
        for name, channel in registry.CHANNELS.items()
        if (missing := channel.missing())
    ]
