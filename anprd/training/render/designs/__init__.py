"""What plates look like, country by country: one table of data, drawn by `plates`.

A pattern spells one plate. `a` is a letter of the design's alphabet, `d` a figure, `n` a figure but nought, `x` either,
`{name}` a code from `CODES`, a space or one of `-.` is drawn but not part of the text, `*` stands for the two round
seals, `e` for an emblem, and `|` moves to the design's next line. Capitals and figures stand for themselves.
Measures are millimetres of the real plate; most are from the national standards, the rest from photographs.
"""

from anprd.training.render.designs.americas import AMERICAS
from anprd.training.render.designs.asia import ASIA, FREE
from anprd.training.render.designs.east import EAST, RUSSIA
from anprd.training.render.designs.europe import EUROPE
from anprd.training.render.designs.parts import CODES, LATIN, SILVER, WHITE, Colour, Design, Line, Mark

__all__ = [
    "AMERICAS",
    "ASIA",
    "CODES",
    "DESIGNS",
    "EAST",
    "EUROPE",
    "FREE",
    "LATIN",
    "RUSSIA",
    "SILVER",
    "WHITE",
    "Colour",
    "Design",
    "Line",
    "Mark",
]

DESIGNS: tuple[Design, ...] = RUSSIA + EAST + EUROPE + AMERICAS + ASIA + FREE
