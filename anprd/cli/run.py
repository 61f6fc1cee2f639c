"""`anprd run`: the daemon in the foreground; what systemd runs."""

from pathlib import Path

from anprd.cli import places
from anprd.supervisor import daemon


def run(config: Path | None) -> int:
    """Be the daemon until SIGTERM or SIGINT; return the exit code.

    Raises:
        ConfigError, StartError: it cannot start.
    """
    return daemon.run(places.config_file(config))
