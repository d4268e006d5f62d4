"""Which worker watches which camera, and the stays it would hand over."""

from django.db import models
from django.db.models.functions import Now

from zones.models import Camera


class CameraLease(models.Model):
    """The right to watch one camera until an instant; every claim raises the epoch, and old epochs write nothing."""

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, primary_key=True, related_name="lease")
    owner = models.CharField(max_length=120, blank=True)
    epoch = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.camera}: {self.owner or 'nobody'} (epoch {self.epoch})"


class EpisodeCheckpoint(models.Model):
    """The stays of a camera as they were a moment ago: measurements, no pixels and no appearance."""

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, primary_key=True, related_name="checkpoint")
    epoch = models.BigIntegerField()
    frame_at = models.DateTimeField(help_text="Time of the last frame that is in it.")
    stays = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.camera} at {self.frame_at:%H:%M:%S}"
