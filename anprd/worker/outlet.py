"""Standard error as a daemon needs it: a log line that cannot be written is lost, and nothing else.

A closed terminal or a reader that left (`anprd run 2>&1 | head`) must not stop a worker between a plate and its event.
"""

import io
import sys
from typing import TextIO, cast


class Outlet(io.TextIOBase):
    """A text stream that forgives."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            return

    def isatty(self) -> bool:
        return self._stream.isatty()


def standard_error() -> TextIO:
    """Standard error, forgiving."""
    return cast("TextIO", Outlet(sys.stderr))
