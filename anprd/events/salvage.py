"""What can still be read of a broken spool: rows before the damage and rows behind it; and which rows are whole.

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

_NO_TEXT = "\ufffd"  # what stands in a text for bytes that are no UTF-8; no plate has it
_AT_MS_MAX = 253_402_300_799_999  # the last millisecond that a datetime can say


@dataclass(frozen=True, slots=True)
class Remains:
    """Rows of a broken file: events as (key, fields), oldest first; plates as (plate, milliseconds)."""

    events: tuple[tuple[str, str], ...] = ()
    plates: tuple[tuple[str, int], ...] = ()
    missing: int = 0
    """Events between the others that cannot be read: they leave a spool from its head only, so each was there."""
    dropped: int = 0
    """What the file says was lost before."""


def read(path: Path, *, after_seq: int) -> Remains:
    """Everything that SQLite can still find in the file, which is not changed. Never fails: less is found.

    `after_seq`: the number of the last row that has arrived; up to there nothing waits.
    """
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_open(path)) as db:
        events = _rows(db, "SELECT seq, key, fields FROM events ORDER BY seq")
        events |= _rows(db, "SELECT seq, key, fields FROM events ORDER BY seq DESC")
        plates = _rows(db, "SELECT plate, plate, at_ms FROM plates")
        counters = _rows(db, "SELECT name, value FROM counters")
        numbered = {seq: row for seq, row in events.items() if isinstance(seq, int) and seq > after_seq}
        whole = {seq: row for seq, row in numbered.items() if _is_event(*row)}
        (dropped,) = counters.get("dropped", (0,))
        return Remains(
            tuple(whole[seq] for seq in sorted(whole)),
            tuple((plate, at_ms) for plate, at_ms in plates.values() if is_plate(plate, at_ms)),
            missing=max(whole) - min(whole) + 1 - len(whole) if whole else 0,
            dropped=dropped if isinstance(dropped, int) else 0,
        )
    return Remains()


def text(raw: bytes) -> str:
    """The text factory of a spool: without it one damaged byte makes the whole query fail."""
    return raw.decode(errors="replace")


def event_of(key: object, fields: object) -> Event:
    """The event of a row.

    Raises:
        ValueError: the row is not what it says: damage has gone through it.
    """
    if not isinstance(fields, str) or not fields.isascii():  # `json.dumps` writes nothing else
        raise ValueError("the record is no text as it was written")
    try:
        event = Event.from_fields(json.loads(fields))
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if event.key != key:
        raise ValueError(f"the record is of {event.key}, its row of {key!r}")
    return event


def is_plate(plate: object, at_ms: object) -> bool:
    """Whether the row is a plate and a time: damage may have gone through the middle of it."""
    return isinstance(plate, str) and _NO_TEXT not in plate and isinstance(at_ms, int) and 0 <= at_ms <= _AT_MS_MAX


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    db.text_factory = text
    return db


def _rows(db: sqlite3.Connection, query: str) -> dict[Any, tuple[Any, ...]]:
    """The rows by their first column, as far as they can be read."""
    found: dict[Any, tuple[Any, ...]] = {}
    with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):  # the message may quote what is damaged
        for first, *values in db.execute(query):
            found[first] = tuple(values)
    return found


def _is_event(key: object, fields: object) -> bool:
    try:
        event_of(key, fields)
    except ValueError:
        return False
    return True
