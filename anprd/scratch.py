"""Folders for one call alone."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder(parent: Path | None = None, *, prefix: str = "anprd-") -> Iterator[Path]:
    """A new folder, for this user's eyes only, that goes with all that is in it, however the call ends.

    `tempfile.TemporaryDirectory` leaves one behind where Ctrl-C comes after it was made and before it was noted, which
    a busy machine brings about: making a folder waits for the disk, and the signal that came meanwhile is served next.

    Args:
        parent: where it is made; with the temporary files (`TMPDIR`) by default.
        prefix: how its name begins.

    Raises:
        OSError: it cannot be made.
    """
    path = Path(parent or tempfile.gettempdir(), f"{prefix}{secrets.token_hex(8)}")
    try:
        path.mkdir(mode=0o700)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
