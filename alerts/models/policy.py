"""What follows a tier: policies and their steps."""

from django.db import models

from alerts.models.people import Agency, Contact, Rota
from zones.models import Site
from zones.tier import Tier


class TierChoices(models.IntegerChoices):
    """The tiers as database choices."""

    NOTICE = Tier.NOTICE, "notice"
    CONCERN = Tier.CONCERN, "concern"
    URGENT = Tier.URGENT, "urgent"
    CRITICAL = Tier.CRITICAL, "critical"


class Subject(models.TextChoices):
    """What an incident, and so a policy, is about."""

    PERSON = "person", "person at risk"
    CAMERA = "camera", "camera fault"


class Policy(models.Model):
    """What follows a tier at a site: ordered steps, gone through `loops` times, then again from the last.

    Without a policy for camera faults they stand in the console and page nobody.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="policies")
    subject = models.CharField(max_length=8, choices=Subject.choices, default=Subject.PERSON)
    tier = models.PositiveSmallIntegerField(choices=TierChoices.choices)
    loops = models.PositiveSmallIntegerField(default=3)
    acknowledged_for_s = models.PositiveIntegerField(
        default=900, help_text="An acknowledged incident that nobody closes pages again after this time."
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [models.UniqueConstraint(fields=["site", "subject", "tier"], name="policy_unique_for_tier")]

    def __str__(self) -> str:
        return f"{self.site}: {self.get_tier_display()}" + (", camera fault" if self.subject == Subject.CAMERA else "")


class Channel(models.TextChoices):
    """A way to reach a person."""

    CONSOLE = "console", "console"
    SMS = "sms", "SMS"
    VOICE = "voice", "voice call"
    PUSH = "push", "web push"
    EMAIL = "email", "e-mail"
    WEBHOOK = "webhook", "webhook"
    MQTT = "mqtt", "MQTT"


class PolicyStep(models.Model):
    """One step: whom, how, and how long to wait for an acknowledgement before the next."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait_s = models.PositiveIntegerField(help_text="Seconds to wait for an acknowledgement after this step.")
    channels = models.JSONField(help_text='In order; the next is used when one fails: ["sms", "voice"].')
    rota = models.ForeignKey(Rota, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="policy_step_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} step {self.position + 1}"
