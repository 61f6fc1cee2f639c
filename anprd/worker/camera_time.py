"""One time for a camera's whole life: stream seconds begin anew with every session, tracks and holds must not.

Sessions are laid end to end on the process's monotonic clock, so a minute without the camera is a minute here too.
"""

import bisect
from datetime import datetime, timedelta

STEP_S_MIN = 0.001
DRIFT_S_MAX = 0.05  # a twentieth of a second is below what a person or a barrier notices
ANCHORS_MAX = 256  # at one correction a second, which is far too many, still four minutes of past


class CameraTime:
    """Camera seconds and the wall time of each. What was once said of a moment is never said differently."""

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._last_t_s = float("-inf")
        self._anchors: list[tuple[float, datetime]] = []

    def begin_session(self) -> None:
        """The next frame is the first of a new session."""
        self._offset_s = None

    def place(self, t_s: float, at: datetime, *, now_s: float) -> float:
        """The camera time of a frame, always later than that of the frame before.

        Args:
            t_s: the session's stream seconds.
            at: when the frame was taken (aware).
            now_s: the process's monotonic clock; camera time is about the same number.
        """
        if self._offset_s is None:
            self._offset_s = max(now_s, self._last_t_s + STEP_S_MIN) - t_s
        self._last_t_s = max(t_s + self._offset_s, self._last_t_s + STEP_S_MIN)
        self._anchor(self._last_t_s, at)
        return self._last_t_s

    def at(self, t_s: float) -> datetime:
        """The wall time of a moment of camera time, to about `DRIFT_S_MAX`; some frame must have been placed."""
        index = bisect.bisect_right(self._anchors, t_s, key=lambda anchor: anchor[0])
        anchor_s, moment = self._anchors[max(0, index - 1)]
        return moment + timedelta(seconds=t_s - anchor_s)

    def _anchor(self, t_s: float, at: datetime) -> None:
        if self._anchors and abs((self.at(t_s) - at).total_seconds()) <= DRIFT_S_MAX:
            return
        self._anchors.append((t_s, at))
        del self._anchors[:-ANCHORS_MAX]
