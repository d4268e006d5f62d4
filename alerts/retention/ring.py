"""What a recorder left behind: a camera that is switched off or moved to another machine prunes its ring no more.

A recorder prunes its own ring by the same number of days. This looks at the rings that lie on this machine.
"""

import logging
import time
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
MARGIN_S = 600  # assumed: a recorder that lives has long pruned it
EVERY_S = 600.0
_looked: list[float] = []


def look() -> None:
    """Sweep every few minutes."""
    if not _looked or time.monotonic() - _looked[-1] > EVERY_S:
        _looked[:] = [time.monotonic()]
        sweep(time.time())


def sweep(now_s: float) -> int:
    """Delete what lies in the rings and was written too long ago, by this machine's clock; returns how many files."""
    old_s = now_s - settings.RETENTION_DAYS["ring"] * 86_400 - MARGIN_S
    gone = 0
    for file in (Path(settings.RUN_DIR) / settings.RECORDINGS).glob("*/*"):
        try:
            if file.is_file() and file.stat().st_mtime < old_s:
                file.unlink(missing_ok=True)
                gone += 1
        except OSError as error:
            logger.error("%s cannot be deleted: %s", file, error.strerror)
    if gone:
        logger.info("retention: %s files of rings that nobody prunes are gone", gone)
    return gone
