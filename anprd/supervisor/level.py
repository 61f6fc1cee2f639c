"""A share of what is wanted, 0 to 1, that falls fast and rises slowly. Pure.

It remembers where it was too much, rises to just below that and stays there; now and then, ever more rarely, it tries
more. So it does not swing, and yet finds out that the load is over.
"""

STANDING_S_CALM = 0.1  # less is nothing: one look may take as long
STANDING_S_MAX = 0.2  # more is too much
# From so many seconds on, to so much of what it was. At 1 s a worker by itself lets frames go (video/pacing.py).
FALLS = ((0.8, 0.7), (0.4, 0.85), (STANDING_S_MAX, 0.9))
FALL_EVERY_S = 2.0  # lags are those of the last two seconds: before that a fall does not show
SHRINKS = 0.85  # a queue that became so much shorter since the last fall needs no further one
RISE_HZ = 0.12  # of itself, a second: to double it takes 6 s
PROBE_HZ, PROBE_GROWTH_HZ2 = 0.01, 0.004  # so gently where it was too much before, then bolder each second
BELOW_LIMIT = 0.9
BEYOND_LIMIT = 1.2  # what was too much once is not any more
PATIENCE_S, PATIENCE_S_MAX = 5.0, 15.0  # before it is tried again; doubled each time that it was in vain
HELD_BELOW = 0.95  # a level that is no longer nearly all: the daemon says so
QUIET_S = 30.0  # and so long after all is given again it says that this is over: not each few seconds


class Level:
    """The share that is given. Times are a monotonic clock."""

    def __init__(self) -> None:
        self.value = 1.0
        self.held = False
        """What is told: since it fell below nearly all, until all was given for a while."""
        self._limit = 1.0
        self._patience_s = PATIENCE_S
        self._probing_since_s: float | None = None
        self._now_s: float | None = None
        self._fall_at_s = self._patient_until_s = self._whole_since_s = float("-inf")
        self._fell_at_standing_s = 0.0

    @property
    def untroubled(self) -> bool:
        """Nothing is held, and nothing remembered."""
        return self.value == self._limit == 1.0 and not self.held and self._patience_s == PATIENCE_S

    def tick(self, now_s: float, standing_s: float, *, least: float) -> None:
        """Take the queue that stands now, in seconds. `least`: no lower value would give less."""
        # A supervisor that was stopped for an hour has seen nothing meanwhile.
        passed_s = 0.0 if self._now_s is None else min(FALL_EVERY_S, now_s - self._now_s)
        self._now_s = now_s
        if standing_s <= STANDING_S_CALM:
            self._fell_at_standing_s = 0.0
        if standing_s > STANDING_S_MAX:
            self._fall(now_s, standing_s, least)
        elif standing_s <= STANDING_S_CALM and self.value < 1.0:
            self._rise(now_s, passed_s)
        self._tell(now_s)

    def _fall(self, now_s: float, standing_s: float, least: float) -> None:
        if now_s < self._fall_at_s:
            return
        self._fall_at_s = now_s + FALL_EVERY_S
        self._patient_until_s = now_s + self._patience_s
        before_s, self._fell_at_standing_s = self._fell_at_standing_s, standing_s
        if standing_s < SHRINKS * before_s:
            return
        if self._probing_since_s is not None:
            self._probing_since_s = None
            in_vain = self.value < BEYOND_LIMIT * self._limit
            self._patience_s = min(PATIENCE_S_MAX, 2 * self._patience_s) if in_vain else PATIENCE_S
        self._limit = self.value
        factor = next(factor for from_s, factor in FALLS if standing_s > from_s)
        self.value = min(self.value, max(least, self.value * factor))

    def _rise(self, now_s: float, passed_s: float) -> None:
        below = BELOW_LIMIT * self._limit
        if self.value < below:
            self.value = min(below, self.value * (1 + RISE_HZ * passed_s))
            self._patient_until_s = now_s + self._patience_s
        elif now_s >= self._patient_until_s:
            self._probing_since_s = now_s if self._probing_since_s is None else self._probing_since_s
            probe_hz = PROBE_HZ + PROBE_GROWTH_HZ2 * (now_s - self._probing_since_s)
            self.value = min(1.0, self.value * (1 + min(RISE_HZ, probe_hz) * passed_s))

    def _tell(self, now_s: float) -> None:
        if self.value < 1.0:
            self._whole_since_s = now_s
        quiet = now_s - self._whole_since_s >= QUIET_S
        if quiet:
            self._limit, self._patience_s, self._probing_since_s = 1.0, PATIENCE_S, None
        self.held = self.value < HELD_BELOW or (self.held and not quiet)
