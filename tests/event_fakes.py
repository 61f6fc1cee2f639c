"""Events to send, and stand-ins for what they are sent through: a stream, a spool, a clock and a log in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anprd.errors import SinkError
from anprd.events.record import Event
from anprd.events.redis_stream import SEEN_MAX
from anprd.records import Box, VerdictKind

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def event(
    number: int,
    *,
    camera: str = "gate",
    host: str = "edge1",
    revision: int = 0,
    kind: VerdictKind = VerdictKind.CONFIRMED,
) -> Event:
    """The camera's event of that number, a second after the one before; the plate says the number."""
    at = START + timedelta(seconds=number)
    plate = "" if kind is VerdictKind.UNREADABLE else f"A{number:05}"
    return Event(
        id=f"{camera}-{number}",
        revision=revision,
        type=kind,
        camera=camera,
        plate=plate,
        confidence=0.97,
        region="",
        rows=1,
        votes=3,
        reads=4,
        track=number,
        at=at,
        first_seen=at,
        last_seen=at,
        box=Box(1, 2, 3, 4),
        host=host,
    )


class HandClock:
    """Time passes only when told."""

    def __init__(self) -> None:
        self.s = 1000.0

    def now_s(self) -> float:
        return self.s


@dataclass
class ListLog:
    """Keeps what was logged, as (level, name, fields)."""

    lines: list[tuple[str, str, dict]] = field(default_factory=list)

    def debug(self, name: str, **fields: object) -> None:
        self.lines.append(("debug", name, fields))

    def info(self, name: str, **fields: object) -> None:
        self.lines.append(("info", name, fields))

    def warning(self, name: str, **fields: object) -> None:
        self.lines.append(("warning", name, fields))

    def error(self, name: str, **fields: object) -> None:
        self.lines.append(("error", name, fields))

    def names(self, *levels: str) -> list[str]:
        return [name for level, name, _ in self.lines if not levels or level in levels]


class FakeStream:
    """Does what the script in Redis does: adds what it has not seen, in one step, and remembers a bounded number."""

    def __init__(self, seen_max: int = SEEN_MAX) -> None:
        self.entries: list[Event] = []
        self.away = False
        self.lose_reply = False
        """The next events are added, but the answer is lost."""
        self.batches: list[int] = []
        self._seen: list[str] = []
        self._seen_max = seen_max

    def publish(self, events: Sequence[Event]) -> int:
        if self.away:
            raise SinkError("Redis is away")
        self.batches.append(len(events))
        fresh = [event for event in events if event.key not in self._seen]
        self.entries += fresh
        self._seen = (self._seen + [event.key for event in fresh])[-self._seen_max :]
        if self.lose_reply:
            self.lose_reply = False
            raise SinkError("the reply was lost")
        return len(fresh)

    def keys(self) -> list[str]:
        return [event.key for event in self.entries]


class MemorySpool:
    """Keeps events in a list; refuses when told, as a full disk would."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.dropped = 0
        self.arrived: list[str] = []
        """Keys that could not be forgotten."""
        self.broken: Callable[[str], bool] = lambda _: False
        """Whether the operation ("put", "pending", "ack") shall fail."""

    def put(self, event: Event) -> None:
        self._may("put")
        if event.key not in [waiting.key for waiting in self.events]:
            self.events.append(event)

    def pending(self, limit: int) -> list[Event]:
        self._may("pending")
        return [event for event in self.events if event.key not in self.arrived][:limit]

    def ack(self, events: Iterable[Event]) -> None:
        self.arrived += [event.key for event in events]
        self._may("ack")
        self.events = [event for event in self.events if event.key not in self.arrived]
        self.arrived = []

    def probe(self) -> None:
        self._may("put")

    def depth(self) -> int:
        return len([event for event in self.events if event.key not in self.arrived])

    def close(self) -> None:
        """Nothing is open."""

    def _may(self, operation: str) -> None:
        if self.broken(operation):
            raise SinkError("the disk is full")


class MemoryHandOver:
    """A hand-over in a list that has room for so many."""

    path = Path("/run/gate.sqlite")

    def __init__(self, *events: Event, room: int = 1000) -> None:
        self.events = list(events)
        self.room = room

    def left(self) -> list[Event]:
        return list(self.events)

    def leave(self, events: Sequence[Event]) -> int:
        self.events = list(events)[: self.room]
        return len(self.events)

    def forget(self, event: Event) -> None:
        self.events = [one for one in self.events if one.key != event.key]
