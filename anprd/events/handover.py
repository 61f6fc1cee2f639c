"""The hand-over: events that a worker which leaves could neither deliver nor store, for the next one of its camera.

It lies in `runtime_dir`, which is in memory as a rule and has room where a disk has none. A file is there only while
something waits in it. It outlives a reload and a restart of the daemon, not one of the machine.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from anprd.errors import SinkError
from anprd.events.record import Event
from anprd.events.spool import Spool
from anprd.observe import logs


class HandOver:
    """One camera's. Whoever takes what was left has it forgotten, one by one, as it goes elsewhere."""

    def __init__(self, path: Path, events_max: int, *, log: logs.Log) -> None:
        """`events_max`: no more are ever left, see `publisher.HELD_MAX`."""
        self.path = path
        self._events_max = events_max
        self._log = log
        self._spool: Spool | None = None

    def left(self) -> list[Event]:
        """What the worker before has left, oldest first; nothing where it cannot be read, which is logged."""
        if not self.path.exists():
            return []
        try:
            return self._opened().pending(self._events_max)
        except SinkError as error:
            self._log.error("handover_not_read", error=str(error))
            return []

    def leave(self, events: Sequence[Event]) -> int:
        """Keep them, oldest first; some may be here already. Returns how many of them there was room for."""
        spool = self._opened()
        try:
            for count, event in enumerate(events):
                try:
                    spool.put(event)
                except SinkError:
                    return count
        finally:
            spool.close()
        return len(events)

    def forget(self, event: Event) -> None:
        """It is on the disk, has arrived, or is lost."""
        if self._spool is None:
            return
        # What cannot be forgotten is sent again by the next worker, and the stream knows it.
        with contextlib.suppress(SinkError):
            self._spool.ack([event])
            if not self._spool.depth():
                self._remove(self._spool)

    def _opened(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self.path, self._events_max, log=self._log)
        return self._spool

    def _remove(self, spool: Spool) -> None:
        spool.close()
        with contextlib.suppress(OSError):  # an empty file is no harm
            self.path.unlink(missing_ok=True)
        self._spool = None
