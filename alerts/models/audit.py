"""Who did what, and the chain over it: three tables, so that writing an event waits for nobody."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.incident import Incident


class AuditEvent(models.Model):
    """Who did what. Written with the change that it is about; the database refuses to change or delete it."""

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80, help_text="A user name, a contact, or a part of the service.")
    action = models.CharField(max_length=40)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="audit")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action}"


class AuditPending(models.Model):
    """An event that is not in the chain yet; a trigger writes it, the engine's chainer takes it away."""

    event_number = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"event {self.event_number} is not chained yet"


class AuditLink(models.Model):
    """One link of the chain: its hash covers one event and the link before it. Numbers have no gap."""

    sequence = models.BigIntegerField(primary_key=True)
    event_number = models.BigIntegerField(unique=True, help_text="Key of the event; kept if the event is gone.")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    chained_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"link {self.sequence}"
