"""Whether a camera's PTS run as time does.

Some cameras add the 25th part of a second for every frame, also at night, when they send 12 in a second: stream time
would take twice as long as ours, and every frame seem to be later than the one before. Those that send 30 would be more
and more ahead of time.
"""

_SLOW_RATIO_MIN = 1.005  # fifty times a bad crystal; what is less `StreamClock` follows
_FAST_RATIO_MAX = 0.98  # `StreamClock` follows these at once, so a little does no harm
_AGREE_RATIO = 0.3  # of what they are above 1
# A frame that comes so late, and so much later than its PTS say, was held up; it tells nothing of the pulse.
_BREAK_S = 2.0
_BREAK_RATIO = 20.0  # a camera of 2 frames a second that counts 25 has 12.5


class Pulse:
    """How much of our time a second of the PTS takes: 1, unless the PTS count frames and not time.

    A window's frame that waited least is set against that of the window before. Two such ratios must agree before any
    is believed: after a change in the network one is wrong.
    """

    def __init__(self, window_s: float) -> None:
        """`window_s`: the length of a window; each must meet a frame that waited for nothing."""
        self._window_s = window_s
        self.ratio = 1.0
        self._ends_s = float("-inf")
        self._best: tuple[float, float] | None = None
        self._best_before: tuple[float, float] | None = None
        self._ratio_before = 1.0

    def feel(self, t_s: float, step_s: float, arrived_s: float, elapsed_s: float) -> bool:
        """Take a frame, its stream time by PTS and both its distances to the last; True: `ratio` has changed."""
        if elapsed_s > max(_BREAK_S, _BREAK_RATIO * step_s):  # the connection stood still, or PTS have lost time
            self._best = self._best_before = None
            self._ends_s = arrived_s + self._window_s
        changed = False
        if arrived_s >= self._ends_s:
            changed = self._judge()
            self._best_before, self._best = self._best, None
            self._ends_s = arrived_s + self._window_s
        if self._best is None or arrived_s - t_s < self._best[0] - self._best[1]:
            self._best = (arrived_s, t_s)
        return changed

    def _judge(self) -> bool:
        if self._best is None or self._best_before is None:
            return False
        passed_s = self._best[1] - self._best_before[1]
        ratio = (self._best[0] - self._best_before[0]) / passed_s if passed_s > 0 else 1.0
        agree = abs(ratio - self._ratio_before) <= _AGREE_RATIO * abs(ratio - 1)
        believed = self.ratio
        if _FAST_RATIO_MAX <= ratio <= _SLOW_RATIO_MIN:
            believed = 1.0
        elif agree:
            believed = ratio
        self._ratio_before = ratio
        changed = believed != self.ratio
        self.ratio = believed
        return changed
