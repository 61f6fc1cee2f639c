"""What was told, held against what was shown. Pure."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anprd.bench.playlist import Due

_MARGIN_S = 15.0  # a plate may be read before and after the stretch in which it must be; the next one is further off


@dataclass(frozen=True, slots=True)
class Told:
    """A confirmed plate, as it stands in Redis. Times are seconds since 1970."""

    camera: str
    plate: str
    at_s: float
    """Of its best frame."""
    arrived_s: float
    """When Redis took it."""

    @property
    def latency_s(self) -> float:
        return self.arrived_s - self.at_s


@dataclass(frozen=True, slots=True)
class Score:
    """How the plates that were due fared."""

    due: int
    confirmed: int
    """Exactly once."""
    missed: tuple[Due, ...]
    doubled: tuple[Due, ...]
    wrong: int
    """Confirmed, and no plate of the film."""

    @property
    def recall(self) -> float | None:
        """None where nothing was due."""
        return self.confirmed / self.due if self.due else None


def told(entry_id: str, fields: dict[str, Any]) -> Told | None:
    """An entry of the stream; None for other events than confirmed plates."""
    if fields.get("type") != "confirmed":
        return None
    at = datetime.fromisoformat(fields["at"])
    return Told(fields["camera"], fields["plate"], at.timestamp(), int(entry_id.partition("-")[0]) / 1000)


def score(due: Sequence[Due], found: Iterable[Told], plates: Collection[str], *, wall_of_zero_s: float) -> Score:
    """Count.

    Args:
        due: passes, each of which must be told exactly once; two of the same camera and plate are at least half a
            minute apart.
        found: all that was told.
        plates: everything that the film shows.
        wall_of_zero_s: wall time at which the clock of `due` was 0.
    """
    found = list(found)
    times = [_times_told(one, found, wall_of_zero_s) for one in due]
    return Score(
        due=len(due),
        confirmed=times.count(1),
        missed=tuple(one for one, count in zip(due, times, strict=True) if count == 0),
        doubled=tuple(one for one, count in zip(due, times, strict=True) if count > 1),
        wrong=sum(one.plate not in plates for one in found),
    )


def _times_told(due: Due, found: Sequence[Told], wall_of_zero_s: float) -> int:
    first_s, last_s = due.first_s + wall_of_zero_s - _MARGIN_S, due.last_s + wall_of_zero_s + _MARGIN_S
    ours = Counter((one.camera, one.plate) for one in found if first_s <= one.at_s <= last_s)
    return ours[due.camera, due.plate]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least value that `share` (0..1) of all do not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
