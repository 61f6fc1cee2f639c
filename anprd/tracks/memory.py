"""Which vehicles were confirmed lately, so that none is told twice.

A vehicle is known again by its plate, for as long as the hold; by a plate that is one mistake away, if it also came
from where the other was last seen; and at any time by standing where it stood, unless it was seen to drive there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from anprd.plates import lookalikes
from anprd.tracks import kinship
from anprd.tracks.track import Track

KNOWN_MAX = 20_000  # plates; 40 a minute for eight hours
TRACKS_MAX = 256  # of them that are also known by where they were; four a second for a minute
PARKED_HOLD_S = 12 * 3600.0  # a car that stands in one place is one pass overnight; guess, not measured
FORGET_S = 1.0
CUT_LENGTH_MIN = 4  # a part of a plate this long tells whose it is


@dataclass(slots=True)
class Known:
    """A vehicle that was told of, or that must not be told of again."""

    plate: str
    votes: int
    weight: float
    """As of the strongest ballot for `plate`; see `vote.Ballot`."""
    last_t_s: float
    told_as: Track | None = None
    """The track under whose id it was told; None: before this process began."""
    track: Track | None = None
    """The latest of its tracks."""
    told: list[str] = field(default_factory=list)
    """Every plate it was told by, the present one last: none is ever told again."""

    def bore(self, plate: str) -> bool:
        """Whether it is known by this plate, or was."""
        return plate == self.plate or plate in self.told


class Memory:
    """The vehicles of one camera that may still be the same when they are seen next."""

    def __init__(self, hold_s: float) -> None:
        """A plate is held for so long after its last sighting."""
        self._hold_s = hold_s
        self._forgot_t_s = float("-inf")
        self._known: list[Known] = []

    def add(self, known: Known) -> None:
        """Remember one more; where there are too many, the one that was not seen for longest gives way."""
        self._known.append(known)
        if len(self._known) > KNOWN_MAX:
            self._known.remove(min(self._known, key=lambda one: one.last_t_s))
        placed = [one for one in self._known if one.track is not None]
        if len(placed) > TRACKS_MAX:
            oldest = min(placed, key=lambda one: (one.track is not None and one.track.standing, one.last_t_s))
            oldest.track = oldest.told_as = None

    def displace(self, by: Known) -> None:
        """No other vehicle is parked any more where this one stands: it left while nobody looked."""
        if by.track is None or not by.track.standing:
            return
        for known in self._known:
            if known is not by and known.track is not None and kinship.same_place(known.track, by.track):
                known.track = None

    def forget(self, t_s: float) -> None:
        """Drop what is too old to matter, now and then."""
        if 0 <= t_s - self._forgot_t_s < FORGET_S:
            return
        self._forgot_t_s = t_s
        self._known = [known for known in self._known if self._is_held(known, t_s) or self._is_parked(known, t_s)]

    def find(self, plate: str, track: Track) -> Known | None:
        """The vehicle that a plate read on this track belongs to: by the same text first, then by a similar one."""
        t_s = track.last_t_s
        same = [known for known in self._known if known.bore(plate) and self._same_vehicle(known, track, t_s)]
        alike = [known for known in self._known if self._alike(known, plate, track, t_s)]
        return max(same or alike, key=lambda known: known.last_t_s, default=None)

    def seen_since(self, t_s: float, *, now_t_s: float) -> list[tuple[str, float]]:
        """The plates that this process saw at `t_s` or later, each with when that was last.

        A parked car is taken to be seen now: nobody looks while nothing moves.
        """
        seen = []
        for known in self._known:
            if self._is_parked(known, now_t_s):
                seen.append((known.plate, now_t_s))
            elif known.track is not None and known.last_t_s >= t_s:
                seen.append((known.plate, known.last_t_s))
        return seen

    def held(self, now_t_s: float) -> list[tuple[str, float]]:
        """Every plate that is held now, those known from before this process included, with when it was last seen."""
        return [
            (known.plate, now_t_s if self._is_parked(known, now_t_s) else known.last_t_s)
            for known in self._known
            if self._is_held(known, now_t_s) or self._is_parked(known, now_t_s)
        ]

    def told(self, plate: str, t_s: float) -> bool:
        """Whether the plate is held, also one that was withdrawn."""
        return any(known.bore(plate) and self._is_held(known, t_s) for known in self._known)

    def near(self, track: Track) -> bool:
        """Whether the track may be of a known vehicle, whatever was read on it."""
        return any(
            (kinship.near(known, track) and not kinship.outlasts(track, known)) or kinship.began_in_place(known, track)
            for known in self._tracks()
        )

    def _tracks(self) -> Iterator[Track]:
        return (known.track for known in self._known if known.track is not None)

    def _same_vehicle(self, known: Known, track: Track, t_s: float) -> bool:
        return self._is_held(known, t_s) or (known.track is not None and kinship.never_left(known.track, track))

    def _alike(self, known: Known, plate: str, track: Track, t_s: float) -> bool:
        if lookalikes.twins(known.plate, plate):
            return self._same_vehicle(known, track, t_s)
        if known.track is None or kinship.together(known.track, track):
            return False
        if kinship.began_in_place(known.track, track) and not lookalikes.differ(known.plate, plate):
            return True
        return _may_be(known.plate, plate) and (
            kinship.near(known.track, track) or kinship.never_left(known.track, track)
        )

    def _is_held(self, known: Known, t_s: float) -> bool:
        return t_s - known.last_t_s <= self._hold_s

    def _is_parked(self, known: Known, t_s: float) -> bool:
        standing = known.track is not None and known.track.standing
        return standing and t_s - known.last_t_s <= PARKED_HOLD_S


def _may_be(plate: str, other: str) -> bool:
    """Whether one may be a misreading of the other, or what was left of it in view."""
    short, long = sorted((plate, other), key=len)
    cut = len(short) >= CUT_LENGTH_MIN and (long.startswith(short) or long.endswith(short))
    return cut or lookalikes.similar(plate, other)
