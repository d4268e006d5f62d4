"""The audit chain."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.incident import Incident


class AuditEvent(models.Model):
    """Who did what, in an append-only chain: each row's hash covers the row before it."""

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80, help_text="A user name, a contact, or a part of the service.")
    action = models.CharField(max_length=40)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="audit")
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action}"
