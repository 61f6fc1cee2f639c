"""What should have arrived, what did, and whether every camera came back: from the witnesses' notes alone. Pure.

A pass is *owed* when it could be seen: from `LEAD_S` before its plate can first be read to when it last can, each frame
was sent whole, in time and in one session that had begun `SETTLE_S` before; and one worker process streamed from that
beginning on, lived until `TAIL_S` after the pass, and dropped no frame for lateness. Every other pass was cut: it may
be told or not, but never twice.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from tests.chaos.camera import Sent
from tests.chaos.film import FPS, Film
from tests.chaos.watch import Entry, Look

LEAD_S = 1.5  # a group of pictures, and the pass's first moments
SETTLE_S = 3.0  # a worker that begins compiles its networks on the first frame and then catches up
TAIL_S = 3.0  # the gap after which a pass is closed, and a second of delay
LATE_SEND_S_MAX = 0.5  # the camera itself was held up
CLOSED_S = 2.0  # `track_gap_s_max`, after which a vehicle counts as gone, and the next look
NEAR_S_MAX = 3.0  # between an event's `at` and its pass
WRONG_MAX = 2
BETWEEN_LOOKS_S_MAX = 2.0
OVERLOADED = "overloaded"
AFTERMATH_S = 6.0  # for so long a damaged picture is told of


@dataclass(frozen=True, slots=True)
class CameraNotes:
    """What is known of one camera. Times are the run's monotonic clock."""

    name: str
    film: Film
    begun_s: float
    """When its film's first frame was shown, or would have been."""
    sent: Sequence[Sent]
    left: Sequence[tuple[float, int]]
    looks: Sequence[Look]


@dataclass(frozen=True, slots=True)
class Shown:
    """One vehicle that drove past one camera."""

    camera: str
    plate: str
    first_s: float
    last_s: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One fault that was. `back_s`: when what it touched was well again; None: not in time."""

    kind: str
    target: str
    blinds: bool
    begun_s: float
    ended_s: float
    back_s: float | None
    bound_from_s: float
    """From here the recovery counts: the fault's end, or that of a later one that struck meanwhile."""

    @property
    def recovery_s(self) -> float | None:
        return None if self.back_s is None else max(0.0, self.back_s - self.bound_from_s)

    def covers(self, camera: str, at_s: float) -> bool:
        touched = self.target in {camera, "all"}
        return self.blinds and touched and self.begun_s - 1.0 <= at_s <= (self.back_s or float("inf")) + 1.5


@dataclass
class Account:
    """The outcome."""

    shown: int = 0
    owed: int = 0
    cut: int = 0
    cut_by: Counter[str] = field(default_factory=Counter)
    """Why; `overloaded`: for no other reason than that the machine was too slow."""
    delivered: int = 0
    """Of those owed."""
    delivered_of_cut: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    """Confirmed plates that no vehicle had, without a fault that explains them."""
    misread: int = 0
    """Told with a wrong character or two, which is the networks' affair (docs/measured.md) and not this suite's."""
    misread_in_faults: int = 0
    sent_again_to_an_empty_redis: int = 0
    blind: list[str] = field(default_factory=list)
    """Times that a camera was not seen without a fault that explains it."""
    left: list[str] = field(default_factory=list)
    """Sessions that the daemon ended without a fault that explains it."""


def judge(
    cameras: Sequence[CameraNotes],
    entries: Sequence[Entry],
    records: Sequence[Record],
    *,
    span_s: tuple[float, float],
    wall: "WallOfRun",
) -> Account:
    """The account of what happened within `span_s`."""
    account = Account()
    account.doubled += _same_event_twice(entries, account)
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.fields["type"] == "confirmed":
            told[entry.fields["camera"]].append(entry)
    for camera in cameras:
        owed = {one: why_cut(one, camera) for one in shown(camera, *span_s) if one.sure}
        around = shown(camera, span_s[0] - AFTERMATH_S, span_s[1] + AFTERMATH_S)
        found = _match(around, told[camera.name], wall, records, account, camera.name)
        _count(account, owed, found)
        account.disordered += _disorder(found, camera.name)
        _unexplained(account, camera, records, span_s)
    return account


