"""How many cameras to try next: more until they do not fit, then half-way between. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

ROOM_MIN = 0.05  # of the count: what is closer than this is not told apart in half a minute
FULL_RATIO = 0.95  # of all cores; what is left, the kernel takes for packets


@dataclass(frozen=True, slots=True)
class Trial:
    """One count, and how it fared."""

    count: int
    fits: bool
    busy_ratio: float
    """What it took of all cores, 0..1."""


def next_count(tried: Sequence[Trial], *, first: int, limit: int) -> int | None:
    """The next count to try; None once it is known well enough.

    Doubled while it fits, unless the CPU says that the end is nearer; then bisected.
    """
    if not tried:
        return min(first, limit)
    fits = largest(tried)
    fails = min((trial.count for trial in tried if not trial.fits and trial.count > fits), default=None)
    if fails is None:
        return None if fits >= limit else min(limit, _further(fits, tried))
    if fails - fits <= max(1, ROOM_MIN * fits):
        return None
    return (fits + fails) // 2


def largest(tried: Sequence[Trial]) -> int:
    """The largest count that fits; 0 where none does."""
    return max((trial.count for trial in tried if trial.fits), default=0)


def _further(fits: int, tried: Sequence[Trial]) -> int:
    busy_ratio = next(trial.busy_ratio for trial in tried if trial.count == fits)
    full = int(fits * FULL_RATIO / busy_ratio) if busy_ratio > 0 else 2 * fits
    return max(fits + max(1, int(ROOM_MIN * fits)), min(2 * fits, full + 1))
