"""One time for a camera's whole life: stream seconds begin anew with every session, tracks and holds must not.

Sessions are laid end to end on the process's monotonic clock, so a minute without the camera is a minute here too.
"""

import bisect
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from anprd.records import Dates, TimeBasis, Verdict

STEP_S_MIN = 0.001
DRIFT_S_MAX = 0.05  # a twentieth of a second is below what a person or a barrier notices
STEPPED_S = 60.0  # so long after this machine's clock was set, events say so: a pass is over by then
ANCHORS_MAX = 512  # ten seconds of walking back at 25 frames a second, and in quiet times hours of past
_STEPS_MAX = 16  # a clock that is set more often in a minute is of no use anyway
_WALK_RATIO = 0.5  # of the time that passes: wall time runs at half its speed until it is right again
_LEAST_TRUSTED = (TimeBasis.FILE, TimeBasis.STEPPED, TimeBasis.ARRIVAL, TimeBasis.SENDER)


class CameraTime:
    """Camera seconds and the wall time of each. What was once said of a moment is never said differently.

    Wall times grow with camera time. An estimate that turns out to lie too late is walked back from, never jumped; only
    where this machine's own clock is set back do they run back, and `dates` says so.
    """

    def __init__(self, clock_steps: Callable[[], int] = lambda: 0) -> None:
        """`clock_steps`: how often this machine's clock was set so far (`SteadyClock.steps`)."""
        self._clock_steps = clock_steps
        self._steps = clock_steps()
        self._stepped_t_s: deque[float] = deque(maxlen=_STEPS_MAX)
        self._offset_s: float | None = None
        self._last_t_s = self._placed_s = self._passed_t_s = float("-inf")
        self._anchors: list[tuple[float, datetime, TimeBasis]] = []

    def begin_session(self) -> None:
        """The next frame is the first of a new session."""
        self._offset_s = None

    def place(self, t_s: float, at: datetime, *, now_s: float, clock: TimeBasis = TimeBasis.ARRIVAL) -> float:
        """The camera time of a frame, always later than that of the frame before.

        Args:
            t_s: the session's stream seconds.
            at: when the frame was taken (aware).
            now_s: the process's monotonic clock; camera time is about the same number.
            clock: what `at` rests on.
        """
        if self._offset_s is None:
            self._offset_s = max(now_s, max(self._last_t_s, self._passed_t_s) + STEP_S_MIN) - t_s
        self._placed_s = now_s
        before_s, self._last_t_s = self._last_t_s, max(t_s + self._offset_s, self._last_t_s + STEP_S_MIN)
        if self._was_set():
            self._stepped_t_s.append(self._last_t_s)
            self._anchor(self._last_t_s, at, clock)
        else:
            self._follow(self._last_t_s, at, clock, self._last_t_s - before_s)
        return self._last_t_s

    def now(self, now_s: float) -> float:
        """The camera time of a moment of the process's clock, `now_s`, not before the last frame was placed.

        Not the same number: a camera's clock that is off by a ten thousandth is nine seconds off after a day.
        """
        return self._last_t_s + (now_s - self._placed_s) if self._anchors else now_s

    def pass_time(self, now_s: float) -> float:
        """The camera time of this moment between two sessions, which all frames of the next are later than."""
        self._passed_t_s = max(self.now(now_s), self._passed_t_s)
        return self._passed_t_s

    def at(self, t_s: float) -> datetime:
        """The wall time of a moment of camera time, to about `DRIFT_S_MAX`; some frame must have been placed."""
        anchor_s, moment, _ = self._anchors[self._index(t_s)]
        return moment + timedelta(seconds=t_s - anchor_s)

    def dates(self, verdict: Verdict, first_seen: datetime | None) -> Dates:
        """The wall times of a pass, in order whatever happened to the clocks meanwhile.

        Where this machine's clock was set within the pass, its spans are those of the stream.

        Args:
            verdict: times are camera seconds.
            first_seen: what was said of this pass before, to be said again; None: nothing.
        """
        first_s, best_s, last_s = verdict.first_t_s, verdict.best_t_s, verdict.last_t_s
        if any(first_s < stepped_s <= last_s for stepped_s in self._stepped_t_s):
            start = first_seen or self.at(last_s) - timedelta(seconds=last_s - first_s)
            best, last = (start + timedelta(seconds=moment_s - first_s) for moment_s in (best_s, last_s))
        else:
            start = first_seen or self.at(first_s)
            best, last = self.at(best_s), self.at(last_s)
        best = max(start, best)
        return Dates(start, best, max(best, last), self._basis(first_s, last_s))

    def _index(self, t_s: float) -> int:
        return max(0, bisect.bisect_right(self._anchors, t_s, key=lambda anchor: anchor[0]) - 1)

    def _basis(self, first_s: float, last_s: float) -> TimeBasis:
        found = {basis for _, _, basis in self._anchors[self._index(first_s) : self._index(last_s) + 1]}
        if any(first_s - STEPPED_S < stepped_s <= last_s for stepped_s in self._stepped_t_s):
            found.add(TimeBasis.STEPPED)
        return next(basis for basis in _LEAST_TRUSTED if basis in found)

    def _was_set(self) -> bool:
        before, self._steps = self._steps, self._clock_steps()
        return self._steps != before and bool(self._anchors)

    def _follow(self, t_s: float, at: datetime, clock: TimeBasis, passed_s: float) -> None:
        if not self._anchors:
            self._anchor(t_s, at, clock)
            return
        expected = self.at(t_s)
        error_s = (at - expected).total_seconds()
        if error_s > DRIFT_S_MAX:
            self._anchor(t_s, at, clock)
        elif error_s < -DRIFT_S_MAX:
            back_s = min(-error_s, _WALK_RATIO * passed_s)
            # As long as it walks it is neither clock's.
            basis = clock if back_s == -error_s or clock is TimeBasis.FILE else TimeBasis.ARRIVAL
            self._anchor(t_s, expected - timedelta(seconds=back_s), basis)
        elif self._anchors[-1][2] is not clock:
            self._anchor(t_s, expected, clock)

    def _anchor(self, t_s: float, at: datetime, clock: TimeBasis) -> None:
        self._anchors.append((t_s, at, clock))
        del self._anchors[:-ANCHORS_MAX]
