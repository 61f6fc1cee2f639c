"""Three times and the ways between them: the process's, the stream's and the wall's.

A camera's PTS are the only even clock there is: frames arrive in bursts, late, and never early. So stream seconds come
from PTS alone, and the way back to real time is the smallest delay seen lately: the frame that waited least tells when
the others were taken.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from anprd.video.pulse import Pulse

STEP_S_MIN = 0.001
GAP_S_MAX = 10.0  # a camera that skips more has set its clock; guess, not measured
NOMINAL_S = 1 / 25
MISSING_MAX = 3  # frames without PTS in a row; an RTSP server's first has none, and comes with the next ones
WALL_STEP_S = 1.0  # NTP slews what is less than about half a second, and steps beyond
_FOLLOW_RATIO = 0.01  # twenty times what the kernel slews (500 ppm): never behind it, and nobody sees it
_NOMINAL_S_MAX = 1.0
_WINDOW_S = 10.0  # long enough to meet one frame without queueing, short enough for 100 ppm of drift to be 2 ms
_SLEW_RATIO = 0.005  # fifty times a bad crystal, and nobody sees it
_SLEW_S_MAX = 1.0  # beyond it PTS have lost time, and walking there would take minutes


class Clock(Protocol):
    """Time, as an argument. Tests have one that does not wait."""

    def now_s(self) -> float:
        """Monotonic seconds of this process."""

    def wall(self) -> datetime:
        """Now, aware, in UTC."""

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's."""

    def now_s(self) -> float:
        return time.monotonic()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class SteadyClock:
    """A clock whose wall time runs as evenly as its monotonic one: it hangs on that, and follows the machine's slowly.

    What NTP slews is followed. A machine's clock that was set, by a person or after a boot without a network, is told
    apart from that (`steps`) and believed at once: whoever set it knew better.
    """

    def __init__(self, clock: Clock, *, on_step: Callable[[float], object]) -> None:
        """`on_step` is told of each step, in seconds; it happens within `wall`."""
        self._clock = clock
        self._on_step = on_step
        self._seen_s = clock.now_s()
        self._offset = clock.wall() - timedelta(seconds=self._seen_s)
        self.steps = 0

    def now_s(self) -> float:
        return self._clock.now_s()

    def wall(self) -> datetime:
        now_s = self._clock.now_s()
        error_s = (self._clock.wall() - timedelta(seconds=now_s) - self._offset).total_seconds()
        room_s = _FOLLOW_RATIO * max(0.0, now_s - self._seen_s)
        self._seen_s = now_s
        if abs(error_s) > WALL_STEP_S:
            self._offset += timedelta(seconds=error_s)
            self.steps += 1
            self._on_step(error_s)
        else:
            self._offset += timedelta(seconds=min(room_s, max(-room_s, error_s)))
        return self._offset + timedelta(seconds=now_s)

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def wall_of(live_s: float, clock: Clock) -> datetime:
    """The wall time of a monotonic moment. Asked anew for each frame, so a corrected system clock is followed."""
    return clock.wall() - timedelta(seconds=clock.now_s() - live_s)


class Lateness:
    """How late the packets of one stream are read: about 0 where none lies unread.

    What is compared with is the least delay of ten seconds that are over. So PTS that leap, or do not run as time does,
    are far from 0 either way, for ten seconds or for ever: nobody takes such a stream for one that is read in time.
    """

    def __init__(self, tick_s: float) -> None:
        """`tick_s`: the unit of the stream's PTS."""
        self._tick_s = tick_s
        self._window_s = float("-inf")
        self._least_s = self._least_before_s = float("inf")

    def of(self, pts: int | None, read_s: float) -> float:
        """How late, seconds, the packet is that was read at that monotonic moment; minus infinity: nobody knows yet."""
        if pts is None:
            return float("-inf")
        delay_s = read_s - pts * self._tick_s
        if read_s - self._window_s > _WINDOW_S:
            self._least_before_s, self._least_s, self._window_s = self._least_s, delay_s, read_s
        self._least_s = min(self._least_s, delay_s)
        return delay_s - self._least_before_s


