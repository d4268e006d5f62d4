"""People who can be told: partner agencies and their contacts, whether a number was proven, and the monthly test."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from alerts.models.fields import valid_hours, valid_number, valid_time_zone
from zones.models import Camera, Site, Zone


class Agency(models.Model):
    """A partner: police, coastguard, street triage, a charity on the bridge."""

    class Sees(models.TextChoices):
        WORDS = "words", "nothing but words"
        STILL = "still", "the still, faces blurred"
        CLIP = "clip", "the still and the clip, faces blurred"

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=40, default="Europe/London", validators=[valid_time_zone])
    hours = models.CharField(
        max_length=200,
        blank=True,
        validators=[valid_hours],
        help_text="When its contacts can be reached, e.g. mon-fri 08:00-18:00; sat 10:00-14:00. Empty: always.",
    )
    out_of_hours = models.ForeignKey(
        "Contact",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Asked outside the hours. Empty: the step is passed on to the next.",
    )
    sites = models.ManyToManyField(
        Site, blank=True, related_name="+", help_text="What it takes. All empty: everything."
    )
    cameras = models.ManyToManyField(Camera, blank=True, related_name="+")
    zones = models.ManyToManyField(Zone, blank=True, related_name="+")
    sees = models.CharField(max_length=8, choices=Sees.choices, default=Sees.CLIP)
    monthly_test = models.BooleanField(
        default=True, help_text="Once a month each contact gets a message marked TEST and is asked to reply 1."
    )

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person is in the control room."""

    OPERATOR = "operator", "operators"
    SUPERVISOR = "supervisor", "supervisors"


class Contact(models.Model):
    """A person who can be paged. An operator has a `user`; a partner may have none."""

    name = models.CharField(max_length=80)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="contact"
    )
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    sites = models.ManyToManyField(
        Site, blank=True, related_name="+", help_text="Where the role counts. Empty: everywhere."
    )
    mobile = models.CharField(
        max_length=20, blank=True, validators=[valid_number], help_text="E.164, e.g. +447700900123."
    )
    proven_mobile = models.CharField(
        max_length=20, blank=True, editable=False, help_text="The number that was proven by a code."
    )
    proven_at = models.DateTimeField(null=True, blank=True, editable=False)
    active = models.BooleanField(default=True)
    sms_refused_at = models.DateTimeField(null=True, blank=True, help_text="Opted out at the network.")
    calendar_issue = models.PositiveIntegerField(
        default=1, editable=False, help_text="Raised to make the old calendar address useless."
    )

    def __str__(self) -> str:
        return f"{self.name} ({self.agency})" if self.agency else self.name

    @property
    def proven(self) -> bool:
        """Whether somebody at this number answered with the code; a number that was changed is to be proven again."""
        return bool(self.mobile) and self.proven_mobile == self.mobile


class NumberCheck(models.Model):
    """A code that was sent to a contact's number; only its hash is kept."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="number_check")
    number = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=128)
    tries_left = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"code for {self.contact}"


class PartnerTest(models.Model):
    """A contact's test message of one month."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="tests")
    month = models.DateField(help_text="Its first day.")
    claimed_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    provider_sid = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    flagged_at = models.DateTimeField(null=True, help_text="Nobody answered within a day.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "month"], name="partner_test_once_a_month")]

    def __str__(self) -> str:
        return f"test of {self.contact}, {self.month:%B %Y}"
