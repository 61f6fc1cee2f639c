"""The event: what a reader of the stream is told of one vehicle pass.

The same keys everywhere: in Redis every value is a string, in JSON numbers are numbers and `box` is a list. A pass
keeps its id for good; each further event of it has the next revision, so (id, revision) names one event for ever.
"""

import json
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeGuard

from anprd.records import Box, Dates, TimeBasis, Verdict, VerdictKind

SCHEMA = 1
TRACKS_REMEMBERED_MAX = 256  # passes of one camera that may still be updated; a frame rarely shows ten plates

_NUMBER_MAX = 1e9  # no confidence and no pixel is near it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = frozenset({"schema", "revision", "rows", "votes", "reads", "track"})
_TYPED = _WHOLE | {"confidence", "box"}

DatesOf = Callable[[Verdict, datetime | None], Dates]
"""The wall times of a verdict; the second argument is what was said to be its `first_seen` before, None: nothing."""

StartOf = Callable[[Verdict, Dates], int]
"""The number of milliseconds by which a pass is known: it stands in the id."""


def wall_start(_verdict: Verdict, seen: Dates) -> int:
    """Milliseconds since 1970 at the first sighting: no other pass of a camera began then, whenever it runs."""
    return (seen.first_seen - _EPOCH) // timedelta(milliseconds=1)


def stream_start(verdict: Verdict, _seen: Dates) -> int:
    """Milliseconds of the stream at the first sighting: the same whenever a clip is played."""
    return round(1000 * verdict.first_t_s)


@dataclass(frozen=True, slots=True)
class Event:
    """One record of the stream; the field names are the contract of docs/interfaces.md. Times are aware."""

    id: str
    revision: int
    type: VerdictKind
    camera: str
    plate: str
    confidence: float
    region: str
    rows: int
    votes: int
    reads: int
    track: int
    at: datetime
    first_seen: datetime
    last_seen: datetime
    box: Box
    host: str
    clock: TimeBasis = TimeBasis.ARRIVAL
    """What the times rest on. Records that older versions left in the spool do not say it, and have this one."""

    @property
    def key(self) -> str:
        """What tells this event from every other one of its camera."""
        return f"{self.id}:{self.revision}"

    def to_object(self) -> dict[str, Any]:
        """The event as JSON has it; the box in pixels, times RFC 3339 in UTC with milliseconds."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "type": self.type.value,
            "camera": self.camera,
            "plate": self.plate,
            "confidence": round(self.confidence, 4),
            "region": self.region,
            "rows": self.rows,
            "votes": self.votes,
            "reads": self.reads,
            "track": self.track,
            "at": timestamp(self.at),
            "first_seen": timestamp(self.first_seen),
            "last_seen": timestamp(self.last_seen),
            "box": [round(edge, 1) for edge in (self.box.x1, self.box.y1, self.box.x2, self.box.y2)],
            "host": self.host,
            "revision": self.revision,
            "clock": self.clock.value,
        }

    def to_fields(self) -> dict[str, str]:
        """The event as Redis has it: `to_object` with every value a string, the box as JSON."""
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in self.to_object().items()}

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> Self:
        """The event that `to_fields` wrote, to the millisecond and the rounded digit.

        Raises:
            ValueError: a field is missing or is no such value; the text names it.
        """
        value = _Fields(fields)
        x1, y1, x2, y2 = value.box()
        return cls(
            id=value.text("id"),
            revision=value.whole("revision"),
            type=VerdictKind(value.text("type")),
            camera=value.text("camera"),
            plate=value.text("plate"),
            confidence=value.number("confidence"),
            region=value.text("region"),
            rows=value.whole("rows"),
            votes=value.whole("votes"),
            reads=value.whole("reads"),
            track=value.whole("track"),
            at=value.time("at"),
            first_seen=value.time("first_seen"),
            last_seen=value.time("last_seen"),
            box=Box(x1, y1, x2, y2),
            host=value.text("host"),
            clock=TimeBasis(fields.get("clock", TimeBasis.ARRIVAL)),
        )


def from_verdict(
    verdict: Verdict,
    *,
    camera: str,
    dates: DatesOf,
    host: str,
    start: StartOf = wall_start,
    before: Event | None = None,
) -> Event:
    """The event that says `verdict`. `before` is the last event of the same pass, where there was one.

    Start and id are those of `before`: the mapping from stream to wall time is corrected now and then, and an id made
    anew from it would be another one. The track is part of the id because two vehicles may come into view in one frame.
    """
    seen = dates(verdict, before.first_seen if before else None)
    unreadable = verdict.kind is VerdictKind.UNREADABLE
    return Event(
        id=before.id if before else f"{camera}-{start(verdict, seen)}-{verdict.track}",
        revision=before.revision + 1 if before else _first_revision(verdict),
        type=verdict.kind,
        camera=camera,
        plate="" if unreadable else verdict.plate,
        confidence=0.0 if unreadable else verdict.confidence,
        region=verdict.region,
        rows=verdict.rows,
        votes=verdict.votes,
        reads=verdict.reads,
        track=verdict.track,
        at=seen.at,
        first_seen=seen.first_seen,
        last_seen=seen.last_seen,
        box=verdict.box,
        host=host,
        clock=seen.clock,
    )


class Recorder:
    """Turns the verdicts of one camera's session into events, and knows which events are of one pass."""

    def __init__(self, *, camera: str, host: str, dates: DatesOf, start: StartOf = wall_start) -> None:
        self._camera = camera
        self._host = host
        self._dates = dates
        self._start = start
        self._last: OrderedDict[int, Event] = OrderedDict()

    def record(self, verdict: Verdict) -> Event:
        """The event of a verdict. An update keeps the id of its pass and gets the next revision."""
        before = self._last.pop(verdict.track, None) if verdict.kind is VerdictKind.UPDATED else None
        event = from_verdict(
            verdict,
            camera=self._camera,
            dates=self._dates,
            host=self._host,
            start=self._start,
            before=before,
        )
        self._last[verdict.track] = event
        self._last.move_to_end(verdict.track)
        while len(self._last) > TRACKS_REMEMBERED_MAX:
            self._last.popitem(last=False)
        return event


