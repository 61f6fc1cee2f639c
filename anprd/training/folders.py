"""Folders for what takes long to make: whether anything can be written there is asked before, not after."""

import os
from pathlib import Path

from anprd.errors import ConfigError


def check(folder: Path) -> None:
    """Make sure that the folder is there, or can be made, and can be written to. Raises ConfigError."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists() or path.is_symlink())
    if not nearest.is_dir():
        raise ConfigError(f"{folder}: {nearest} is no folder; name another")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ConfigError(f"{folder}: {nearest} may not be written to; name another folder")


def make(folder: Path) -> Path:
    """Make the folder where it is missing, and return it. Raises ConfigError."""
    check(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror}); name another folder") from error
    return folder
