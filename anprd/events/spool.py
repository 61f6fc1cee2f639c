"""The spool: events wait on disk until Redis has them, one SQLite file a camera.

`put` returns when the event would survive a power cut: write-ahead log with `synchronous=FULL`, so each commit is one
fsync. A vehicle a second is far below what a disk can sync, and an event is all that is left of a pass. `ack` syncs as
well: after a power cut at most the one batch that was on its way is sent again, and the stream's own memory
(anprd/events/redis_stream.py) knows it. A kill -9 needs neither: what was committed is in the kernel's hands.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from anprd.errors import SinkError
from anprd.events import salvage
from anprd.events.record import Event
from anprd.observe import logs
from anprd.records import VerdictKind

BUSY_TIMEOUT_S = 5.0  # only a dying predecessor may hold the file, for one commit
PLATES_KEPT_H = 2  # `same_plate_hold_s` is an hour at most
CORRUPT_FILES_KEPT = 9  # for `sqlite3 .recover`; a disk that breaks a file an hour must not fill up as well
PROBE_BYTES = 4 * 4096  # as many pages as an event and its plate change
CHECKED_BYTES_MAX = 64 * 1024 * 1024  # a check reads the whole file: a fifth of a second for 100,000 events

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS plates (plate TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS plates_by_time ON plates (at_ms);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""
_STORED = frozenset(_SCHEMA.replace(" IF NOT EXISTS", "").strip().removesuffix(";").split(";\n"))  # as SQLite keeps it
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PASSING = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_T = TypeVar("_T")


class Spool:
    """Events of one camera on their way out, in the order in which they were put; safe to use from several threads.

    A file that cannot be opened now (no directory, no rights, full disk) is tried again at each call. A broken file is
    set aside as `NAME.corrupt-N` with a log line, and a new one begun with all that could still be read of it.
    Every method but `depth` and `dropped` raises SinkError where the file cannot be used.
    """

    def __init__(self, path: Path, events_max: int, *, log: logs.Log | None = None) -> None:
        """`events_max`: beyond so many waiting events the oldest is dropped, as the last resort, and counted."""
        self._path = path
        self._events_max = events_max
        self._log = log or logs.get(spool=path.name)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._depth = 0
        self._dropped = 0
        self._full = False
        self._listed: list[tuple[str, int]] = []  # key and row of what `pending` gave last
        self._arrived_seq = self._arrived = 0  # rows up to here have arrived, but the disk does not take that; how many
        self._carried = 0  # drops to be counted in the file that replaces a broken one
        self._remains = salvage.Remains()  # and what goes over into it
        try:
            self._do(lambda _: None)
        except SinkError as error:
            self._log.warning("spool_unavailable", error=str(error))

    def put(self, event: Event) -> None:
        """Keep the event until it is acknowledged; a confirmed plate is remembered in the same commit.

        The event is on the disk when this returns. One that waits already is not put twice.
        """
        self._do(lambda db: self._put(db, event))

    def pending(self, limit: int) -> list[Event]:
        """The oldest waiting events, at most `limit`, oldest first. They stay until they are acknowledged."""
        return self._do(lambda db: self._pending(db, limit))

    def ack(self, events: Iterable[Event]) -> None:
        """Forget these events: they have arrived. Those that are not here (any more) do not matter.

        Where the disk does not take that (SinkError), `pending` passes over them from now on, as long as this process
        lives, and the next `ack` that it takes forgets them too.
        """
        keys = [event.key for event in events]
        try:
            self._do(lambda db: self._forget(db, keys))
        except SinkError:
            self._pass_over(keys)
            raise

    def probe(self) -> None:
        """Write as much as an event takes, for nothing: SinkError where the disk would take none now."""
        self._do(_probe)

    def depth(self) -> int:
        """How many events wait; without a look at the disk."""
        return max(0, self._depth - self._arrived)

    @property
    def dropped(self) -> int:
        """How many events were lost to the limit or to damage since the file was begun."""
        return self._dropped

    def remember(self, seen: Iterable[tuple[str, datetime]]) -> None:
        """Note plates and when each was last seen (aware), in one commit, for `recent`; `put` does so by itself."""
        noted = list(seen)
        if noted:
            self._do(lambda db: self._remember_all(db, noted))

    def remember_only(self, seen: Iterable[tuple[str, datetime]]) -> None:
        """The same, and forget every other plate: the clock was set, and their times mean nothing any more."""
        noted = list(seen)
        self._do(lambda db: self._remember_only(db, noted))

    def recent(self, since: datetime) -> list[tuple[str, datetime]]:
        """Plates confirmed since then (aware) and when each was last seen, oldest first; two hours are kept."""
        rows = self._do(
            lambda db: db.execute(
                "SELECT plate, at_ms FROM plates WHERE at_ms >= ? ORDER BY at_ms, plate", (_to_ms(since),)
            ).fetchall()
        )
        return [(plate, _from_ms(at_ms)) for plate, at_ms in rows if salvage.is_plate(plate, at_ms)]

    def close(self) -> None:
        """Close the file. A later call opens it again."""
        with self._lock:
            self._disconnect()

    def _do(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        with self._lock:
            try:
                try:
                    return work(self._opened())
                except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                    if not _is_corrupt(error):
                        raise
                    self._set_aside(str(error))
                    return work(self._opened())
            except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
                if not _is_passing(error):
                    self._disconnect()
                raise SinkError(f"the event spool {self._path} cannot be used: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            db.text_factory = salvage.text
            try:
                self._prepare(db)
            except BaseException:  # half prepared it must not be used: what was saved of a broken file is not in it
                db.close()
                raise
            self._connection = db
        return self._connection

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise _CorruptError(f"it is of version {version}, this program writes {_VERSION}")
        if self._path.stat().st_size <= CHECKED_BYTES_MAX:
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise _CorruptError(found)
        db.executescript(_SCHEMA)
        if not _STORED.issubset(sql for (sql,) in db.execute("SELECT sql FROM sqlite_master").fetchall()):
            raise _CorruptError("its schema is damaged")  # else columns were missing for ever, or others were read
        if version != _VERSION:
            db.execute(f"PRAGMA user_version={_VERSION}")
        self._take_over(db)
        (self._depth,) = db.execute("SELECT COUNT(*) FROM events").fetchone()
        (self._dropped,) = db.execute("SELECT COALESCE(SUM(value), 0) FROM counters WHERE name = 'dropped'").fetchone()

    def _take_over(self, db: sqlite3.Connection) -> None:
        """Put what was saved of a broken file into this one."""
        if not (self._carried or self._remains.events or self._remains.plates):
            return
        with _transaction(db):
            db.executemany("INSERT OR IGNORE INTO events (key, fields) VALUES (?, ?)", self._remains.events)
            db.executemany("INSERT OR IGNORE INTO plates (plate, at_ms) VALUES (?, ?)", self._remains.plates)
            _count(db, "dropped", self._carried)
        self._carried, self._remains = 0, salvage.Remains()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _set_aside(self, reason: str) -> None:
        self._disconnect()
        numbers = range(1, CORRUPT_FILES_KEPT + 1)
        targets = [self._path.with_name(f"{self._path.name}.corrupt-{number}") for number in numbers]
        target = next((free for free in targets if not free.exists()), targets[-1])
        for suffix in ("", "-wal", "-shm"):
            source = self._path.with_name(self._path.name + suffix)
            if source.exists():
                source.replace(target.with_name(target.name + suffix))
        self._remains = salvage.read(target, after_seq=self._arrived_seq)
        saved = len(self._remains.events)
        # Row numbers may be damaged, too.
        lost = max(self.depth() - saved, min(self._remains.missing, self._events_max))
        self._log.error("spool_set_aside", reason=reason, file=str(target), events_saved=saved, events_lost=lost)
        self._carried = max(self._dropped, self._remains.dropped) + lost
        self._depth, self._dropped = saved, self._carried  # until the new file says so itself
        self._listed, self._arrived_seq, self._arrived = [], 0, 0  # its rows have other numbers

    def _put(self, db: sqlite3.Connection, event: Event) -> None:
        fields = json.dumps(event.to_fields(), separators=(",", ":"))
        with _transaction(db):
            added = db.execute("INSERT OR IGNORE INTO events (key, fields) VALUES (?, ?)", (event.key, fields)).rowcount
            if event.type is not VerdictKind.UNREADABLE:
                self._remember(db, event.plate, event.last_seen)
            depth, dropped = self._depth + added, 0
            full = depth > self._events_max
            if full:
                depth, dropped = self._drop_oldest(db)
        if full:  # what had arrived went with it, and the disk took that
            self._arrived_seq = self._arrived = 0
        self._depth, self._dropped = depth, self._dropped + dropped

    def _drop_oldest(self, db: sqlite3.Connection) -> tuple[int, int]:
        # What has arrived, and the disk did not let go of, is not lost: it goes first and is not counted.
        db.execute("DELETE FROM events WHERE seq <= ?", (self._arrived_seq,))
        # Counted anew: another process may have had the file open.
        (depth,) = db.execute("SELECT COUNT(*) FROM events").fetchone()
        excess = max(0, depth - self._events_max)
        db.execute("DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT ?)", (excess,))
        if excess:
            _count(db, "dropped", excess)
            if not self._full:  # once, not at every event from now on; the status has the count
                self._log.error("events_dropped", reason="spool_full", events_max=self._events_max)
            self._full = True
        return depth - excess, excess

    def _pending(self, db: sqlite3.Connection, limit: int) -> list[Event]:
        while (events := self._oldest(db, limit)) is None:
            pass
        return events

    def _oldest(self, db: sqlite3.Connection, limit: int) -> list[Event] | None:
        """None: all of them were damaged and are gone, there may be more."""
        rows = db.execute(
            "SELECT seq, key, fields FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (self._arrived_seq, limit)
        ).fetchall()
        events = []
        self._listed = []
        damaged: list[tuple[int, object]] = []
        for seq, key, fields in rows:
            try:
                events.append(salvage.event_of(key, fields))
                self._listed.append((key, seq))
            except ValueError as error:
                damaged.append((seq, key))
                self._log.error("events_dropped", reason="record_damaged", error=str(error), record=str(fields))
        if damaged:
            with _transaction(db):
                gone = _delete(db, "seq = ?", [(seq,) for seq, _ in damaged])
                _check_gone(db, damaged)
                _count(db, "dropped", len(damaged))
            self._left(gone)
            self._dropped += len(damaged)
        return events if events or not damaged else None

    def _forget(self, db: sqlite3.Connection, keys: Sequence[str]) -> None:
        # By number: the index may lead past a key. By key as well, since another process that has emptied the file
        # meanwhile may have put something else at that number.
        listed = dict(self._listed)
        rows = [(listed[key], key) for key in keys if key in listed]
        with _transaction(db):
            gone = db.execute("DELETE FROM events WHERE seq <= ?", (self._arrived_seq,)).rowcount
            gone += _delete(db, "seq = ? AND +key = ?", rows)
            gone += _delete(db, "key = ?", [(key,) for key in keys if key not in listed])
            _check_gone(db, rows)
        self._arrived_seq = self._arrived = 0
        self._left(gone)

    def _pass_over(self, keys: Sequence[str]) -> None:
        with self._lock:
            for key, seq in self._listed:
                if key not in keys:
                    return  # what waits before another must not be passed over with it
                self._arrived += seq > self._arrived_seq
                self._arrived_seq = max(seq, self._arrived_seq)

    def _left(self, count: int) -> None:
        self._depth = max(0, self._depth - count)
        self._full = self._depth >= self._events_max

    def _remember_only(self, db: sqlite3.Connection, noted: Sequence[tuple[str, datetime]]) -> None:
        with _transaction(db):
            db.execute("DELETE FROM plates")
            db.executemany("INSERT OR REPLACE INTO plates VALUES (?, ?)", [(plate, _to_ms(at)) for plate, at in noted])

    def _remember_all(self, db: sqlite3.Connection, noted: Sequence[tuple[str, datetime]]) -> None:
        with _transaction(db):
            for plate, at in noted:
                self._remember(db, plate, at)

    def _remember(self, db: sqlite3.Connection, plate: str, at: datetime) -> None:
        at_ms, kept_ms = _to_ms(at), PLATES_KEPT_H * 3_600_000
        # The last word wins, and times in the future go too: the clock of a board without a battery jumps.
        db.execute("INSERT OR REPLACE INTO plates (plate, at_ms) VALUES (?, ?)", (plate, at_ms))
        db.execute("DELETE FROM plates WHERE at_ms < ? OR at_ms > ?", (at_ms - kept_ms, at_ms + kept_ms))


class _CorruptError(sqlite3.DatabaseError):
    """The file opens, but is not what it should be."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _is_corrupt(error: Exception) -> bool:
    # Messages quote the file, and a damaged schema is no UTF-8.
    return isinstance(error, UnicodeDecodeError) or _code(error) in _CORRUPT


