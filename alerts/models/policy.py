"""What follows a tier: policies, their steps, and every version that was ever saved."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alerts.models.fields import valid_channels, valid_hours
from alerts.models.people import Agency, Contact, Role
from alerts.models.rota import Rota
from zones.models import Site, Zone
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

    A policy of one zone goes before its site's for that tier there.

    Without a policy for camera faults they stand in the console and page nobody.
    """

    class Quiet(models.TextChoices):
        HOLD = "hold", "held until the quiet hours end, then paged if it is still open"
        SHOW = "show", "only shown in the console"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="policies")
    zone = models.ForeignKey(
        Zone,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="policies",
        limit_choices_to={"removed_at": None},
        help_text="For this zone alone, instead of the site's; empty: for every zone of the site.",
    )
    subject = models.CharField(max_length=8, choices=Subject.choices, default=Subject.PERSON)
    tier = models.PositiveSmallIntegerField(choices=TierChoices.choices)
    loops = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(20)])
    acknowledged_for_s = models.PositiveIntegerField(
        default=900,
        validators=[MinValueValidator(60), MaxValueValidator(7200)],
        help_text="An acknowledged incident that nobody closes pages again after this time.",
    )
    quiet_hours = models.CharField(
        max_length=200,
        blank=True,
        validators=[valid_hours],
        help_text="Concern only, e.g. daily 23:00-06:00 by the site's clock. Urgent and critical are never held.",
    )
    quiet_way = models.CharField(max_length=8, choices=Quiet.choices, default=Quiet.HOLD)

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "zone", "subject", "tier"], name="policy_unique_for_tier", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(zone=None) | Q(subject=Subject.PERSON),
                name="policy_of_a_zone_is_about_people",
                violation_error_message="A camera fault is of the whole camera: leave the zone empty.",
            ),
            models.CheckConstraint(
                condition=Q(quiet_hours="") | Q(tier__lt=Tier.URGENT),
                name="policy_never_quiet_from_urgent",
                violation_error_message="Quiet hours are for notices and concerns: leave them empty for this tier.",
            ),
        ]

    def __str__(self) -> str:
        where = f"{self.site}, {self.zone.name}" if self.zone else str(self.site)
        return f"{where}: {self.get_tier_display()}" + (", camera fault" if self.subject == Subject.CAMERA else "")


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
    """One step: whom, how, how often, and how long to wait for an acknowledgement before the next."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait_s = models.PositiveIntegerField(
        validators=[MaxValueValidator(3600)],
        help_text="Seconds to wait for an acknowledgement after this step.",
    )
    repeat = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="How often this step is done, with its wait, before the next.",
    )
    channels = models.JSONField(
        validators=[valid_channels], help_text='In order; the next is used when one fails: ["sms", "voice"].'
    )
    rota = models.ForeignKey(Rota, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices, blank=True, help_text="Everybody with it at the site.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="policy_step_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} step {self.position + 1}"


class PolicyVersion(models.Model):
    """A policy as it was saved once: never changed, so that an incident can name the one that it ran on."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    saved_by = models.CharField(max_length=150)
    why = models.CharField(max_length=200)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["policy", "-number"]
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number_unique")]

    def __str__(self) -> str:
        return f"{self.policy}, version {self.number}"
