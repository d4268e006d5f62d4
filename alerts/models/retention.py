"""What was deleted under which rule, the runs that did it, and the locks that hold something back."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alerts.models.incident import Incident


class EvidenceLock(models.Model):
    """A person's word that nothing of an incident is deleted until somebody takes it back."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="locks")
    placed_at = models.DateTimeField(db_default=Now())
    placed_by = models.CharField(max_length=150)
    reason = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident"], condition=Q(released_at=None), name="evidence_lock_one_open"),
            models.CheckConstraint(condition=~Q(reason=""), name="evidence_lock_has_reason"),
        ]

    def __str__(self) -> str:
        return f"lock on #{self.incident_id}"


class RetentionRun(models.Model):
    """One run over every class; what is due is fixed by the instant it began."""

    class State(models.TextChoices):
        ASKS = "asks", "waits for a person"
        RUNNING = "running", "is deleting"
        DONE = "done", "done"
        LEFT = "left", "left undone: a later run took its place"

    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices)
    plan = models.JSONField(default=list, help_text="What was due when it began: [{key, count, total, size, oldest}].")
    doubts = models.JSONField(default=list, help_text="Why it asked, in words.")
    approved_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state__in=["asks", "running"]), name="retention_run_one_of_each"
            )
        ]

    def __str__(self) -> str:
        return f"retention of {self.began_at:%F %H:%M}"


class Deletion(models.Model):
    """One line of the deletion report: a file, or the rows of one class in one run."""

    class State(models.TextChoices):
        PLANNED = "planned", "about to go"
        GONE = "gone", "deleted"
        HELD = "held", "kept: a lock was placed in time"

    run = models.ForeignKey(
        RetentionRun,
        on_delete=models.PROTECT,
        related_name="deletions",
        null=True,
        help_text="None: the watch deletes this class itself, and a line holds a day.",
    )
    key = models.CharField(max_length=16, help_text="The class, as in alerts.retention.rules.")
    rule = models.CharField(max_length=200, help_text="The rule in words, with its days, as it was then.")
    incident_number = models.BigIntegerField(null=True)
    path = models.CharField(max_length=200, blank=True, help_text="Of a file, below MEDIA_ROOT; empty for rows.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0, help_text="Bytes.")
    count = models.PositiveIntegerField(default=1)
    oldest = models.DateTimeField(null=True, help_text="What the days were counted from.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    fault = models.CharField(max_length=200, blank=True, help_text="Why a file could not be deleted yet.")
    decided_at = models.DateTimeField(db_default=Now())
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], condition=Q(path=""), name="deletion_rows_one_line"),
            # A file is decided on once; what a lock held may be decided on again.
            models.UniqueConstraint(fields=["path"], condition=Q(state="planned"), name="deletion_file_once"),
        ]
        indexes = [models.Index(fields=["incident_number"], name="deletion_by_incident")]

    def __str__(self) -> str:
        return f"{self.key} {self.path or self.count}: {self.get_state_display()}"
