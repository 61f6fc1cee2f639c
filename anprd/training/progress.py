"""How a training tells how far it is, without knowing who looks on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[], None]
"""Called once for each step that is done."""

Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Given what is done and in how many steps, a context in which steps are counted."""


@contextmanager
def silent(_what: str, _steps: int) -> Iterator[Advance]:
    """Nobody looks on."""
    yield lambda: None
