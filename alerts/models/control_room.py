"""What operators tell each other: who looks at what now, and what the next shift has to know."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from alerts.models.incident import Incident
from zones.models import Site


class Looking(models.Model):
    """One open page of one person on one incident; gone a few seconds after the page is closed or its server dies."""

    page = models.UUIDField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="looking")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.user} looks at #{self.incident_id}"


class HandOverNote(models.Model):
    """What one shift leaves to the next: shown to everybody of a site until they have read it, or until it expires."""

    text = models.TextField(max_length=2000)
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: every site."
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return f"{self.written_by}, {self.written_at:%d %b %H:%M}"


class HandOverRead(models.Model):
    """Who has read a note, and when."""

    note = models.ForeignKey(HandOverNote, on_delete=models.CASCADE, related_name="read_by")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="hand_over_read_once")]

    def __str__(self) -> str:
        return f"{self.user} read {self.note_id}"
