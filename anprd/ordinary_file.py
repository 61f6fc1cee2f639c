"""Files that somebody else names: a pipe would hold up whoever opens it for ever, a device would fill the memory."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


class NotOrdinaryError(OSError):
    """A pipe, a socket or a device stands where a file should be."""

    def __init__(self) -> None:
        """As the system refuses what it cannot do with such."""
        super().__init__(errno.EINVAL, "it is no ordinary file")


def opened(path: Path) -> BufferedReader:
    """The file, open to be read.

    Raises:
        NotOrdinaryError: it is no file.
        OSError: it cannot be opened, as a folder cannot (IsADirectoryError).
    """
    try:
        file = open(path, "rb", opener=_at_once)  # noqa: SIM115  # the caller's; a Path opens without an opener
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise NotOrdinaryError from error  # a socket
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotOrdinaryError
    return file


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
