"""Files are written beside their place and then put there: however a call ends, it leaves the old ones or the new.

OpenVINO and torch raise RuntimeError where a disk is full, Python raises OSError; here both become one sentence.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from anprd import scratch
from anprd.errors import SinkError


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A hidden folder next to `target`, on the same disk; it goes with all that is still in it, however the call ends.

    Raises:
        SinkError: it cannot be made.
    """
    with ExitStack() as opened:
        with told(target):
            folder = opened.enter_context(scratch.folder(target.parent, prefix="."))
        yield folder


@contextmanager
def told(target: Path) -> Iterator[None]:
    """What a write may raise becomes a SinkError that names `target`, the place that the user knows."""
    try:
        yield
    except OSError as error:
        raise SinkError(f"{target}: cannot be written ({error.strerror or error})") from error
    except RuntimeError as error:
        raise SinkError(f"{target}: cannot be written; is the disk full?") from error


def save(target: Path, write: Callable[[Path], object]) -> Path:
    """Have `write` make a file, which then takes the place of `target`; returns `target`.

    Args:
        target: the file; its folder is there.
        write: gets a path of the same name to write to, and does nothing else: each RuntimeError counts as a full disk.

    Raises:
        SinkError: it cannot be written.
    """
    with beside(target) as made, told(target):
        write(made / target.name)
        (made / target.name).replace(target)
    return target
