"""Times of work on a camera, a zone or a site."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from zones.models import Camera, Site, Zone

LONGEST = timedelta(hours=12)  # assumed: a shift of work; longer work is opened again by a person who looks


class MaintenanceWindow(models.Model):
    """While it is on, concern and camera faults of its place are shown and held; urgent and critical page as ever.

    Whether it is on follows from its times alone, so it expires even if nothing runs; `begun_at` and `over_at` are when
    that was written to the audit chain.
    """

    LONGEST = LONGEST

    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    camera = models.ForeignKey(Camera, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    zone = models.ForeignKey(Zone, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    opened_by = models.CharField(max_length=150)
    begun_at = models.DateTimeField(null=True, editable=False)
    over_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(ends_at__lte=F("starts_at") + LONGEST),
                name="maintenance_is_short",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="maintenance_has_reason"),
            models.CheckConstraint(
                condition=(
                    Q(site__isnull=False, camera=None, zone=None)
                    | Q(site=None, camera__isnull=False, zone=None)
                    | Q(site=None, camera=None, zone__isnull=False)
                ),
                name="maintenance_of_one_place",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(over_at=None), name="maintenance_not_over")]

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"

    @property
    def place(self) -> str:
        """What is worked on, in words."""
        return str(self.zone or self.camera or self.site)
