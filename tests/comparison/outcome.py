"""What a tracker made of sightings whose vehicles are known: how often it lost, split or mixed them. Pure.

A sighting is a pair: the vehicle that it truly is of (None: nobody knows, it counts for nothing) and the track that it
was given (None: the tracker gave it none).
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, fields

from anprd.tracks.assignment import assign

Pair = tuple[Hashable | None, Hashable | None]
SEEN_MIN = 2  # a vehicle that was seen once only has no track to keep


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts, which add up over scenes."""

    vehicles: int = 0
    """Seen twice at least."""
    sightings: int = 0
    """Whose vehicle is known."""
    switches: int = 0
    """How often a vehicle's track changed from one sighting to the next that has a track (IDSW of CLEAR MOT)."""
    fragments: int = 0
    """Tracks of a vehicle beyond its first, summed over the vehicles."""
    merges: int = 0
    """Tracks that hold more than one vehicle."""
    lost: int = 0
    """Vehicles without a track that holds two of their sightings and is mostly theirs."""
    untracked: int = 0
    """Sightings that were given no track."""
    matched: int = 0
    """Sightings that the best one-to-one assignment of vehicles to tracks explains (IDTP)."""

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def idf1(self) -> float:
        """IDF1 of Ristani et al. (2016), the detections taken as given; 1 where nothing was to be tracked."""
        given = self.sightings - self.untracked
        return 2 * self.matched / (self.sightings + given) if self.sightings else 1.0


def measure(looks: Iterable[Iterable[Pair]]) -> Outcome:
    """Count over one scene, look by look in the order of time."""
    ways: dict[Hashable, list[Hashable | None]] = defaultdict(list)
    for look in looks:
        for vehicle, track in look:
            if vehicle is not None:
                ways[vehicle].append(track)
    tracked = {vehicle: [track for track in way if track is not None] for vehicle, way in ways.items()}
    shares = {vehicle: Counter(way) for vehicle, way in tracked.items()}
    held: dict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for vehicle, share in shares.items():
        for track, count in share.items():
            held[track][vehicle] += count
    followed = [vehicle for vehicle, way in ways.items() if len(way) >= SEEN_MIN]
    return Outcome(
        vehicles=len(followed),
        sightings=sum(map(len, ways.values())),
        switches=sum(_changes(way) for way in tracked.values()),
        fragments=sum(max(0, len(share) - 1) for share in shares.values()),
        merges=sum(len(vehicles) > 1 for vehicles in held.values()),
        lost=sum(not _has_own(vehicle, held) for vehicle in followed),
        untracked=sum(track is None for way in ways.values() for track in way),
        matched=_matched(list(shares.values()), held),
    )


def _changes(way: Sequence[Hashable]) -> int:
    return sum(before != after for before, after in itertools.pairwise(way))


def _has_own(vehicle: Hashable, held: dict[Hashable, Counter[Hashable]]) -> bool:
    return any(count[vehicle] >= SEEN_MIN and 2 * count[vehicle] > count.total() for count in held.values())


def _matched(shares: Sequence[Counter[Hashable]], held: dict[Hashable, Counter[Hashable]]) -> int:
    """Of the tracks that a vehicle has to itself only the longest can matter, which keeps the assignment small."""
    longest = {
        max((track for track in share if len(held[track]) == 1), key=share.__getitem__, default=None)
        for share in shares
    }
    tracks = [track for track in held if len(held[track]) > 1 or track in longest]
    costs = [[-float(share[track]) if share[track] else float("inf") for track in tracks] for share in shares]
    return sum(shares[row][tracks[column]] for row, column in assign(costs, cost_max=0.0))