def _is_passing(error: Exception) -> bool:
    """The connection is as good as before. On a full disk a new one could not even be opened."""
    return _code(error) in _PASSING


def _code(error: Exception) -> int:
    # The low byte is the primary code; errors that are not SQLite's own have none.
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # some errors, a full disk among them, have rolled back already
            db.execute("ROLLBACK")
        raise


def _delete(db: sqlite3.Connection, where: str, values: Sequence[tuple[object, ...]]) -> int:
    """How many rows went."""
    gone = db.executemany(f"DELETE FROM events WHERE {where}", values).rowcount  # noqa: S608, three fixed texts
    return max(0, gone)  # -1 where there was no value


def _check_gone(db: sqlite3.Connection, rows: Sequence[tuple[int, object]]) -> None:
    """Raises _CorruptError where one of these rows (number and key), just deleted, would be listed again for ever.

    It happens where the way down to a row is damaged, which a scan does not take.
    """
    last = max((seq for seq, _ in rows), default=0)
    left = db.execute("SELECT seq, key FROM events NOT INDEXED WHERE seq <= ? ORDER BY seq", (last,)).fetchall()
    if not set(left).isdisjoint(rows):
        raise _CorruptError("a record that was deleted is still there")


def _probe(db: sqlite3.Connection) -> None:
    # Among the counters, in two commits: one alone would not write what it takes back, and a crash in between leaves
    # nothing that would be sent.
    with _transaction(db):
        db.execute("INSERT OR REPLACE INTO counters VALUES ('probe', zeroblob(?))", (PROBE_BYTES,))
    with _transaction(db):
        db.execute("DELETE FROM counters WHERE name = 'probe'")


def _count(db: sqlite3.Connection, name: str, more: int) -> None:
    db.execute(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        (name, more),
    )


def _to_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _from_ms(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)
