"""What the daemon needs of the machine: two directories of its own, the networks, and enough descriptors."""

import contextlib
import errno
import fcntl
import os
import resource
from collections.abc import Iterator
from pathlib import Path

from anprd.errors import ConfigError, StartError
from anprd.vision import weights

_PASSING = {errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
DESCRIPTORS_MAX = 65536  # a worker takes four in the supervisor; a thousand cameras are far from this


def prepare(directory: Path, *, key: str) -> None:
    """Make the directory where it is missing.

    Raises:
        ConfigError: it cannot be made or written to; says which key of the file to set.
        StartError: its disk is full, broken or mounted for reading alone.
    """
    advice = f"set `{key}` to a directory that you may write to{_unit_advice(directory)}"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise family(error)(f"{key}: cannot make {directory}: {error.strerror}; {advice}") from error
    if os.statvfs(directory).f_flag & os.ST_RDONLY:
        raise StartError(f"{key}: the disk of {directory} is mounted for reading alone; mend it, or {advice}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise ConfigError(f"{key}: {directory} is not writable for {_user()}; {advice}")


@contextlib.contextmanager
def lock(directory: Path, *, key: str) -> Iterator[None]:
    """Hold the directory that `key` names, at most as long as this process lives: the kernel lets go, however we die.

    Raises:
        ConfigError: another daemon holds it.
        StartError: as `prepare`.
    """
    path = directory / f"{key}.lock"  # by key: both may be one directory
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise family(error)(f"{key}: cannot open {path}: {error.strerror}; set another `{key}`") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ConfigError(already_running(directory, key=key)) from error
    try:
        yield
    finally:
        os.close(descriptor)


def already_running(directory: Path, *, key: str) -> str:
    """The sentence for a second daemon."""
    return f"anprd is already running with {key} {directory}: stop it first, or set another `{key}`"


def family(error: OSError) -> type[ConfigError | StartError]:
    """StartError for what may be well again without a change of the file; ConfigError for what will not."""
    return StartError if error.errno in _PASSING else ConfigError


def weights_fault(folder: Path | None) -> str | None:
    """What is wrong with the networks of a `weights_dir`, with the key before it, or None.

    Each worker would find it, too, but only after its camera was interrupted.
    """
    try:
        if folder is not None:
            weights.networks(folder)
    except ConfigError as error:
        return f"weights_dir: {error}"
    return None


def raise_descriptor_limit() -> None:
    """Take as many descriptors as we may have: the usual soft limit of 1024 ends at some 250 cameras."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_MAX if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _unit_advice(directory: Path) -> str:
    """To a service all disks look mounted for reading alone, but for what its unit names."""
    as_service = "INVOCATION_ID" in os.environ
    return f"; a service needs ReadWritePaths={directory} in its unit (systemctl edit anprd)" if as_service else ""


def _user() -> str:
    return os.environ.get("USER") or f"user {os.getuid()}"
