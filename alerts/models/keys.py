"""What is given to a machine instead of a log-in."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from alerts.accounts.roles import Grant, Role
from zones.models import Site


class IssuedKey(models.Model):
    """A key that a person gave out. Only its secret's hash is kept; the secret is shown once."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8, unique=True, help_text="The secret's first part, to tell keys apart.")
    secret_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=150)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class WallScreen(IssuedKey):
    """The key of a screen on a wall: it shows the wallboard of its site without anybody's log-in."""

    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: every site."
    )
    opened_at = models.DateTimeField(
        null=True, help_text="Its link was opened, and its secret replaced by that of one browser."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="wall_screen_expires_later")
        ]

    @property
    def grants(self) -> tuple[Grant, ...]:
        """It sees what an operator of its site sees; the gate opens it the wallboard and nothing else."""
        return (Grant(Role.OPERATOR, self.site_id),)