@dataclass(frozen=True, slots=True)
class WallOfRun:
    """How wall time and the run's clock go together, for every offset that the wall clock had."""

    anchor: datetime
    anchor_s: float
    wrong_s: Sequence[float]

    def away_s(self, text: str, from_s: float, to_s: float) -> float:
        """How far the wall time `text` is from that stretch, under the kindest of the offsets; 0 within it."""
        moment_s = (datetime.fromisoformat(text) - self.anchor).total_seconds() + self.anchor_s
        moments_s = [moment_s - wrong_s for wrong_s in set(self.wrong_s)]
        return min(max(from_s - one, one - to_s, 0.0) for one in moments_s)


def shown(camera: CameraNotes, from_s: float, to_s: float) -> list[Shown]:
    """Every vehicle that drove past within the time, in order."""
    length_s = camera.film.length_s
    rounds = range(int((from_s - camera.begun_s) // length_s), int((to_s - camera.begun_s) // length_s) + 1)
    found = []
    for number in rounds:
        start_s = camera.begun_s + number * length_s
        found += [
            Shown(camera.name, one.plate, start_s + one.first_s, start_s + one.last_s, one.sure)
            for one in camera.film.passes
        ]
    return sorted((one for one in found if from_s <= one.first_s and one.last_s <= to_s), key=lambda one: one.first_s)


def why_cut(one: Shown, camera: CameraNotes) -> str | None:
    """Why the pass may not have been seen; None: it is owed."""
    return _why_not_sent(one, camera) or _why_not_watched(one, camera)


def _why_not_sent(one: Shown, camera: CameraNotes) -> str | None:
    first, last = (int((at_s - camera.begun_s) * FPS) for at_s in (one.first_s - LEAD_S, one.last_s))
    numbers = [sent.number for sent in camera.sent]
    frames = camera.sent[bisect_left(numbers, first) : bisect_right(numbers, last)]
    if [sent.number for sent in frames] != list(range(first, last + 1)):
        return "not sent"
    if not all(sent.whole for sent in frames) or len({sent.variant for sent in frames}) > 1:
        return "damaged"
    begun_s = next(sent.at_s for sent in camera.sent if sent.session == frames[0].session)
    if any(sent.session != frames[0].session for sent in frames) or begun_s > one.first_s - SETTLE_S:
        return "another session"
    late_s = max(sent.at_s - (camera.begun_s + sent.number / FPS) for sent in frames)
    return OVERLOADED if late_s > LATE_SEND_S_MAX else None


def _why_not_watched(one: Shown, camera: CameraNotes) -> str | None:
    times = [look.at_s for look in camera.looks]
    looks = camera.looks[bisect_left(times, one.first_s - SETTLE_S) : bisect_right(times, one.last_s + TAIL_S)]
    watching = [look for look in looks if look.at_s <= one.last_s]
    if not watching or not all(look.streams for look in watching) or len({look.pid for look in looks}) > 1:
        return "no worker"
    moments_s = [one.first_s - SETTLE_S, *(look.at_s for look in looks), one.last_s + TAIL_S]
    if any(later_s - earlier_s > BETWEEN_LOOKS_S_MAX for earlier_s, later_s in pairwise(moments_s)):
        return "no status"
    return OVERLOADED if looks[0].late != looks[-1].late else None


def _same_event_twice(entries: Iterable[Entry], account: Account) -> list[str]:
    by_key: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_key[entry.key].append(entry)
    twice = []
    for key, same in by_key.items():
        eras = Counter(entry.era for entry in same)
        account.sent_again_to_an_empty_redis += len(eras) - 1
        if max(eras.values()) > 1:
            twice.append(f"event {':'.join(key)}: {[(entry.era, entry.entry_id) for entry in same]}")
    return twice


def _match(
    passes: Sequence[Shown], entries: Sequence[Entry], wall: WallOfRun, records: Sequence[Record],
    account: Account, camera: str,
) -> list[tuple[Entry, Shown]]:  # fmt: skip
    """Which entry tells of which pass, in the order of the stream."""
    found = []
    for entry in entries:
        plate, at = entry.fields["plate"], entry.fields["at"]
        near = [(away_s, one) for one in passes if (away_s := wall.away_s(at, one.first_s, one.last_s)) <= NEAR_S_MAX]
        same = [pair for pair in near if wrong_characters(pair[1].plate, plate) <= WRONG_MAX]
        _, one = min(same, key=lambda pair: (pair[1].plate != plate, pair[0]), default=(0.0, None))
        if one is not None:
            found.append((entry, one))
            account.misread += one.plate != plate
        elif _in_fault(at, wall, records, camera):
            account.misread_in_faults += 1
        elif near:  # otherwise it is of a time before or after
            account.strange.append(f"{camera}: {plate} at {at}")
    return found


def wrong_characters(true: str, read: str) -> int:
    """How many characters must be changed, added or left out (Levenshtein)."""
    row = list(range(len(read) + 1))
    for above, one in enumerate(true):
        before, row = row, [above + 1]
        for at, other in enumerate(read):
            row.append(min(before[at + 1] + 1, row[at] + 1, before[at] + (one != other)))
    return row[-1]


def _in_fault(at: str, wall: WallOfRun, records: Sequence[Record], camera: str) -> bool:
    return any(
        record.blinds
        and record.target in {camera, "all"}
        and wall.away_s(at, record.begun_s, record.back_s or float("inf")) <= AFTERMATH_S
        for record in records
    )


def _count(account: Account, owed: Mapping[Shown, str | None], found: Sequence[tuple[Entry, Shown]]) -> None:
    ids = defaultdict(set)
    for entry, one in found:
        ids[one].add(entry.fields["id"])
    account.doubled += [
        f"pass {one.camera} {one.plate} at {one.first_s:.1f}: {sorted(told)}"
        for one, told in ids.items()
        if len(told) > 1
    ]
    for one, why in owed.items():
        account.shown += 1
        told = len(ids[one])
        if why is None:
            account.owed += 1
            account.delivered += told > 0
            if not told:
                account.lost.append(f"{one.camera} {one.plate} at {one.first_s:.1f}")
        else:
            account.cut += 1
            account.cut_by[why] += 1
            account.delivered_of_cut += told > 0


def _disorder(found: Sequence[tuple[Entry, Shown]], camera: str) -> list[str]:
    """Passes that stand in the stream after one that came into view when they were closed. The first telling counts.

    Two that were open at once may be settled in either order.
    """
    wrong, last, seen = [], None, set()
    for entry, one in found:
        if one in seen:
            continue
        seen.add(one)
        closed = _seen(entry, "last") + timedelta(seconds=CLOSED_S)
        if last is not None and one.last_s < last[1].first_s and closed < _seen(last[0], "first"):
            wrong.append(f"{camera}: {one.plate} at {one.first_s:.1f} after {last[1].plate} at {last[1].first_s:.1f}")
        last = (entry, one)
    return wrong


def _seen(entry: Entry, end: str) -> datetime:
    return datetime.fromisoformat(entry.fields[f"{end}_seen"])


def _unexplained(account: Account, camera: CameraNotes, records: Sequence[Record], span_s: tuple[float, float]) -> None:
    from_s, to_s = span_s
    for look in camera.looks:
        sees = look.streams or look.held_up
        if from_s <= look.at_s <= to_s and not sees and not _covered(records, camera.name, look.at_s):
            account.blind.append(f"{camera.name} at {look.at_s:.1f}: {look.state}, last frame {look.age_s:.1f} s ago")
    for at_s, session in camera.left:
        if from_s <= at_s <= to_s and not _covered(records, camera.name, at_s):
            account.left.append(f"{camera.name} at {at_s:.1f}: session {session}")


def _covered(records: Sequence[Record], camera: str, at_s: float) -> bool:
    return any(record.covers(camera, at_s) for record in records)