class Timeline:
    """PTS to stream seconds that begin at 0 and always grow, whatever the camera does to its clock."""

    def __init__(self, *, nominal_s: float = NOMINAL_S, gap_s_max: float = GAP_S_MAX) -> None:
        """`nominal_s`: the length of a frame until two PTS have told better."""
        self._nominal_s = nominal_s
        self._gap_s_max = gap_s_max
        self._t_s: float | None = None
        self._pts_s: float | None = None
        self._missing = 0

    def place(self, pts_s: float | None, elapsed_s: float | None = None) -> float:
        """The stream time of the next frame, seconds.

        Args:
            pts_s: None where the camera gave none.
            elapsed_s: seconds since the last frame by another clock; it stands in where PTS run backwards, stand still,
                leap or are missing for good. None: nothing better than a frame's usual length is known.
        """
        if self._t_s is None:
            self._t_s, self._pts_s = 0.0, pts_s
            return 0.0
        step_s = max(STEP_S_MIN, self._step_s(pts_s, elapsed_s))
        self._t_s += step_s
        if pts_s is not None:
            self._pts_s = pts_s
        elif self._pts_s is not None:
            self._pts_s += step_s
        return self._t_s

    def _step_s(self, pts_s: float | None, elapsed_s: float | None) -> float:
        self._missing = self._missing + 1 if pts_s is None else 0
        if pts_s is None or self._pts_s is None:
            return self._nominal_s if elapsed_s is None or self._missing <= MISSING_MAX else elapsed_s
        step_s = pts_s - self._pts_s
        if 0 < step_s <= self._gap_s_max:
            self._nominal_s = min(step_s, _NOMINAL_S_MAX)
            return step_s
        return self._nominal_s if elapsed_s is None else elapsed_s


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a frame was taken: in stream seconds, and as a moment of the process's monotonic clock."""

    t_s: float
    live_s: float


class StreamClock:
    """PTS and arrival times in, stamps out, for one camera session.

    `arrived_s - t_s` is the unknown start of the stream plus that frame's delay. The least of the last ten to twenty
    seconds is taken for the start; a lesser one is believed at once (no frame arrives before it is taken), a greater
    one, which is drift, is approached slowly so that times stay even. PTS that run slower than that are stretched.
    """

    def __init__(self, *, nominal_s: float = NOMINAL_S) -> None:
        self._timeline = Timeline(nominal_s=nominal_s)
        self._pulse = Pulse(_WINDOW_S)
        self._placed_s = self._t_s = 0.0
        self._start_s: float | None = None
        self._arrived_s = 0.0
        self._window_s = 0.0
        self._least_s = 0.0
        self._least_before_s = 0.0

    def stamp(self, pts_s: float | None, arrived_s: float) -> Stamp:
        """Place the next frame, which came at `arrived_s` of the process's monotonic clock."""
        elapsed_s = None if self._start_s is None else max(0.0, arrived_s - self._arrived_s)
        placed_s = self._timeline.place(pts_s, elapsed_s)
        step_s = placed_s - self._placed_s
        self._placed_s = placed_s
        if self._pulse.feel(placed_s, step_s, arrived_s, elapsed_s or 0.0):
            self._window_s = float("-inf")  # what was seen so far was seen with another pulse
            self._least_s = float("inf")
        self._t_s += step_s * self._pulse.ratio
        start_s = self._follow(arrived_s - self._t_s, arrived_s, elapsed_s or 0.0)
        self._arrived_s = arrived_s
        return Stamp(self._t_s, self._t_s + start_s)

    def _follow(self, seen_s: float, arrived_s: float, elapsed_s: float) -> float:
        if self._start_s is None:
            self._start_s = self._least_s = self._least_before_s = seen_s
            self._window_s = arrived_s
        if arrived_s - self._window_s > _WINDOW_S:
            self._least_before_s, self._least_s, self._window_s = self._least_s, seen_s, arrived_s
        self._least_s = min(self._least_s, seen_s)
        ahead_s = min(self._least_s, self._least_before_s) - self._start_s
        slewed_s = ahead_s if ahead_s > _SLEW_S_MAX else min(ahead_s, _SLEW_RATIO * elapsed_s)
        self._start_s += slewed_s
        return self._start_s
