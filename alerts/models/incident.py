"""An incident, what the watch said about it, and its pictures."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alerts.escalation import policy_of
from alerts.models.people import Contact
from alerts.models.policy import Subject, TierChoices
from zones.models import Camera, Zone


class Incident(models.Model):
    """One person's stay that raised a welfare concern, or a camera that cannot see, until it is over.

    A person's incident is closed by a human alone; a camera's also when it sees again. Its states change only through
    `alerts.escalation` and `alerts.transitions`, never from a view.
    """

    Subject = Subject

    class State(models.TextChoices):
        OPEN = "open", "open"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        SNOOZED = "snoozed", "set aside for a while"
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
    drill = models.BooleanField(default=False, help_text="A rehearsal with a rendered person: nobody is at risk.")
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
    snoozed_by = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    snoozes = models.PositiveSmallIntegerField(default=0, help_text="How often it was set aside; there is a limit.")
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
        """What it is in two words: `critical welfare concern`, `camera fault`; a rehearsal says DRILL first."""
        if self.subject == Subject.CAMERA:
            return self.get_subject_display()
        words = f"{self.get_tier_display()} welfare concern"
        return f"DRILL: {words}" if self.drill else words

    @property
    def policy(self) -> Mapping[str, Any]:
        """What it runs on; empty, and so everyone, where the snapshot makes no sense."""
        return policy_of(self.policy_snapshot)

    @property
    def label(self) -> str:
        """What stands on its badge: the tier, or that it is a camera; a rehearsal says DRILL first."""
        if self.subject == Subject.CAMERA:
            return self.get_subject_display()
        return f"DRILL {self.get_tier_display()}" if self.drill else self.get_tier_display()


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
        default=list, help_text="Strongest first: {cue, words, value, unit, confidence, weight_nats, t_s}."
    )
    trail = models.JSONField(
        default=dict, help_text="The score by cue up to this report, bounded: see alerts.evidence.timeline."
    )
    box_px = models.JSONField(default=list)
    made_by = models.JSONField(
        default=dict,
        help_text="What it was made by: {version, source_sha256, weights, profile}.",
    )

    class Meta:
        ordering = ["frame_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} at {self.frame_at:%H:%M:%S}"


class Evidence(models.Model):
    """A still, a clip or part of the original recording of an incident, by file reference.

    Faces are blurred in stills and clips; a clip comes in parts while its incident is open. An overlay says where
    people were in a part and how their limbs lay, and lives as long as it. An original is as the camera sent it: it is
    shown to nobody and leaves the service in an evidence pack alone.
    """

    class Kind(models.TextChoices):
        STILL = "still", "still"
        CLIP = "clip", "clip"
        ORIGINAL = "original", "original recording"
        OVERLAY = "overlay", "zone and skeletons over a clip"

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
