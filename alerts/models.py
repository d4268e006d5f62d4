"""Who is told: people and rotas, policies, incidents, what was sent, what came back, and the audit chain."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from zones.models import Camera, Site, Zone
from zones.tier import Tier


class TierChoices(models.IntegerChoices):
    """The tiers as database choices."""

    NOTICE = Tier.NOTICE, "notice"
    CONCERN = Tier.CONCERN, "concern"
    URGENT = Tier.URGENT, "urgent"
    CRITICAL = Tier.CRITICAL, "critical"


# --- People -------------------------------------------------------------------------------------------------
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


# --- Policy -------------------------------------------------------------------------------------------------
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


# --- Incident -----------------------------------------------------------------------------------------------
class Incident(models.Model):
    """One person's stay that raised a welfare concern, or a camera that cannot see, until it is over.

    A person's incident is closed by a human alone; a camera's also when it sees again. Its states change only through
    `alerts.escalation` and `alerts.transitions`, never from a view.
    """

    Subject = Subject

    class State(models.TextChoices):
        OPEN = "open", "open"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        RESOLVED = "resolved", "closed"

    class Outcome(models.TextChoices):
        SUPPORTED = "supported", "person supported"
        DECLINED = "declined", "support declined"
        NOT_LOCATED = "not_located", "not located"
        INCIDENT = "incident", "incident"
        BENIGN = "benign", "nobody at risk"
        FALSE_DETECTION = "false_detection", "false detection"
        FAULT = "fault", "technical fault"
        DUPLICATE = "duplicate", "duplicate"
        UNKNOWN = "unknown", "unknown"

    subject = models.CharField(max_length=8, choices=Subject.choices, default=Subject.PERSON)
    fault = models.CharField(max_length=12, blank=True, help_text="What is wrong with the camera: a zones.fault.Fault.")
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="incidents")
    zone = models.ForeignKey(Zone, null=True, on_delete=models.SET_NULL, related_name="incidents")
    place = models.CharField(max_length=250, help_text="Where, in words, as it was when the incident opened.")
    zone_name = models.CharField(max_length=80, blank=True)
    episode = models.UUIDField()
    dedupe_key = models.CharField(max_length=120)
    tier = models.PositiveSmallIntegerField(choices=TierChoices.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change.")
    policy_snapshot = models.JSONField(default=dict)
    step = models.PositiveSmallIntegerField(default=0, help_text="The next step to run, from 0.")
    loop = models.PositiveSmallIntegerField(default=0)
    run = models.PositiveIntegerField(
        default=0, help_text="How often the policy was (re)started: a tier that rises starts it again."
    )
    next_action_at = models.DateTimeField(null=True)
    first_frame_at = models.DateTimeField(help_text="Time of the frame that raised the first concern.")
    opened_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_via = models.CharField(max_length=12, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    outcome_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                # A page is never lost: an incident that nobody has closed always has a next action.
                condition=Q(state="resolved") | Q(next_action_at__isnull=False),
                name="incident_unresolved_has_next_action",
            ),
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=~Q(state="resolved"),
                name="incident_dedupe_unique_while_unresolved",
            ),
            models.CheckConstraint(
                condition=~Q(state="resolved") | ~Q(outcome=""), name="incident_resolved_has_outcome"
            ),
        ]
        indexes = [
            # The engine's question each second: which unresolved incidents are due?
            models.Index(fields=["next_action_at"], condition=~Q(state="resolved"), name="incident_due"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} at {self.place}"

    @property
    def kind(self) -> str:
        """What it is in two words: `critical welfare concern`, `camera fault`."""
        if self.subject == Subject.CAMERA:
            return self.get_subject_display()
        return f"{self.get_tier_display()} welfare concern"

    @property
    def label(self) -> str:
        """What stands on its badge: the tier, or that it is a camera."""
        return self.get_subject_display() if self.subject == Subject.CAMERA else self.get_tier_display()


class ConcernReport(models.Model):
    """One report of the watch about an incident: the tier, the score and the reasons, as they were."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="concerns")
    tier = models.PositiveSmallIntegerField(choices=TierChoices.choices)
    score = models.FloatField()
    triggered = models.BooleanField()
    metres_estimated = models.BooleanField(default=False)
    frame_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    reasons = models.JSONField(
        default=list, help_text="Strongest first: {cue, words, value, unit, confidence, weight_nats}."
    )
    box_px = models.JSONField(default=list)

    class Meta:
        ordering = ["frame_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} at {self.frame_at:%H:%M:%S}"


class Evidence(models.Model):
    """A still or a clip of an incident, by file reference; people's faces are blurred in it."""

    class Kind(models.TextChoices):
        STILL = "still", "still"
        CLIP = "clip", "clip"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    path = models.CharField(max_length=200, help_text="Below MEDIA_ROOT.")
    sha256 = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [models.UniqueConstraint(fields=["incident", "kind", "path"], name="evidence_path_unique")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.incident}"


# --- Pages --------------------------------------------------------------------------------------------------
class StepRun(models.Model):
    """A policy step that was run for an incident: it happens once."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="step_runs")
    run = models.PositiveIntegerField()
    loop = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "run", "loop", "step"], name="step_run_happens_once")
        ]

    def __str__(self) -> str:
        return f"{self.incident} step {self.step + 1}"


class Notification(models.Model):
    """One person to be told by one step run."""

    step_run = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="notifications")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="notifications")
    channels = models.JSONField(help_text="In order; an attempt that fails starts the next.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step_run", "contact"], name="notification_unique_for_person")]

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
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="followed_by", help_text="The try that failed."
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, help_text="Rides in the callback address.")
    provider_sid = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=16, blank=True)
    error_words = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    accepted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notification", "n"], name="attempt_number_unique")]
        indexes = [
            # The sender's question: what is waiting, or claimed by a sender that died?
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "claimed"]), name="attempt_due"),
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
