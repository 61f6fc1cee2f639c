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


def read(path: Path) -> Remains:
    """Everything that SQLite can still find in the file, which is not changed. Never fails: less is found."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_open(path)) as db:
        events = _rows(db, "SELECT seq, key, fields FROM events ORDER BY seq")
        events |= _rows(db, "SELECT seq, key, fields FROM events ORDER BY seq DESC")
        plates = _rows(db, "SELECT plate, plate, at_ms FROM plates")
        return Remains(
            tuple((key, fields) for _, (key, fields) in sorted(events.items()) if _is_event(key, fields)),
            tuple((plate, at_ms) for plate, at_ms in plates.values() if isinstance(at_ms, int)),
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
