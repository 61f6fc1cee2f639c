"""Where the daemon is found: the configuration file that a command means, its variables and its runtime directory."""

import os
import re
from pathlib import Path

from anprd import runtime_directory, variables
from anprd.cli import console
from anprd.faults import Fault, SettingsError

DEFAULT_CONFIG = Path("/etc/anprd/cameras.yaml")
SERVICE_CREDENTIALS = Path("/run/credentials/anprd.service")
SERVICE_ENVIRONMENT = "environment"
"""Beside the service's configuration: the variables that systemd gives to the daemon, as `EnvironmentFile` has them."""

_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'")


def config_file(given: Path | None) -> Path:
    """The file that was named, or the one that `make install` puts in place.

    Raises:
        SettingsError: a relative one, and the folder that it is meant from is no more.
    """
    file = given or DEFAULT_CONFIG
    try:
        file.absolute()
    except FileNotFoundError as error:
        raise SettingsError(file, (Fault("", "does not exist; the folder that you are in was removed"),)) from error
    return file


def environ(given: Path | None) -> dict[str, str]:
    """The variables that the daemon with this configuration has: for the service's own file, systemd's as well."""
    file = config_file(given)
    if file.absolute() != DEFAULT_CONFIG:
        return dict(os.environ)
    found = dict(os.environ)
    if os.access(SERVICE_CREDENTIALS, os.R_OK | os.X_OK):  # it runs, and we are root or itself
        found[variables.CREDENTIALS] = str(SERVICE_CREDENTIALS)
    beside = file.with_name(SERVICE_ENVIRONMENT)  # the file named above has a name; `.` and `/` have none
    if os.access(beside, os.R_OK):
        found |= assignments(beside.read_text(encoding="utf-8", errors="replace"))
    return found


def assignments(text: str) -> dict[str, str]:
    """What the lines `VARIABLE=value` of systemd's EnvironmentFile say: systemd.exec(5), without continued lines."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith(("#", ";")):
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    """A value as systemd takes it: quotes count at its beginning and after other quotes, a backslash as in a shell."""
    said = ""
    while quoted := _QUOTED.match(value):
        double, single = quoted.groups()
        said += single if double is None else re.sub(r"\\([\"\\`$])", r"\1", double)
        value = value[quoted.end() :]
    return said + re.sub(r"\\(.)", r"\1", value)


def runtime_dir(given: Path | None) -> Path:
    """The directory in which the daemon answers that has this configuration.

    Where nobody named a file, and that of the service was broken under the daemon, it is asked where it is by default.

    Raises:
        SettingsError: the named file cannot be read, or what it says of this directory.
    """
    if stands_for_defaults(given):
        return runtime_directory.DEFAULT
    try:
        return runtime_directory.load(config_file(given), environ(given))
    except SettingsError as error:
        if given is not None:
            raise
        for sentence in (*str(error).splitlines(), f"looking for the daemon in {runtime_directory.DEFAULT}"):
            console.complain(sentence)
        return runtime_directory.DEFAULT


def stands_for_defaults(given: Path | None) -> bool:
    """Whether nobody named a file, and that of the service is missing or for other users' eyes."""
    return given is None and not os.access(DEFAULT_CONFIG, os.R_OK)
