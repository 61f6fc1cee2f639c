"""What plates look like, country by country: one table of data, drawn by `plates`.

A pattern spells one plate. `a` is a letter of the design's alphabet, `d` a figure, `n` a figure but nought, `x` either,
`w` a word that can be spoken, `{name}` a code from `CODES`, a space or one of `-.` is drawn but not part of the text,
nor are `*` (the two round seals), `e` (an emblem) and `s` (small stacked letters); `|` moves to the design's next line.
Capitals and figures stand for themselves. Measures are millimetres of the real plate; most are from the national
standards, the rest from photographs. Letters that a country does not issue are not in its alphabet: where a reader
cannot see whether it is O or 0, this is what tells.
"""

from collections.abc import Iterator
from dataclasses import replace

from anprd.training.render.designs.asia import INDIA, REST, VIETNAM
from anprd.training.render.designs.codes import CODES
from anprd.training.render.designs.east import EAST, RUSSIA
from anprd.training.render.designs.europe import MIDDLE, TURKEY
from anprd.training.render.designs.free import FREE
from anprd.training.render.designs.latin import LATIN_AMERICA
from anprd.training.render.designs.parts import LATIN, SILVER, WHITE, Colour, Design, Line, Mark
from anprd.training.render.designs.usa import CANADA, STATES
from anprd.training.render.designs.west import WEST

__all__ = [
    "CODES",
    "DESIGNS",
    "LATIN",
    "RUSSIA",
    "SILVER",
    "WHITE",
    "Colour",
    "Design",
    "Line",
    "Mark",
]

# Where the pictures come from that this program is meant for.
SHARES: tuple[tuple[float, tuple[Design, ...]], ...] = (
    (0.40, WEST + MIDDLE),
    (0.14, RUSSIA + EAST),
    (0.14, STATES),
    (0.10, LATIN_AMERICA),
    (0.05, INDIA),
    (0.035, VIETNAM),
    (0.025, TURKEY),
    (0.05, CANADA + REST),
    (0.06, FREE),
)


def _shared_out() -> Iterator[Design]:
    for share, group in SHARES:
        total = sum(design.weight for design in group)
        yield from (replace(design, weight=100 * share * design.weight / total) for design in group)


DESIGNS: tuple[Design, ...] = tuple(_shared_out())
"""All designs; their weights are per cent."""
