"""Files that somebody else names: a pipe would hold up whoever opens it for ever, a device would fill the memory."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


class NotOrdinaryError(OSError):
    """A pipe, a socket, a device or a folder stands where a file should be."""


def opened(path: Path) -> BufferedReader:
    """The file, open to be read.

    Raises:
        NotOrdinaryError: it is something else.
        OSError: it cannot be opened.
    """
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115  # the caller's; a Path opens without an opener
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotOrdinaryError(errno.EINVAL, "it is no ordinary file")
    return file


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
