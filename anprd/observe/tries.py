"""One thing that is tried again for ever: how long to wait, and log lines that do not fill a disk in a week."""

from collections.abc import Callable

from anprd import backoff
from anprd.observe import logs

STEADY_S = 10.0  # what lasts so long was a success; shorter ones, one a second, would fill the log


class Tries:
    """Failures in a row, and what follows from them."""

    def __init__(self, lost: str, log: logs.Log, *, first_s: float, cap_s: float, chance: Callable[[], float]) -> None:
        """`lost` is the log event of a failure; the rest is as of `backoff.backoff_s`."""
        self.failures = 0
        self._row = 0  # the same, but for those that only got through for a moment in between
        self._through_s: float | None = None  # since when it works
        self._lost = lost
        self._log = log
        self._first_s = first_s
        self._cap_s = cap_s
        self._chance = chance

    def failed(self, error: Exception) -> float:
        """Note one more failure. Returns how long to wait before the next try, in seconds."""
        self.failures += 1
        self._row += 1
        self._through_s = None
        delay_s = backoff.backoff_s(self.failures, first_s=self._first_s, cap_s=self._cap_s, chance=self._chance())
        # The first, second, fourth, eighth ... in a row.
        say = self._log.warning if self._row.bit_count() == 1 else self._log.debug
        say(self._lost, error=str(error), retry_in_s=round(delay_s, 1), tries=self._row)
        return delay_s

    @property
    def is_told(self) -> bool:
        """Whether the last failure, if there was one, stands in the log: what comes after it may, too."""
        return self._row.bit_count() <= 1

    def got_through(self, now_s: float) -> None:
        """It works: the next failure is waited for as the first, but told as one more until it has for `STEADY_S`."""
        self._through_s = now_s if self._through_s is None else self._through_s
        self.failures = 0
        if now_s - self._through_s >= STEADY_S:
            self._row = 0
