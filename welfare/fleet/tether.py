"""A child that ends with its worker, however that dies: a watcher without a supervisor is nobody's.

Celery's children do not notice that a worker was killed: each holds the other's ends of the pipes open.
"""

import os
import signal
import threading
import time

LOOK_S = 0.5
HAND_BACK_S = 6.0  # assumed: long enough to give a lease back, also on a busy machine


def end_with_parent() -> None:
    """Watch the parent from a thread of this process."""
    threading.Thread(target=_watch, args=(os.getppid(),), name="tether", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)  # a run gives its camera back at once
    time.sleep(HAND_BACK_S)
    os._exit(1)
