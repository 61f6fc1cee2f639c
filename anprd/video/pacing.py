"""How many frames are looked at: at most so many a second, evenly, and the newest wins. Pure.

Decoding cannot be skipped (each frame needs the one before), looking can. A frame that is far behind live is decoded
and let go, so a busy worker catches up instead of reporting cars that are gone. Before it comes to that the supervisor
sees the lags of all and holds each worker to a lower rate (`supervisor.load`).
"""

from enum import Enum

LATE_S_MAX = 1.0  # an event is due within two seconds of its best frame; half of that may be spent here
_STARVED_S_MAX = 1.0  # even a worker that is always late looks once a second, or it would be blind and seem well
_EARLY_RATIO = 0.25  # PTS of real cameras jitter; a frame a hair early is not a frame too many


class Pace(Enum):
    """What to do with a frame. The values are the words under which drops are counted."""

    DETECT = "detect"
    SKIP = "paced"
    HELD = "held"
    """It was due, and left out because the cores are not enough for all cameras."""
    LATE = "late"


class Pacer:
    """Decides frame by frame, in stream order."""

    def __init__(self, detect_fps_max: float) -> None:
        self._wanted = _Turns(1 / detect_fps_max)
        self._allowed = _Turns(1 / detect_fps_max)
        self._looked_s: float | None = None

    def hold(self, detect_fps: float) -> None:
        """Look at no more than so many frames a second from now on; `detect_fps_max` or more holds nothing."""
        self._allowed.change(max(self._wanted.interval_s, 1 / detect_fps))

    def decide(self, t_s: float, lag_s: float) -> Pace:
        """Whether to look at the frame of stream time `t_s` that is `lag_s` seconds behind live."""
        if self._looked_s is None or t_s < self._looked_s:  # the first, or another stream
            self._wanted.begin(t_s)
            self._allowed.begin(t_s)
            self._looked_s = t_s
            return Pace.DETECT
        if not self._wanted.has_come(t_s):
            return Pace.SKIP
        if self._allowed.interval_s > self._wanted.interval_s and not self._allowed.has_come(t_s):
            self._wanted.take(t_s)
            return Pace.HELD
        if lag_s > LATE_S_MAX and t_s - self._looked_s < _STARVED_S_MAX:
            return Pace.LATE
        self._wanted.take(t_s)
        self._allowed.take(t_s)
        self._looked_s = t_s
        return Pace.DETECT


class _Turns:
    """Evenly spaced turns of stream time."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._due_s = 0.0

    def begin(self, t_s: float) -> None:
        self._due_s = t_s + self.interval_s

    def change(self, interval_s: float) -> None:
        """The turn that is awaited comes as much sooner or later as the turns are closer or wider now."""
        self._due_s += interval_s - self.interval_s
        self.interval_s = interval_s

    def has_come(self, t_s: float) -> bool:
        return t_s >= self._due_s - self.interval_s * _EARLY_RATIO

    def take(self, t_s: float) -> None:
        # Counted on from the due time, not from this frame: 8 of 25 a second would else come out as every fourth, 6.25.
        due_s = self._due_s + self.interval_s
        self._due_s = due_s if due_s > t_s else t_s + self.interval_s
