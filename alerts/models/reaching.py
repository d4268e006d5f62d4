"""How a person is reached beyond their phone, and what is known of the numbers: devices, addresses, links, PINs."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.incident import Incident
from alerts.models.people import Contact
from alerts.models.policy import Channel
from zones.credentials import seal, unseal


class ContactAddress(models.Model):
    """Where a contact is reached by e-mail, by a signed webhook or by MQTT; a contact may be another system."""

    class Kind(models.TextChoices):
        EMAIL = Channel.EMAIL.value, "e-mail address"
        WEBHOOK = Channel.WEBHOOK.value, "webhook address"
        MQTT = Channel.MQTT.value, "MQTT topic"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=8, choices=Kind.choices)
    address = models.CharField(max_length=400)
    sealed_secret = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name_plural = "contact addresses"
        constraints = [
            models.UniqueConstraint(fields=["contact", "channel"], name="contact_address_one_for_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} of {self.contact}"

    @property
    def secret(self) -> str:
        """What a webhook is signed with; kept encrypted."""
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = seal(value)


class PushSubscription(models.Model):
    """A browser that a person asked to be told on."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=800, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=120, help_text="What the browser called itself.")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.device} of {self.contact}"


class NumberBlock(models.Model):
    """A number that takes no SMS, by the provider's word; it is called instead until somebody lifts this."""

    number = models.CharField(max_length=20, primary_key=True)
    code = models.CharField(max_length=16)
    words = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "number without SMS"
        verbose_name_plural = "numbers without SMS"

    def __str__(self) -> str:
        return f"{self.number}: {self.code}"


class SenderPace(models.Model):
    """When one of our numbers may send its next SMS without waiting in the provider's own queue."""

    number = models.CharField(max_length=20, primary_key=True)
    next_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.number


class PartnerLink(models.Model):
    """The link in one person's messages about one incident."""

    token = models.CharField(max_length=16, unique=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "incident"], name="partner_link_unique")]

    def __str__(self) -> str:
        return f"link of {self.contact} to {self.incident}"


class PartnerPin(models.Model):
    """The PIN that opens a contact's links; only its hash is kept."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="pin")
    pin_hash = models.CharField(max_length=128, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Wrong tries in a row.")
    locked_until = models.DateTimeField(null=True, editable=False)
    set_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "partner PIN"

    def __str__(self) -> str:
        return f"PIN of {self.contact}"
