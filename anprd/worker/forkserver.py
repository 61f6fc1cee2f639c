"""Imported by the fork server, last of all: everything that workers share is in memory after this."""

import atexit
import gc
import os
from pathlib import Path

from anprd.worker import entry, kernel, networks

_FOLDER = os.environ.get(entry.SHARED_WEIGHTS)

kernel.keep_memory_private()  # who could write to it would be in every worker that begins later
networks.prepare(Path(_FOLDER) if _FOLDER else None)
gc.collect()
kernel.lay_out_heap()
gc.freeze()  # a collection in a worker would else write to the head of every object, and the page were its own


def _leave(server: int) -> None:
    """End at once: by itself it would first take its libraries apart, for seconds on a busy machine."""
    if os.getpid() == server:  # some Pythons run this in workers too
        os._exit(0)


atexit.register(_leave, os.getpid())
