"""Which part of the film a camera shows when, and which plates are due in a stretch of time. Pure.

A film is cut where key frames stand, so pieces can follow each other in any order: an empty road for as long as nothing
shall happen, then a vehicle's whole way through the picture. Each camera plays the same list in a circle, and each is
at another place of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

GOP_S = 2.0
_GOLDEN = 0.6180339887  # k times this, less the whole part: places that lie apart, however many there are
IDLE = 0
"""The number of the piece with the empty road; passes count from 1."""


class Cut(NamedTuple):
    """One group of pictures: of which piece, and which one of it."""

    piece: int
    gop: int


@dataclass(frozen=True, slots=True)
class Pass:
    """One vehicle, and when its plate can be read: seconds from the start of its piece."""

    plate: str
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class Due:
    """A pass that a camera shows, in seconds of the clock that its camera was begun by."""

    camera: str
    plate: str
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True)
class Showing:
    """What one camera shows: the circle, and when it was at its start. It runs whether anybody watches or not."""

    camera: str
    cuts: tuple[Cut, ...]
    begun_s: float

    @property
    def circle_s(self) -> float:
        return len(self.cuts) * GOP_S

    def due(self, passes: Sequence[Pass], from_s: float, to_s: float) -> Iterator[Due]:
        """The passes whose plate can be read from first to last within the stretch.

        Args:
            passes: of the pieces from 1 on.
            from_s: of the clock that `begun_s` is of; likewise `to_s`.
            to_s: the end.
        """
        for start_s, seen in _starts(self.cuts, passes):
            turn = (from_s - self.begun_s - start_s - seen.first_s) // self.circle_s
            while True:
                shift_s = self.begun_s + turn * self.circle_s + start_s
                if shift_s + seen.last_s > to_s:
                    break
                if shift_s + seen.first_s >= from_s:
                    yield Due(self.camera, seen.plate, shift_s + seen.first_s, shift_s + seen.last_s)
                turn += 1


def circle(idle_gops: int, pass_gops: Sequence[int], busy: float) -> tuple[Cut, ...]:
    """All passes once, with so much empty road between them that a vehicle is in view for `busy` of the time.

    Args:
        idle_gops: length of the piece with the empty road; it is repeated.
        pass_gops: length of each pass.
        busy: 0..1; 0 shows no pass at all.
    """
    if busy <= 0:
        return tuple(Cut(IDLE, gop) for gop in range(idle_gops))
    cuts: list[Cut] = []
    shown = idle = 0
    for number, length in enumerate(pass_gops, 1):
        cuts += [Cut(number, gop) for gop in range(length)]
        shown += length
        more = round(shown * (1 - busy) / busy) - idle
        cuts += [Cut(IDLE, (idle + gop) % idle_gops) for gop in range(more)]
        idle += more
    return tuple(cuts)


def showings(names: Sequence[str], cuts: tuple[Cut, ...], now_s: float) -> list[Showing]:
    """Cameras that play the same circle, each from another place on."""
    length_s = len(cuts) * GOP_S
    return [Showing(name, cuts, now_s - (number * _GOLDEN % 1) * length_s) for number, name in enumerate(names)]


def _starts(cuts: Sequence[Cut], passes: Sequence[Pass]) -> Iterator[tuple[float, Pass]]:
    for place, cut in enumerate(cuts):
        if cut.piece != IDLE and cut.gop == 0:
            yield place * GOP_S, passes[cut.piece - 1]
