"""Where a camera's pictures come from and where its recordings lie on this machine."""

from pathlib import Path

from django.conf import settings

from welfare.watch.address import is_file
from zones.live_picture import LivePlace


def camera_address(source: str) -> str:
    """A source as FFmpeg opens it: a file's path counts from the installation's folder."""
    return str(settings.BASE_DIR / source) if is_file(source) else source


def ring_folder(camera_id: int) -> Path:
    """Where a camera's ring and the boxes of its people lie."""
    return Path(settings.RUN_DIR) / settings.RECORDINGS / str(camera_id)


def ring_age_s() -> float:
    """How long a ring keeps what it has, seconds: one of the days of retention."""
    return settings.RETENTION_DAYS["ring"] * 86_400


def live_place(camera_id: int) -> LivePlace:
    """Where a camera's latest picture is asked for and found."""
    return LivePlace(Path(settings.RUN_DIR) / "live", camera_id)
