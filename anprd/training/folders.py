"""Folders for what takes long to make: whether anything can be written there is asked before, not after."""

import os
from pathlib import Path

from anprd.errors import SinkError


def check(folder: Path) -> None:
    """Make sure that the folder is there, or can be made, and can be written to. Raises SinkError."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists() or path.is_symlink())
    if not nearest.is_dir():
        raise SinkError(f"{folder}: {nearest} is no folder; name another")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise SinkError(f"{folder}: {nearest} may not be written to; name another folder")


def make(folder: Path) -> Path:
    """Make the folder where it is missing, and return it. Raises SinkError."""
    check(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"{folder}: cannot be made ({error.strerror}); name another folder") from error
    return folder
