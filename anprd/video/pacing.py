"""How many frames are looked at: at most so many a second, evenly, and the newest wins. Pure.

Decoding cannot be skipped (each frame needs the one before), looking can. A frame that is far behind live is decoded
and let go, so a busy worker catches up instead of reporting cars that are gone.
"""

from enum import Enum

LATE_S_MAX = 1.0  # an event is due within two seconds of its best frame; half of that may be spent here
_STARVED_S_MAX = 1.0  # even a worker that is always late looks once a second, or it would be blind and seem well
_EARLY_RATIO = 0.25  # PTS of real cameras jitter; a frame a hair early is not a frame too many


class Pace(Enum):
    """What to do with a frame. The values are the words under which drops are counted."""

    DETECT = "detect"
    SKIP = "paced"
    LATE = "late"


class Pacer:
    """Decides frame by frame, in stream order."""

    def __init__(self, detect_fps_max: float, *, late_s_max: float = LATE_S_MAX) -> None:
        self._interval_s = 1 / detect_fps_max
        self._early_s = self._interval_s * _EARLY_RATIO
        self._late_s_max = late_s_max
        self._due_s: float | None = None
        self._looked_s = 0.0

    def decide(self, t_s: float, lag_s: float) -> Pace:
        """Whether to look at the frame of stream time `t_s` that is `lag_s` seconds behind live."""
        if self._due_s is None or t_s < self._looked_s:  # the first, or another stream
            return self._look(t_s, t_s)
        if t_s < self._due_s - self._early_s:
            return Pace.SKIP
        if lag_s > self._late_s_max and t_s - self._looked_s < _STARVED_S_MAX:
            return Pace.LATE
        return self._look(t_s, self._due_s)

    def _look(self, t_s: float, due_s: float) -> Pace:
        # Counted on from the due time, not from this frame: 8 of 25 a second would else come out as every fourth, 6.25.
        due_s += self._interval_s
        self._due_s = due_s if due_s > t_s else t_s + self._interval_s
        self._looked_s = t_s
        return Pace.DETECT