def timestamp(moment: datetime, timespec: str = "milliseconds") -> str:
    """RFC 3339, UTC, to milliseconds or seconds: `2026-03-01T12:00:00.123Z`. The moment must be aware."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone says nothing: {moment}")
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """Fields of the stream as JSON has them: numbers as numbers, the box as a list.

    Forgiving: a field that is not known, or is not what it should be, stays the string it is.
    """
    return {key: _typed(value) if key in _TYPED else value for key, value in fields.items()}


def _typed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):  # anybody may write to the stream, `[[[[...` too
        return text


def _finite(text: str) -> float:
    """A number that JSON can say: not NaN, Infinity or 1e999, which Python takes for one."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _first_revision(verdict: Verdict) -> int:
    # An update whose pass is not remembered: no two of one pass end in the same millisecond, so they stay apart.
    if verdict.kind is not VerdictKind.UPDATED:
        return 0
    return max(1, round((verdict.last_t_s - verdict.first_t_s) * 1000))


class _Fields:
    """Strictly typed look into the fields of an entry; every fault is a ValueError that names the field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        if name not in self._fields:
            raise ValueError(f"{name} is missing")
        if not isinstance(self._fields[name], str):  # a damaged record of the spool
            raise ValueError(f"{name} is no text")  # noqa: TRY004  # every fault is a ValueError
        return self._fields[name]

    def whole(self, name: str) -> int:
        value = self._json(name)
        if type(value) is not int:
            raise ValueError(f"{name} is no whole number")
        return value

    def number(self, name: str) -> float:
        value = self._json(name)
        if not _is_number(value):
            raise ValueError(f"{name} is no number")
        return float(value)

    def time(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise ValueError(f"{name} is no time") from error
        if moment.tzinfo is None:
            raise ValueError(f"{name} has no time zone")
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:  # the first or the last day there is
            raise ValueError(f"{name} is no time") from error

    def box(self) -> list[float]:
        value = self._json("box")
        if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
            raise ValueError("box is not a list of 4 numbers")
        return [float(edge) for edge in value]

    def _json(self, name: str) -> object:
        try:
            return json.loads(self.text(name))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name} is no number") from error


def _is_number(value: object) -> TypeGuard[float]:
    # The comparison is false for NaN, and exact for whole numbers that no float holds.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _NUMBER_MAX
