"""What the daemon needs of the machine before it starts: two directories of its own, and enough descriptors."""

import contextlib
import fcntl
import os
import resource
from collections.abc import Iterator
from pathlib import Path

from anprd.errors import ConfigError

DESCRIPTORS_MAX = 65536  # a worker takes four in the supervisor; a thousand cameras are far from this
_LOCK_NAME = "anprd.lock"


def prepare(directory: Path, *, key: str) -> None:
    """Make the directory where it is missing.

    Raises:
        ConfigError: it cannot be made or written to; says which key of the file to set.
    """
    advice = f"set `{key}` to a directory that you may write to"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise ConfigError(f"{key}: cannot make {directory}: {error.strerror}; {advice}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise ConfigError(f"{key}: {directory} is not writable for {_user()}; {advice}")


@contextlib.contextmanager
def lock(runtime_dir: Path) -> Iterator[None]:
    """Hold the runtime directory, at most as long as this process lives: the kernel lets go of it, however we die.

    Raises:
        ConfigError: another daemon holds it.
    """
    path = runtime_dir / _LOCK_NAME
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"runtime_dir: cannot open {path}: {error.strerror}; set another `runtime_dir`") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ConfigError(already_running(runtime_dir)) from error
    try:
        yield
    finally:
        os.close(descriptor)


def already_running(runtime_dir: Path) -> str:
    """The sentence for a second daemon."""
    return f"anprd is already running with runtime_dir {runtime_dir}: stop it first, or set another `runtime_dir`"


def raise_descriptor_limit() -> None:
    """Take as many descriptors as we may have: the usual soft limit of 1024 ends at some 250 cameras."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_MAX if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _user() -> str:
    return os.environ.get("USER") or f"user {os.getuid()}"
