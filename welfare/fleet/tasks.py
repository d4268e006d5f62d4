"""What Celery carries: watch this camera, make this clip. Both may be lost or come twice without harm."""

import logging
import signal
from functools import partial

from celery import shared_task
from django.conf import settings

from welfare.fleet import clips, handover, leases
from welfare.fleet.bounds import Bounds
from welfare.fleet.camera_run import CameraRun
from welfare.fleet.leases import Lease, StaleEpochError
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models
from zones.models import Camera

logger = logging.getLogger(__name__)
LATER = 9  # Celery's Redis transport: 0 is taken first
_models: list[Models] = []  # one set in a process, loaded after the fork


def models() -> Models:
    """The networks of this process."""
    if not _models:
        _models.append(Models(detector=Detector(**settings.DETECTOR)))
        _models[0].pose.preload()
    return _models[0]


@shared_task(ignore_result=True, acks_late=False)  # type: ignore[untyped-decorator]
def track_camera(camera_id: int, epoch: int, heir: str = "") -> None:
    """Watch a camera for as long as the epoch is the newest.

    Args:
        camera_id: which.
        epoch: the claimed one; for an heir, that of the present watcher.
        heir: the worker that takes it over with its first picture; empty where nobody watches it now.
    """
    lease = Lease(camera_id, epoch)
    if not heir:
        try:
            leases.renew(lease)
        except StaleEpochError as error:
            logger.info("not begun: %s", error)
            return
    run = CameraRun(
        Camera.objects.get(pk=camera_id),
        lease,
        models(),
        ask_for_clip,
        bounds=Bounds(hours=settings.TRACK_HOURS, memory_mb=settings.TRACK_MEMORY_MB),
        take_over=partial(handover.take_over, owner=heir) if heir else None,
    )
    try:
        before = signal.signal(signal.SIGTERM, lambda *_: _hand_over(run))
        run.run()
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
            signal.signal(signal.SIGTERM, before)
    finally:
        if run.holds:
            leases.release(run.lease)


def _hand_over(run: CameraRun) -> None:
    """The worker is stopping: end the run, and let nothing interrupt the handing back of the lease."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    run.stop("the worker is stopping")


@shared_task(ignore_result=True, queue="media")  # type: ignore[untyped-decorator]
def make_clip(incident_id: int) -> None:
    """Make the next part of an incident's clip."""
    if clips.make(incident_id):
        logger.info("incident #%s has one more part of its clip", incident_id)


def ask_for_clip(incident_id: int, *, first: bool) -> None:
    """Ask a media worker, without waiting for a broker that is away; the first part of an incident goes first."""
    make_clip.apply_async((incident_id,), retry=False, priority=0 if first else LATER)
