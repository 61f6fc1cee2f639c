"""Events that no worker waits with any more: their camera was removed, renamed or disabled while Redis was away.

A thread of its own delivers them, because Redis may block for its timeout. The emptied files are removed by the loop,
because only the loop knows that no worker is about to open one.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from anprd.errors import SinkError
from anprd.events.publisher import Stream
from anprd.events.record import Event
from anprd.events.redis_stream import BATCH_MAX
from anprd.events.spool import Spool
from anprd.observe import logs
from anprd.supervisor import signals

INTERVAL_S = 15.0  # nobody waits for these; and workers of a killed daemon have drained before the first look


class Orphans:
    """The spools in `folders` that no worker owns, until they are delivered."""

    def __init__(self, folders: Sequence[Path], stream: Stream, *, owned: Collection[str]) -> None:
        """
        Args:
            folders: what waits of a camera in the first is older than what waits in the next.
            stream: where to.
            owned: the cameras that have, or shall have, a worker: it delivers what waits.
        """
        self._folders = folders
        self._stream = stream
        self._owned = frozenset(owned)
        self._log = logs.get()
        self._stop = threading.Event()
        self._renewed = threading.Event()
        self._empty: deque[Path] = deque()
        self._finished: set[Path] = set()  # only the thread's, as is the next one
        self._told: set[str] = set()
        # Kept until they are emptied: a spool knows what has arrived and a full disk does not let go of, and holds what
        # was saved of a broken file until there is room for it.
        self._spools: dict[Path, Spool] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many events waited at the last look."""
        return self._waiting

    def start(self) -> None:
        with signals.held():
            threading.Thread(target=self._run, name="orphans", daemon=True).start()

    def stop(self) -> None:
        """Deliver no more; a batch that is under way ends by itself."""
        self._stop.set()

    def adopt(self, stream: Stream) -> None:
        """A reload: go on with this stream, and look at every spool again."""
        self._stream = stream
        self._renewed.set()

    def tick(self, *, owned: Collection[str], listed: Collection[str]) -> None:
        """Say who has a worker, and remove emptied spools of cameras that are not in the file (`listed`) any more.

        Called by whoever starts workers, so that none starts meanwhile.
        """
        self._owned = frozenset(owned)
        for path in list(self._spools):
            if path.stem in self._owned:  # what is known of the file is not true any more once a worker has had it
                self._spools.pop(path, None)
        while self._empty:
            path = self._empty.popleft()
            if path.stem not in self._owned and path.stem not in listed:
                self._remove(path)

    def sweep(self) -> None:
        """Look once for spools without an owner and deliver what is in them, as far as Redis takes it."""
        if self._renewed.is_set():
            self._renewed.clear()
            self._finished.clear()
        waiting = 0
        found = {path for folder in self._folders for path in folder.glob("*.sqlite")}.union(self._spools)
        for name in sorted({path.stem for path in found}):
            paths = self._paths(name)
            if name in self._owned:
                self._finished.difference_update(paths)
                self._told.discard(name)
            else:
                waiting += self._deliver_all(path for path in paths if path in found and path not in self._finished)
        self._waiting = waiting

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            try:
                self.sweep()
            except OSError as error:  # no descriptor to spare: another time
                self._log.warning("orphans_not_seen", error=str(error))

    def _paths(self, name: str) -> list[Path]:
        return [folder / f"{name}.sqlite" for folder in self._folders]

    def _deliver_all(self, paths: Iterable[Path]) -> int:
        """How many events of one camera still wait. What is younger waits for what is older."""
        waiting = 0
        for path in paths:
            if self._stop.is_set():
                break
            waiting += self._count(path) if waiting else self._deliver(path)
        return waiting

    def _count(self, path: Path) -> int:
        spool = self._opened(path)
        spool.close()
        return spool.depth()

    def _opened(self, path: Path) -> Spool:
        if path not in self._spools:
            self._spools[path] = Spool(path, BATCH_MAX)  # the limit is of `put`, and nothing is put
        return self._spools[path]

    def _deliver(self, path: Path) -> int:
        """How many events of this spool still wait."""
        spool = self._opened(path)
        found = spool.depth()
        if found and path.stem not in self._told:
            self._told.add(path.stem)
            self._log.warning("events_of_a_removed_camera", camera=path.stem, count=found, file=str(path))
        try:
            done = self._drain(path.stem, spool)
        except SinkError as error:
            self._log.debug("orphans_wait", camera=path.stem, error=str(error))
            done = False
        finally:
            spool.close()
        if done:
            if found:
                self._log.info("events_of_a_removed_camera_delivered", camera=path.stem, count=found)
            self._finished.add(path)
            self._spools.pop(path, None)
            self._empty.append(path)
        return spool.depth()

    def _drain(self, name: str, spool: Spool) -> bool:
        """Whether nothing is left in it; not, where a worker has come for it. SinkError: not now."""
        sent: list[Event] = []
        while batch := spool.pending(BATCH_MAX):
            # The same again: neither forgotten nor passed over.
            if batch == sent or name in self._owned or self._stop.is_set():
                return False
            self._stream.publish(batch)
            sent = batch
            with contextlib.suppress(SinkError):  # a full disk: the spool passes over them, and others must not wait
                spool.ack(batch)
        spool.ack(())  # what it passed over
        return True

    def _remove(self, path: Path) -> None:
        try:
            for suffix in ("-wal", "-shm", ""):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            self._log.warning("spool_not_removed", file=str(path), error=str(error))
