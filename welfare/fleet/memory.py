"""Memory that stays flat: glibc's defaults keep every thread's freed pictures for itself.

A frame is some megabytes and lives for a moment. With a pool for each of two dozen threads, and a least size to give
back that rises with what was freed last, a process grows for hours without leaking anything.
"""

import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # malloc.h
LARGE_BYTES = 2**20  # a picture goes straight back to the system
POOLS = 2


def keep_flat() -> bool:
    """Set up this process; False where it has another C library."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(M_ARENA_MAX, POOLS) and mallopt(M_MMAP_THRESHOLD, LARGE_BYTES))
