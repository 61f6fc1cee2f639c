"""The directory in which a daemon answers: what `runtime_dir` may be, and which one a configuration file means.

A command that asks a running daemon reads no more of the file than this key. What else is wrong with it is for the
daemon to say, and pydantic, which reads the rest, takes longer to load than the daemon to answer.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from anprd import document, variables
from anprd.faults import Faults, SettingsError
from anprd.variables import Givers

KEY = "runtime_dir"
DEFAULT = Path("/run/anprd")
STATUS_SOCKET = "status.sock"  # the longest name that is bound in it
SOCKET_PATH_BYTES_MAX = 107  # sun_path in <sys/un.h> holds 108, the last one 0


def load(path: Path, environ: Mapping[str, str]) -> Path:
    """The absolute `runtime_dir` that the file at `path` means; no variable of another key need be set.

    Raises:
        SettingsError: the file cannot be read, or this key of it.
    """
    source, faults = document.read_settings(path)
    folder = path.absolute().parent
    own = {name: value for name, value in source.values.items() if name == KEY}
    found = absolute(variables.expanded(own, (), Givers(environ, folder), faults), folder, faults)
    if wrong := tuple(fault for fault in faults.in_order() if fault.key.partition(".")[0] == KEY):
        raise SettingsError(path, wrong)
    return found


def absolute(values: Mapping[str, object], folder: Path, faults: Faults) -> Path:
    """The absolute `runtime_dir` of a file's values, a relative one meant from `folder`; what is wrong is a fault."""
    value = values.get(KEY, str(DEFAULT))
    if not isinstance(value, str):
        faults.add((KEY,), "has no value: write a path, or remove the key" if value is None else "must be a path")
    elif (wrong := path_fault(value)) is not None:
        faults.add((KEY,), wrong)
    else:
        found = Path(os.path.normpath(folder / value))
        excess = len(os.fsencode(found / STATUS_SOCKET)) - SOCKET_PATH_BYTES_MAX
        if excess <= 0:
            return found
        faults.add((KEY,), f"is {excess} bytes too long for the Unix socket in it; choose a shorter path")
    return DEFAULT


def path_fault(value: object) -> str | None:
    """What is wrong with a text that shall be a path, or None."""
    if value == "":
        return "must be a path, not empty"
    return "must not hold a NUL character; no path does" if isinstance(value, str) and "\0" in value else None
