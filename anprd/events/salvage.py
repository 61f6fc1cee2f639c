"""What can still be read of a broken spool: rows before the damage and rows behind it.

Only rows that the file itself still lists are taken. Pieces that lie about in free pages are left: most are of events
that were delivered long ago, and would be told twice.
"""

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anprd.events.record import Event


@dataclass(frozen=True, slots=True)
class Remains:
    """Rows of a broken file: events as (key, fields), oldest first; plates as (plate, milliseconds)."""

    events: tuple[tuple[str, str], ...] = ()
    plates: tuple[tuple[str, int], ...] = ()
    missing: int = 0
    """Events between the others that cannot be read: they leave a spool from its head only, so each was there."""
    dropped: int = 0
    """What the file says was lost before."""


def read(path: Path) -> Remains:
    """Everything that SQLite can still find in the file, which is not changed. Never fails: less is found."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_open(path)) as db:
        events = _rows(db, "SELECT seq, key, fields FROM events ORDER BY seq")
        events |= _rows(db, "SELECT seq, key, fields FROM events ORDER BY seq DESC")
        plates = _rows(db, "SELECT plate, plate, at_ms FROM plates")
        counters = _rows(db, "SELECT name, value FROM counters")
        whole = {seq: row for seq, row in events.items() if isinstance(seq, int) and _is_event(*row)}
        (dropped,) = counters.get("dropped", (0,))
        return Remains(
            tuple(whole[seq] for seq in sorted(whole)),
            tuple((plate, at_ms) for plate, at_ms in plates.values() if isinstance(at_ms, int)),
            missing=max(whole) - min(whole) + 1 - len(whole) if whole else 0,
            dropped=dropped if isinstance(dropped, int) else 0,
        )
    return Remains()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _rows(db: sqlite3.Connection, query: str) -> dict[Any, tuple[Any, ...]]:
    """The rows by their first column, as far as they can be read."""
    found: dict[Any, tuple[Any, ...]] = {}
    with contextlib.suppress(sqlite3.Error):
        for first, *values in db.execute(query):
            found[first] = tuple(values)
    return found


def _is_event(key: object, fields: object) -> bool:
    """Whether the row is what it says: damage may have gone through the middle of it."""
    try:
        return isinstance(fields, str) and Event.from_fields(json.loads(fields)).key == key
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False
