"""Where the daemon is found: the configuration file that a command means, and what it says of the daemon."""

import os
from pathlib import Path

from anprd import settings
from anprd.settings import Settings

DEFAULT_CONFIG = Path("/etc/anprd/cameras.yaml")


def config_file(given: Path | None) -> Path:
    """The file that was named, or the one that `make install` puts in place."""
    return given or DEFAULT_CONFIG


def daemon_settings(given: Path | None) -> Settings:
    """What the file says of the daemon, without its cameras.

    A file that nobody named and that is missing or for other users' eyes stands for the defaults.

    Raises:
        SettingsError: the file is wrong, or it was named and is missing.
    """
    if given is None and not os.access(DEFAULT_CONFIG, os.R_OK):
        return Settings()
    return settings.load_without_cameras(config_file(given), os.environ)
