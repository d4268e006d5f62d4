"""People and their duty: partners, contacts, rotas and shifts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Agency(models.Model):
    """A partner: police, coastguard, street triage, a charity on the bridge."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person who can be paged. An operator has a `user`; a partner may have none."""

    name = models.CharField(max_length=80)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="contact"
    )
    mobile = models.CharField(max_length=20, blank=True, help_text="E.164, e.g. +447700900123.")
    active = models.BooleanField(default=True)
    sms_refused_at = models.DateTimeField(null=True, blank=True, help_text="Opted out at the network.")

    def __str__(self) -> str:
        return f"{self.name} ({self.agency})" if self.agency else self.name


class Rota(models.Model):
    """Who is on duty, by shifts; the fall-back is asked when a shift is missing."""

    name = models.CharField(max_length=80, unique=True)
    fallback = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """One person's duty in a rota, from an instant to an instant."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="shifts")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start")]

    def __str__(self) -> str:
        return f"{self.rota}: {self.contact} from {self.starts_at:%d %b %H:%M}"
