"""Imported by the fork server: a process that cannot be forked is one camera's trouble and no other's.

Python's fork server ends where `os.fork` fails, for want of a process or memory just then, and the kernel ends every
worker with it. It passes over ECONNABORTED alone, a caller that has gone again, so that is what a failure becomes here.
Who asked sees its pipes closed.
"""

import errno
import os
import sys
from multiprocessing import forkserver

_fork = os.fork


def _fork_or_pass_over() -> int:
    """As `os.fork`. Where it fails and the fork server asked, that gives up this one request."""
    try:
        return _fork()
    except OSError as error:
        server = sys._getframe(1)  # noqa: SLF001  # its names are those of 3.11 to 3.14; its loop takes no hook
        asked = server.f_locals
        if server.f_code is not forkserver.main.__code__ or not {"child_r", "child_w", "fds"} <= asked.keys():
            raise
        for descriptor in (asked["child_r"], *asked["fds"], asked["child_w"]):
            os.close(descriptor)
        raise ConnectionAbortedError(errno.ECONNABORTED, f"no worker was forked: {error}") from error


os.fork = _fork_or_pass_over
