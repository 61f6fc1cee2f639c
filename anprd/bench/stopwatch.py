"""CPU time of named stages while the real program runs: methods are watched from outside, so nothing is rebuilt here.

Of a stage within another one both times are kept: with what it calls, and without the stages that it calls.
"""

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

OUTSIDE = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A method, and the stage that a call of it is."""

    owner: type
    method: str
    stage: str


class Stopwatch:
    """Seconds of this thread's CPU time.

    Attributes:
        spans_s: of each call of a stage, with all that it calls.
        own_s: of all calls of a stage, without the stages within them.
        stage: which one runs now; `OUTSIDE` of all.
    """

    def __init__(self, now_s: Callable[[], float] = time.thread_time) -> None:
        self.spans_s: dict[str, list[float]] = defaultdict(list)
        self.own_s: dict[str, float] = defaultdict(float)
        self.stage = OUTSIDE
        self._now_s = now_s
        self._inner_s = 0.0

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """What runs meanwhile is of this stage."""
        outer_stage, outer_inner_s = self.stage, self._inner_s
        self.stage, self._inner_s = stage, 0.0
        began_s = self._now_s()
        try:
            yield
        finally:
            span_s = self._now_s() - began_s
            self.spans_s[stage].append(span_s)
            self.own_s[stage] += span_s - self._inner_s
            self.stage, self._inner_s = outer_stage, outer_inner_s + span_s

    @contextmanager
    def watching(self, watched: Sequence[Watched]) -> Iterator[None]:
        """Every call of these methods is timed meanwhile."""
        with ExitStack() as undo:
            for one in watched:
                method = getattr(one.owner, one.method)
                undo.callback(setattr, one.owner, one.method, method)
                setattr(one.owner, one.method, self._timed(method, one.stage))
            yield

    def _timed(self, method: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # whatever the method takes and gives
            with self.during(stage):
                return method(*args, **kwargs)

        return timed
