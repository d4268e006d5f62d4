"""Numbers of stays, what silent zones would have raised, and proposals that wait for a person."""

from django.db import models
from django.db.models.functions import Now

from zones.models import PictureVersion, Zone
from zones.tier import Tier

TIERS = [(int(tier), tier.word) for tier in Tier]


class RecordedStay(models.Model):
    """One stay in a zone as numbers: no picture, no path, no place, nothing of how somebody looks. It expires."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="recorded_stays")
    episode = models.UUIDField(unique=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    stay_s = models.FloatField()
    edge_stay_s = models.FloatField(help_text="Longest time at the edge, seconds.")
    tier = models.PositiveSmallIntegerField(null=True, choices=TIERS, help_text="The highest that was raised.")
    rises = models.JSONField(default=list, help_text="[[second, tier, trigger]]")
    moments = models.JSONField(default=list, help_text="welfare.behaviour.record.moments_as_json")
    overrides = models.JSONField(default=dict, help_text="The zone's at that time.")
    whole = models.BooleanField(help_text="Measured from its beginning to its end by one worker.")

    class Meta:
        indexes = [models.Index(fields=["ended_at"], name="recorded_stay_expires")]

    def __str__(self) -> str:
        return f"{self.zone}, {self.began_at:%F %H:%M}, {self.stay_s:.0f} s"


class SilentConcern(models.Model):
    """What a silent zone would have raised; nobody was paged. It expires."""

    class Judgement(models.TextChoices):
        NONE = "", "not judged"
        AT_RISK = "incident", "somebody may have been at risk"
        BENIGN = "benign", "nobody at risk"
        FALSE_DETECTION = "false_detection", "false detection"

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="silent_concerns")
    episode = models.UUIDField()
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    score = models.FloatField()
    triggered = models.BooleanField()
    frame_at = models.DateTimeField()
    reasons = models.JSONField(help_text="Strongest first, as with an incident.")
    judgement = models.CharField(max_length=16, choices=Judgement.choices, blank=True)

    class Meta:
        ordering = ["-frame_at"]
        # A report that comes twice is one: the outbox tells again what it cannot know was told.
        constraints = [models.UniqueConstraint(fields=["episode", "tier"], name="silent_concern_once_a_tier")]
        indexes = [models.Index(fields=["frame_at"], name="silent_concern_expires")]

    def __str__(self) -> str:
        return f"{self.zone}, {self.frame_at:%F %H:%M}: {self.get_tier_display()}"


class Proposal(models.Model):
    """Other values for a zone's profile, from its history; nothing changes until a person approves it."""

    class State(models.TextChoices):
        WAITING = "waiting", "waits for a decision"
        APPROVED = "approved", "approved"
        REFUSED = "refused", "refused"
        ROLLED_BACK = "rolled_back", "approved, then rolled back"

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField(db_default=Now())
    before = models.JSONField(help_text="The zone's overrides that it was made for.")
    after = models.JSONField(help_text="The overrides that it proposes.")
    changes = models.JSONField(help_text="[{name, before, after, why}]")
    effect = models.JSONField(help_text="What it would have changed on the history: welfare.calibration.comparing.")
    words = models.JSONField(default=list, help_text="What the history lacks, and what was taken back.")
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.CharField(max_length=300, blank=True)
    version = models.ForeignKey(
        PictureVersion, null=True, blank=True, on_delete=models.SET_NULL, help_text="What the approval made."
    )

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone"], condition=models.Q(state="waiting"), name="one_waiting_proposal_a_zone"
            )
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} for {self.zone}"
