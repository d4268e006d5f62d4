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
    reported_at = models.DateTimeField(null=True, help_text="When the run last said that it watches.")
    pid = models.PositiveIntegerField(null=True, help_text="Its process on the owner's machine.")
    offered_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its watcher wants to hand it over; it watches on until then."
    )
    heir = models.CharField(max_length=120, blank=True, help_text="The worker that begins beside the present one.")
    heir_until = models.DateTimeField(null=True, blank=True)

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


class TrackWorker(models.Model):
    """A worker that watches cameras, as it last said itself."""

    owner = models.CharField(max_length=120, primary_key=True, help_text="As in its leases: name/host/process/random.")
    slots = models.PositiveSmallIntegerField(help_text="Cameras that it can watch at once.")
    draining = models.BooleanField(default=False, help_text="It stops: it takes no camera and hands its own over.")
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.owner


class CameraFigures(models.Model):
    """What a camera's run has measured since it began: `welfare.fleet.figures`."""

    camera = models.OneToOneField(Camera, on_delete=models.CASCADE, primary_key=True, related_name="figures")
    epoch = models.BigIntegerField()
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField(db_default=Now())
    figures = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.camera} since {self.began_at:%H:%M:%S}"
