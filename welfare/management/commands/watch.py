"""`manage.py watch CAMERA_ID`: watch one camera here, without Celery."""

import os
import signal
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from welfare.fleet import leases
from welfare.fleet.camera_run import CameraRun
from welfare.fleet.tasks import ask_for_clip
from welfare.watch.detector import Detector
from welfare.watch.pipeline import Models
from zones.models import Camera


class Command(BaseCommand):
    """The same run as in a worker, in the foreground."""

    help = "Watch one camera in this process until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which camera."""
        parser.add_argument("camera_id", type=int)

    def handle(self, *_: Any, camera_id: int, **options: Any) -> None:
        """Claim the camera and watch it."""
        camera = Camera.objects.filter(pk=camera_id).first()
        if camera is None:
            raise CommandError(f"there is no camera {camera_id}; there are: {Camera.named()}")
        claimed = leases.claim(f"watch/{socket.gethostname()}/{os.getpid()}", 1, camera_id)
        if not claimed:
            raise CommandError(f"camera {camera_id} is disabled, or a worker watches it: disable it there first")
        try:
            with Models(detector=Detector(**settings.DETECTOR)) as models:
                run = CameraRun(camera, claimed[0], models, ask_for_clip)
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, lambda *_: run.stop("asked to stop"))
                run.run()
        finally:
            leases.release(claimed[0])
