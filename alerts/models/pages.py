"""What was sent and what came back: step runs, notifications, attempts, and the provider's events."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alerts.models.incident import Incident
from alerts.models.people import Contact
from alerts.models.policy import Channel


class StepRun(models.Model):
    """A policy step that was run for an incident: it happens once."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="step_runs")
    run = models.PositiveIntegerField()
    loop = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    hurried_at = models.DateTimeField(null=True, help_text="Every try failed, so the next step was run at once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "run", "loop", "step"], name="step_run_happens_once")
        ]

    def __str__(self) -> str:
        return f"{self.incident} step {self.step + 1}"


class Notification(models.Model):
    """One person to be told by one step run: to come, or that it is over."""

    class Purpose(models.TextChoices):
        PAGE = "page", "page"
        STAND_DOWN = "stand_down", "stand-down"

    step_run = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="notifications")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="notifications")
    channels = models.JSONField(help_text="In order; an attempt that fails starts the next.")
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.PAGE)
    exhausted_at = models.DateTimeField(null=True, help_text="When every channel had failed for the first time.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step_run", "contact"], name="notification_unique_for_person")]
        indexes = [
            # The engine's question each second: which steps have just failed for everybody?
            models.Index(
                fields=["exhausted_at"], condition=Q(exhausted_at__isnull=False), name="notification_exhausted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} for {self.step_run}"


class Attempt(models.Model):
    """One try to reach one person by one channel. States only move forward."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        CLAIMED = "claimed", "being sent"
        ACCEPTED = "accepted", "accepted by the provider"
        SENT = "sent", "sent"
        DELIVERED = "delivered", "delivered"
        FAILED_TEMPORARY = "failed_temporary", "failed, tried another way"
        FAILED_PERMANENT = "failed_permanent", "failed"
        UNKNOWN = "unknown", "not known whether it went out"
        CANCELLED = "cancelled", "not needed any more"

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="attempts")
    n = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="followed_by", help_text="The try that failed."
    )
    round = models.PositiveSmallIntegerField(default=0, help_text="How often all channels had failed before.")
    account = models.PositiveSmallIntegerField(default=1, help_text="The provider account it goes out by: 1 or 2.")
    sender = models.CharField(max_length=20, blank=True, help_text="Our number that it goes out from.")
    paced = models.BooleanField(default=False, help_text="It has its turn in the sender's pace.")
    token = models.UUIDField(default=uuid.uuid4, unique=True, help_text="Rides in the callback address.")
    provider_sid = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=16, blank=True)
    error_words = models.CharField(max_length=200, blank=True)
    answered_by = models.CharField(
        max_length=24, blank=True, help_text="The provider's guess at who picked up; a hint, never an answer."
    )
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True, help_text="When a sender began: what the provider took is newer.")
    created_at = models.DateTimeField(db_default=Now())
    accepted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "n"], name="attempt_number_unique"),
            # A failed try is followed once by each channel, whoever notices the failure first.
            models.UniqueConstraint(fields=["follows", "channel"], name="attempt_followed_once_by_channel"),
        ]
        indexes = [
            # The sender's question: what is waiting, or claimed by a sender that died?
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "claimed"]), name="attempt_due"),
            # What became of those that may never have gone out, and of those that nobody has reported on?
            models.Index(fields=["changed_at"], condition=Q(state="unknown"), name="attempt_unknown"),
            models.Index(fields=["due_at"], condition=Q(state__in=["accepted", "sent"]), name="attempt_silent"),
            models.Index(fields=["provider_sid"], name="attempt_by_sid"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.notification.contact}: {self.get_state_display()}"


class ProviderEvent(models.Model):
    """Everything a provider told us, once: the inbox of callbacks, replies and key presses."""

    provider = models.CharField(max_length=16, default="twilio")
    kind = models.CharField(max_length=16, help_text="message-status, call-status, reply or key.")
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of what makes it the same.")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.SET_NULL, related_name="events")
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.kind} at {self.received_at:%H:%M:%S}"


class Heartbeat(models.Model):
    """When a part of the service last finished a healthy round; the watchdog reads it."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at:%H:%M:%S}"
