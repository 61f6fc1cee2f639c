"""Which confirmed plates are in view is kept on disk, so that a killed worker's successor tells none of them twice.

On disk stand wall times, because a monotonic clock ends with the machine; what matters is how long ago a plate was
seen. Where the machine's clock is set, all of them are written anew at once, or they would be too old or of the future.
"""

import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from anprd.errors import SinkError
from anprd.observe import logs
from anprd.tracks.passes import Passes
from anprd.video.clock import SteadyClock

NOTE_EVERY_S = 10.0  # well within the shortest hold anybody sets; costs one fsync


class Notebook(Protocol):
    """What is needed of the spool; each method raises SinkError where the disk cannot be used."""

    def recent(self, since: datetime) -> list[tuple[str, datetime]]: ...

    def remember(self, seen: Iterable[tuple[str, datetime]]) -> None: ...

    def remember_only(self, seen: Iterable[tuple[str, datetime]]) -> None: ...


class PlateNotes:
    """The plates of one camera, kept for the worker after this one."""

    def __init__(
        self,
        passes: Passes,
        notebook: Notebook,
        clock: SteadyClock,
        *,
        hold_s: float,
        camera_now: Callable[[float], float],
    ) -> None:
        """`camera_now`: the camera time, of which the passes speak, of a moment of the clock (`CameraTime.now`)."""
        self._passes = passes
        self._notebook = notebook
        self._clock = clock
        self._hold_s = hold_s
        self._camera_now = camera_now
        self._noted_s = float("-inf")
        self._steps = clock.steps

    def recall(self, log: logs.Log) -> None:
        """Tell the passes which plates were confirmed a moment ago, before this process began.

        One from the future (the clock was set back while no worker ran) is of now, or it would be held for as long as
        the clock was wrong.
        """
        now, now_t_s = self._clock.wall(), self._camera_now(self._clock.now_s())
        try:
            recent = self._notebook.recent(now - timedelta(seconds=self._hold_s))
        except SinkError as error:
            log.warning("plates_not_remembered", error=str(error))
            return
        for plate, at in recent:
            self._passes.remember(plate, now_t_s - (now - min(at, now)).total_seconds())

    def keep(self) -> None:
        """Write them down where it is time to, or where the clock was set; to be called often."""
        now, now_s = self._clock.wall(), self._clock.now_s()
        was_set = self._clock.steps != self._steps
        if not was_set and now_s - self._noted_s < NOTE_EVERY_S:
            return
        self._noted_s, self._steps = now_s, self._clock.steps
        now_t_s = self._camera_now(now_s)
        # The spool tells of its troubles itself; a plate told twice is the lesser evil.
        with contextlib.suppress(SinkError):
            if was_set:
                self._notebook.remember_only(_dated(self._passes.held(now_t_s), now, now_t_s))
            else:
                seen = self._passes.seen_since(now_t_s - 2 * NOTE_EVERY_S, now_t_s=now_t_s)
                self._notebook.remember(_dated(seen, now, now_t_s))


def _dated(seen: list[tuple[str, float]], now: datetime, now_t_s: float) -> list[tuple[str, datetime]]:
    return [(plate, now - timedelta(seconds=now_t_s - t_s)) for plate, t_s in seen]
