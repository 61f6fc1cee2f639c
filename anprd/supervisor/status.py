"""How the daemon fares, over a Unix socket in the runtime directory: one line asked, one JSON object answered.

The answer is made of what the supervisor already knows, so it comes at once even when every worker is stuck and Redis
is down. The other line that may be sent asks for a reload; its answer says what came of it.
"""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anprd.errors import ConfigError
from anprd.runtime_directory import STATUS_SOCKET
from anprd.supervisor import places

STATUS = b"status\n"
RELOAD = b"reload\n"
REQUEST_END = b"\n"
_ANSWER_BYTES_MAX = 64 * 1024 * 1024  # a thousand cameras are about one megabyte
_PRIVATE = 0o177  # umask that leaves rw-------


class NotRunningError(Exception):
    """No daemon answers in this runtime directory."""


def listen(runtime_dir: Path) -> socket.socket:
    """The listening socket, for its owner alone; what a dead daemon left behind is replaced.

    Raises:
        ConfigError: another daemon answers there, or the socket cannot be made.
        StartError: its disk is full, broken or mounted for reading alone.
    """
    path = runtime_dir / STATUS_SOCKET
    if _answers(path):
        raise ConfigError(places.already_running(runtime_dir, key="runtime_dir"))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    umask = os.umask(_PRIVATE)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        advice = f"set {'another' if error.errno else 'a shorter'} `runtime_dir`"  # one too long has no number
        raise places.family(error)(f"cannot make {path}: {error.strerror or error}; {advice}") from error
    finally:
        os.umask(umask)
    return listener


def clear(runtime_dir: Path) -> None:
    """Take the socket away: nobody answers there any more."""
    (runtime_dir / STATUS_SOCKET).unlink(missing_ok=True)


def fetch(runtime_dir: Path, *, timeout_s: float = 5.0) -> dict[str, Any]:
    """Ask the daemon how it fares: {"daemon": {...}, "cameras": [{...}, ...]}.

    Raises:
        NotRunningError: nobody answers there (in time).
    """
    return _ask(runtime_dir, STATUS, timeout_s)


def reload(runtime_dir: Path, *, timeout_s: float = 30.0) -> dict[str, Any]:
    """Have the daemon read its file again, and wait for what came of it: the object `last_reload` of the status.

    Cameras that change are interrupted afterwards; nobody waits for them.

    Raises:
        NotRunningError: nobody answers there (in time).
    """
    return _ask(runtime_dir, RELOAD, timeout_s)


def encode(status: Mapping[str, Any]) -> bytes:
    """The answer on the wire: one line of JSON."""
    return json.dumps(status, separators=(",", ":")).encode() + b"\n"


def _ask(runtime_dir: Path, request: bytes, timeout_s: float) -> dict[str, Any]:
    path = runtime_dir / STATUS_SOCKET
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(timeout_s)
            door.connect(str(path))
            door.sendall(request)
            return _object(_read_all(door))
    except PermissionError as error:
        raise NotRunningError(f"{path} belongs to another user: ask as that user or as root") from error
    except (OSError, ValueError, RecursionError) as error:
        raise NotRunningError(
            f"no daemon answers at {path}: is `anprd run` (or anprd.service) running?"
            " One that was started with another `runtime_dir` is reached with --runtime-dir DIR"
        ) from error


def _object(answer: bytes) -> dict[str, Any]:
    """The object that a daemon answers with. Raises ValueError, RecursionError: it is none."""
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise ValueError("no object")  # noqa: TRY004  # as what is no JSON
    return said


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False  # absent, stale, or a path too long, of which `bind` complains
        return True


def _read_all(door: socket.socket) -> bytes:
    answer = bytearray()
    while chunk := door.recv(65536):
        answer += chunk
        if len(answer) > _ANSWER_BYTES_MAX:
            raise ValueError("an answer without end")
    return bytes(answer)
